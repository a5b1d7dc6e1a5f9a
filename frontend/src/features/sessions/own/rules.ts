import { z } from "zod";
import { normalizeAmount } from "./model";
import type { Texts } from "./texts";

export const MAX_TITLE = 200;
export const MAX_DESCRIPTION = 20_000;
export const MAX_TAGS = 10;
export const MAX_TAG = 40;
const MAX_DURATION = 1440;
const MAX_SEATS = 10_000;
const MAX_NOTICE = 8760;
const MAX_URL = 2048;

function integerBetween(min: number, max: number, message: string) {
  return z
    .string()
    .trim()
    .refine((text) => /^\d{1,6}$/.test(text) && Number(text) >= min && Number(text) <= max, message);
}

/** What the API asks of a session, said while one types. */
export function sessionRules(t: Texts) {
  return z.object({
    title: z
      .string()
      .trim()
      .min(1, t("rules.title"))
      .max(MAX_TITLE, t("rules.long", { most: MAX_TITLE })),
    description: z
      .string()
      .trim()
      .min(1, t("rules.description"))
      .max(MAX_DESCRIPTION, t("rules.long", { most: MAX_DESCRIPTION })),
    category: z.string(),
    tags: z
      .array(z.string().max(MAX_TAG, t("rules.tag", { most: MAX_TAG })))
      .max(MAX_TAGS, t("rules.tags", { most: MAX_TAGS })),
    duration: integerBetween(1, MAX_DURATION, t("rules.duration", { most: MAX_DURATION })),
    price: z.string().refine((text) => normalizeAmount(text) !== null, t("rules.price")),
    max_participants: integerBetween(1, MAX_SEATS, t("rules.seats", { most: MAX_SEATS })),
    image_url: z
      .string()
      .trim()
      .max(MAX_URL, t("rules.long", { most: MAX_URL }))
      .refine((text) => text === "" || /^https?:\/\/\S+$/i.test(text), t("rules.image")),
    requires_confirmation: z.boolean(),
    cancellation_notice: integerBetween(0, MAX_NOTICE, t("rules.notice")),
    status: z.enum(["active", "inactive"]),
  });
}
