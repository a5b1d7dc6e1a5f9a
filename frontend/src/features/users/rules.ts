import { z } from "zod";
import { PASSWORD_LEAST } from "./strength";
import type { useTexts } from "./texts";

const PASSWORD_MOST = 128;
const NAME_MOST = 150;

const WEB_ADDRESS = /^https?:\/\/[^\s/?#@:\\]+(:\d{1,5})?([/?#]\S*)?$/i;

/** Whether a text is an http(s) address as the API takes it. */
export function isWebAddress(text: string): boolean {
  return WEB_ADDRESS.test(text);
}

/** What is asked of the facts of an account, as the API asks it. */
export function rulesOf(t: ReturnType<typeof useTexts>) {
  const long = (count: number) => t("rules.too_long", { count });
  return {
    email: z
      .string()
      .trim()
      .min(1, t("rules.needed"))
      .max(254, long(254))
      .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, t("rules.email")),
    username: z
      .string()
      .trim()
      .min(1, t("rules.needed"))
      .min(2, t("rules.username_short"))
      .max(NAME_MOST, long(NAME_MOST))
      .regex(/^[\p{L}\p{N}@.+\-_]+$/u, t("rules.username_signs")),
    name: z.string().trim().max(NAME_MOST, long(NAME_MOST)),
    newPassword: z
      .string()
      .min(1, t("rules.needed"))
      .min(PASSWORD_LEAST, t("rules.password_short"))
      .max(PASSWORD_MOST, long(PASSWORD_MOST)),
    picture: z
      .string()
      .trim()
      .max(2048, long(2048))
      .refine((text) => text === "" || isWebAddress(text), t("rules.web_address")),
    givenPassword: z.string().min(1, t("rules.needed")),
  };
}
