import { z } from "zod";
import { profileLimits, registrationLimits } from "~/lib/api/limits";
import { MIN_PASSWORD } from "./strength";
import type { useTexts } from "./texts";

const WEB_ADDRESS = /^https?:\/\/[^\s/?#@:\\]+(:\d{1,5})?([/?#]\S*)?$/i;

/** Whether text is an http(s) URL that the API accepts. */
export function isWebAddress(text: string): boolean {
  return WEB_ADDRESS.test(text);
}

/** Validates account fields by the API's rules. */
export function accountRules(t: ReturnType<typeof useTexts>) {
  const long = (count: number) => t("rules.too_long", { count });
  const { email, password, first_name } = registrationLimits;
  const { avatar, bio, username } = profileLimits;
  return {
    email: z
      .string()
      .trim()
      .min(1, t("rules.needed"))
      .max(email.maxLength, long(email.maxLength))
      .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, t("rules.email")),
    username: z
      .string()
      .trim()
      .min(1, t("rules.needed"))
      .min(username.minLength, t("rules.username_short"))
      .max(username.maxLength, long(username.maxLength))
      .regex(/^[\p{L}\p{N}@.+\-_]+$/u, t("rules.username_signs")),
    fullName: z
      .string()
      .trim()
      .min(1, t("rules.needed"))
      .max(first_name.maxLength, long(first_name.maxLength)),
    name: z.string().trim().max(first_name.maxLength, long(first_name.maxLength)),
    bio: z
      .string()
      .trim()
      .refine((text) => [...text].length <= bio.maxLength, long(bio.maxLength)),
    newPassword: z
      .string()
      .min(1, t("rules.needed"))
      .min(MIN_PASSWORD, t("rules.password_short"))
      .max(password.maxLength, long(password.maxLength)),
    picture: z
      .string()
      .trim()
      .max(avatar.maxLength, long(avatar.maxLength))
      .refine((text) => text === "" || isWebAddress(text), t("rules.web_address")),
    givenPassword: z.string().min(1, t("rules.needed")),
  };
}

/** A name as the API has it: the first word, and the rest, which are shown in this order. */
export function splitName(name: string): { first_name: string; last_name: string } {
  const [first_name = "", ...rest] = name.trim().split(/\s+/);
  return { first_name, last_name: rest.join(" ") };
}
