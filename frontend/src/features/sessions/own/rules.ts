import { z } from "zod";
import { sessionLimits } from "~/lib/api/limits";
import { exampleAmount, parseAmount } from "~/lib/money/money";
import { FORMATS, parseCoordinates } from "./model";
import { PAYMENT_METHODS } from "./policy";
import type { Texts } from "./texts";

function integerBetween(
  { minimum: min, maximum: max }: { minimum: number; maximum: number },
  message: string,
) {
  return z
    .string()
    .trim()
    .refine((text) => /^\d{1,6}$/.test(text) && Number(text) >= min && Number(text) <= max, message);
}

type TextName = {
  [Name in keyof typeof sessionLimits]: (typeof sessionLimits)[Name] extends { maxLength: number }
    ? Name
    : never;
}[keyof typeof sessionLimits];

/** Maximum lengths of texts, as in the API. */
function textRules(t: Texts) {
  const texts = Object.entries(sessionLimits).flatMap(([name, limits]) =>
    "maxLength" in limits
      ? [
          [
            name,
            z
              .string()
              .trim()
              .max(limits.maxLength, t("rules.long", { most: limits.maxLength })),
          ],
        ]
      : [],
  );
  return Object.fromEntries(texts) as Record<TextName, z.ZodString>;
}

/** Validates a session form by the API's rules; `digits` are the decimals of the currency. */
export function sessionRules(t: Texts, digits: number) {
  const texts = textRules(t);
  const { tags, duration, max_participants, cancellation_notice, cancellation_policy } = sessionLimits;
  const tier = cancellation_policy.each;
  return z.object({
    ...texts,
    title: texts.title.min(1, t("rules.title")),
    description: texts.description.min(1, t("rules.description")),
    category: z.string(),
    tags: z
      .array(z.string().max(tags.each.maxLength, t("rules.tag", { most: tags.each.maxLength })))
      .max(tags.maxItems, t("rules.tags", { most: tags.maxItems })),
    duration: integerBetween(duration, t("rules.duration", { most: duration.maximum })),
    price: z
      .string()
      .refine(
        (text) => parseAmount(text, digits) !== null,
        t(digits === 0 ? "rules.price_whole" : "rules.price", { example: exampleAmount(digits) }),
      ),
    max_participants: integerBetween(max_participants, t("rules.seats", { most: max_participants.maximum })),
    image_url: texts.image_url.refine(
      (text) => text === "" || /^https?:\/\/\S+$/i.test(text),
      t("rules.image"),
    ),
    requires_confirmation: z.boolean(),
    cancellation_notice: integerBetween(cancellation_notice, t("rules.notice")),
    payment_method: z.enum(PAYMENT_METHODS),
    cancellation_policy: z.array(
      z.object({
        hours_before: integerBetween(tier.hours_before, t("rules.notice")),
        refund_percent: integerBetween(tier.refund_percent, t("rules.percent")),
      }),
    ),
    has_own_policy: z.boolean(),
    status: z.enum(["active", "inactive"]),
    format: z.enum(["", ...FORMATS]),
    coordinates: z
      .string()
      .refine((text) => text.trim() === "" || parseCoordinates(text) !== null, t("rules.coordinates")),
    address_public: z.boolean(),
    join_url: texts.join_url.refine(
      (text) => text === "" || /^https?:\/\/[^\s/?#@:\\]+(:\d+)?([/?#]\S*)?$/i.test(text),
      t("rules.join"),
    ),
  });
}
