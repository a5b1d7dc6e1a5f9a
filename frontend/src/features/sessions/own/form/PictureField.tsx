import { useEffect, useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Field, Input } from "~/components/Field";
import { Section } from "~/components/Section";
import { useDebounced } from "~/lib/hooks/useDebounced";
import type { Session } from "../../queries";
import type { SessionForm } from "../model";
import { Pictures } from "../pictures/Pictures";
import { useTexts } from "../texts";

/** Uploaded pictures, and the URL of one elsewhere; warns if that does not load. */
export function PictureField({ session }: { session: Session | null }) {
  const t = useTexts();
  const { formState, register, control } = useFormContext<SessionForm>();
  const address = useWatch({ control, name: "image_url" }).trim();
  const isBroken = useBroken(useDebounced(address, 500));
  return (
    <Section title={t("form.picture")} text={session ? t("pictures.intro") : t("pictures.later_text")}>
      {session && <Pictures session={session} />}
      <Field
        className={session ? "mt-6" : undefined}
        label={t("form.image")}
        isOptional
        hint={
          isBroken ? (
            <span role="status" className="font-medium text-warn">
              {t("form.image_bad")}
            </span>
          ) : (
            t("form.image_hint")
          )
        }
        error={formState.errors.image_url?.message}
      >
        {(field) => (
          <Input type="url" inputMode="url" placeholder="https://" {...field} {...register("image_url")} />
        )}
      </Field>
    </Section>
  );
}

/** Whether the browser fails to load a picture from the URL. */
function useBroken(address: string): boolean {
  const [broken, setBroken] = useState<string | null>(null);
  useEffect(() => {
    if (!/^https?:\/\//i.test(address)) return;
    const image = new Image();
    image.referrerPolicy = "no-referrer";
    image.onerror = () => setBroken(address);
    image.src = address;
    return () => {
      image.onerror = null;
    };
  }, [address]);
  return address !== "" && broken === address;
}
