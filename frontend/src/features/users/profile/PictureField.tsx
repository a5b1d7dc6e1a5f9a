import { useEffect, useState } from "react";
import type { UseFormRegisterReturn } from "react-hook-form";
import { Avatar } from "~/components/Avatar";
import { Field, Input } from "~/components/Field";
import type { Me } from "~/lib/auth/me";
import { isWebAddress } from "../rules";
import { useTexts } from "../texts";

/** The URL of the user's picture, with a preview. */
export function PictureField({
  me,
  picture,
  error,
  field: registration,
}: {
  me: Me;
  picture: string;
  error: string | undefined;
  field: UseFormRegisterReturn;
}) {
  const t = useTexts();
  const address = useSettled(picture.trim());
  const isAddress = isWebAddress(address);
  const isBroken = useIsBroken(isAddress ? address : null);
  return (
    <div className="flex items-start gap-4">
      <Avatar person={{ ...me, avatar: isAddress ? address : null }} size="lg" className="mt-5" />
      <Field
        label={t("profile.picture")}
        isOptional
        hint={isBroken ? undefined : t("profile.picture_hint")}
        error={error ?? (isBroken ? t("profile.picture_broken") : undefined)}
        className="min-w-0 flex-1"
      >
        {(field) => (
          <Input
            type="url"
            inputMode="url"
            autoComplete="photo"
            placeholder="https://"
            {...field}
            {...registration}
          />
        )}
      </Field>
    </div>
  );
}

/** Debounces a value, so that not every keystroke loads a picture. */
function useSettled(value: string): string {
  const [debounced, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 400);
    return () => clearTimeout(timer);
  }, [value]);
  return debounced;
}

function useIsBroken(address: string | null): boolean {
  const [broken, setBroken] = useState<string | null>(null);
  useEffect(() => {
    if (!address) return;
    const image = new Image();
    image.referrerPolicy = "no-referrer";
    image.onerror = () => setBroken(address);
    image.src = address;
    return () => {
      image.onerror = null;
    };
  }, [address]);
  return address !== null && broken === address;
}
