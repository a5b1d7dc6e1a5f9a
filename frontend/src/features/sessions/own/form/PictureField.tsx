import { type ReactNode, useEffect, useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Field, Input } from "~/components/Field";
import { Section } from "~/components/Section";
import { useDebounced } from "~/lib/hooks/useDebounced";
import type { SessionForm } from "../model";
import { useTexts } from "../texts";

/** Uploads, and the URL of a picture elsewhere; warns if that does not load. */
export function PictureField({ isNew, children }: { isNew: boolean; children: ReactNode }) {
  const t = useTexts();
  const { formState, register, control } = useFormContext<SessionForm>();
  const address = useWatch({ control, name: "image_url" }).trim();
  const isBroken = useBroken(useDebounced(address, 500));
  return (
    <Section title={t("form.picture")} text={t(isNew ? "pictures.intro_new" : "pictures.intro")}>
      <div>{children}</div>
      <Field
        className="mt-6"
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
