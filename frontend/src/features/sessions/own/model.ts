/** Converts between the session form and the API. */
import type { Schema } from "~/lib/api/client";
import { sessionLimits } from "~/lib/api/limits";
import { parseAmount } from "~/lib/money/money";
import type { Session } from "../queries";
import { type PAYMENT_METHODS, type TierText, toTiers, toTierTexts } from "./policy";

/** Of any currency. The form's rules know those of the marketplace's. */
const MAX_DECIMALS = 4;

export const FORMATS = ["online", "in_person", "at_yours"] as const;

export type SessionIn = Schema<"SessionIn">;
export type SessionChanges = Schema<"SessionChangesIn">;

/** Numbers are strings as typed; `category` is empty for none. */
export type SessionForm = {
  title: string;
  description: string;
  audience: string;
  bring: string;
  category: string;
  tags: string[];
  duration: string;
  price: string;
  max_participants: string;
  image_url: string;
  requires_confirmation: boolean;
  cancellation_notice: string;
  payment_method: (typeof PAYMENT_METHODS)[number];
  cancellation_policy: TierText[];
  /** Whether its tiers are shown to edit, also if they are those of a policy with a name. Not sent. */
  has_own_policy: boolean;
  status: "active" | "inactive";
  /** Empty if it is not said. */
  format: (typeof FORMATS)[number] | "";
  place: string;
  language: string;
  address: string;
  /** Latitude and longitude in degrees, as maps show them: "41.8919, 12.4678". */
  coordinates: string;
  address_public: boolean;
  join_url: string;
};

/** New sessions are hidden until they have a schedule. */
export const EMPTY_FORM: SessionForm = {
  title: "",
  description: "",
  audience: "",
  bring: "",
  category: "",
  tags: [],
  duration: "60",
  price: "",
  max_participants: "1",
  image_url: "",
  requires_confirmation: false,
  cancellation_notice: "24",
  payment_method: "online",
  cancellation_policy: [{ hours_before: "0", refund_percent: "100" }],
  has_own_policy: false,
  status: "inactive",
  format: "",
  place: "",
  language: "",
  address: "",
  coordinates: "",
  address_public: false,
  join_url: "",
};

export function toSessionForm(session: Session): SessionForm {
  return {
    title: session.title,
    description: session.description,
    audience: session.audience,
    bring: session.bring,
    category: session.category ?? "",
    tags: session.tags,
    duration: String(session.duration),
    price: session.price,
    max_participants: String(session.max_participants),
    image_url: session.image_url ?? "",
    requires_confirmation: session.requires_confirmation,
    cancellation_notice: String(session.cancellation_notice),
    payment_method: session.payment_method,
    cancellation_policy: toTierTexts(session.cancellation_policy),
    has_own_policy: false,
    status: session.status,
    format: session.format ?? "",
    place: session.place ?? "",
    language: session.language ?? "",
    address: session.address ?? "",
    coordinates: session.coordinates
      ? `${session.coordinates.latitude}, ${session.coordinates.longitude}`
      : "",
    address_public: session.address_public,
    join_url: session.join_url ?? "",
  };
}

/** Initial values of a copy. Copies are hidden. */
export function copySession(session: Session, title: string): SessionForm {
  return { ...toSessionForm(session), title, status: "inactive" };
}

/** The API body of a valid form. */
export function toSessionIn(form: SessionForm): SessionIn {
  return {
    title: form.title.trim(),
    description: form.description.trim(),
    audience: form.audience.trim(),
    bring: form.bring.trim(),
    category: (form.category || null) as SessionIn["category"],
    tags: form.tags,
    duration: Number(form.duration),
    price: parseAmount(form.price, MAX_DECIMALS) ?? form.price,
    max_participants: Number(form.max_participants),
    image_url: form.image_url.trim() || null,
    requires_confirmation: form.requires_confirmation,
    cancellation_notice: Number(form.cancellation_notice),
    payment_method: form.payment_method,
    cancellation_policy: toTiers(form.cancellation_policy),
    status: form.status,
    ...toWhere(form),
  };
}

/** What belongs to the chosen format; the rest is cleared. */
function toWhere(form: SessionForm) {
  const isInPerson = form.format === "in_person";
  const hasPlace = isInPerson || form.format === "at_yours";
  return {
    format: form.format || null,
    language: form.language || null,
    place: (hasPlace && form.place.trim()) || null,
    address: (isInPerson && form.address.trim()) || null,
    coordinates: isInPerson ? parseCoordinates(form.coordinates) : null,
    address_public: isInPerson && form.address_public,
    join_url: (form.format === "online" && form.join_url.trim()) || null,
  };
}

/** Parses "41.8919, 12.4678" as maps show it; `null` for anything else. */
export function parseCoordinates(text: string): { latitude: number; longitude: number } | null {
  const found = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text);
  const [latitude, longitude] = [Number(found?.[1]), Number(found?.[2])];
  const { coordinates } = sessionLimits;
  const isInside =
    Math.abs(latitude) <= coordinates.latitude.maximum &&
    Math.abs(longitude) <= coordinates.longitude.maximum;
  return found && isInside ? { latitude, longitude } : null;
}

/** The changed fields only, so that concurrent changes of other fields are kept. */
export function toSessionChanges(form: SessionForm, before: SessionForm): SessionChanges {
  const [now, then] = [toSessionIn(form), toSessionIn(before)];
  const changed = Object.entries(now).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(then[name as keyof SessionIn]),
  );
  return Object.fromEntries(changed) as SessionChanges;
}

/** Parses tags as the API stores them: lower case, unique, in the order typed. */
export function parseTags(text: string): string[] {
  const tags = text
    .split(/[,;\n]/)
    .map((tag) => tag.trim().replace(/^#/, "").replaceAll(/\s+/g, " ").toLowerCase());
  return [...new Set(tags.filter(Boolean))];
}
