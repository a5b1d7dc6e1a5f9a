import { z } from "zod";
import { amountOf } from "./model";
import type { Texts } from "./texts";

export const TITLE_MOST = 200;
export const DESCRIPTION_MOST = 20_000;
export const TAGS_MOST = 10;
export const TAG_MOST = 40;
const DURATION_MOST = 1440;
const SEATS_MOST = 10_000;
const NOTICE_MOST = 8760;
const URL_MOST = 2048;

function whole(least: number, most: number, message: string) {
  return z
    .string()
    .trim()
    .refine((text) => /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most, message);
}

/** What the API asks of a session, said while one types. */
export function sessionRules(t: Texts) {
  return z.object({
    title: z
      .string()
      .trim()
      .min(1, t("rules.title"))
      .max(TITLE_MOST, t("rules.long", { most: TITLE_MOST })),
    description: z
      .string()
      .trim()
      .min(1, t("rules.description"))
      .max(DESCRIPTION_MOST, t("rules.long", { most: DESCRIPTION_MOST })),
    category: z.string(),
    tags: z
      .array(z.string().max(TAG_MOST, t("rules.tag", { most: TAG_MOST })))
      .max(TAGS_MOST, t("rules.tags", { most: TAGS_MOST })),
    duration: whole(1, DURATION_MOST, t("rules.duration", { most: DURATION_MOST })),
    price: z.string().refine((text) => amountOf(text) !== null, t("rules.price")),
    max_participants: whole(1, SEATS_MOST, t("rules.seats", { most: SEATS_MOST })),
    image_url: z
      .string()
      .trim()
      .max(URL_MOST, t("rules.long", { most: URL_MOST }))
      .refine((text) => text === "" || /^https?:\/\/\S+$/i.test(text), t("rules.image")),
    requires_confirmation: z.boolean(),
    cancellation_notice: whole(0, NOTICE_MOST, t("rules.notice")),
    status: z.enum(["active", "inactive"]),
  });
}
