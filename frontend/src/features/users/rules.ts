import { z } from "zod";
import { MIN_PASSWORD } from "./strength";
import type { useTexts } from "./texts";

const MAX_PASSWORD = 128;
const MAX_NAME = 150;

const WEB_ADDRESS = /^https?:\/\/[^\s/?#@:\\]+(:\d{1,5})?([/?#]\S*)?$/i;

/** Whether a text is an http(s) address as the API takes it. */
export function isWebAddress(text: string): boolean {
  return WEB_ADDRESS.test(text);
}

/** What is asked of the facts of an account, as the API asks it. */
export function accountRules(t: ReturnType<typeof useTexts>) {
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
      .max(MAX_NAME, long(MAX_NAME))
      .regex(/^[\p{L}\p{N}@.+\-_]+$/u, t("rules.username_signs")),
    name: z.string().trim().max(MAX_NAME, long(MAX_NAME)),
    newPassword: z
      .string()
      .min(1, t("rules.needed"))
      .min(MIN_PASSWORD, t("rules.password_short"))
      .max(MAX_PASSWORD, long(MAX_PASSWORD)),
    picture: z
      .string()
      .trim()
      .max(2048, long(2048))
      .refine((text) => text === "" || isWebAddress(text), t("rules.web_address")),
    givenPassword: z.string().min(1, t("rules.needed")),
  };
}
