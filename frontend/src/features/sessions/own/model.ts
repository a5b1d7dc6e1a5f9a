/** A session as it is edited, and as the API has it. */
import type { Schema } from "~/lib/api/client";
import type { Session } from "../queries";

export type SessionIn = Schema<"SessionIn">;
export type SessionChanges = Schema<"SessionChangesIn">;

/** Numbers are texts as typed; `category` is empty for none. */
export type SessionForm = {
  title: string;
  description: string;
  audience: string;
  category: string;
  tags: string[];
  duration: string;
  price: string;
  max_participants: string;
  image_url: string;
  requires_confirmation: boolean;
  cancellation_notice: string;
  status: "active" | "inactive";
};

/** A new session is hidden until its creator has said when it takes place. */
export const EMPTY_FORM: SessionForm = {
  title: "",
  description: "",
  audience: "",
  category: "",
  tags: [],
  duration: "60",
  price: "",
  max_participants: "1",
  image_url: "",
  requires_confirmation: false,
  cancellation_notice: "24",
  status: "inactive",
};

export function toSessionForm(session: Session): SessionForm {
  return {
    title: session.title,
    description: session.description,
    audience: session.audience,
    category: session.category ?? "",
    tags: session.tags,
    duration: String(session.duration),
    price: session.price,
    max_participants: String(session.max_participants),
    image_url: session.image_url ?? "",
    requires_confirmation: session.requires_confirmation,
    cancellation_notice: String(session.cancellation_notice),
    status: session.status,
  };
}

/** A copy to begin with, hidden. */
export function copySession(session: Session, title: string): SessionForm {
  return { ...toSessionForm(session), title, status: "inactive" };
}

/** What is sent. Takes a form without faults. */
export function toSessionIn(form: SessionForm): SessionIn {
  return {
    title: form.title.trim(),
    description: form.description.trim(),
    audience: form.audience.trim(),
    category: (form.category || null) as SessionIn["category"],
    tags: form.tags,
    duration: Number(form.duration),
    price: normalizeAmount(form.price) ?? form.price,
    max_participants: Number(form.max_participants),
    image_url: form.image_url.trim() || null,
    requires_confirmation: form.requires_confirmation,
    cancellation_notice: Number(form.cancellation_notice),
    status: form.status,
  };
}

/** The changed fields only, so that concurrent changes of other fields are kept. */
export function toSessionChanges(form: SessionForm, before: SessionForm): SessionChanges {
  const [now, then] = [toSessionIn(form), toSessionIn(before)];
  const changed = Object.entries(now).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(then[name as keyof SessionIn]),
  );
  return Object.fromEntries(changed) as SessionChanges;
}

/** "49.90" of what people type ("49,9", " 49.90 "); `null` of what is no amount. */
export function normalizeAmount(text: string): string | null {
  const match = /^(\d{1,8})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  return match ? `${Number(match[1])}.${(match[2] ?? "").padEnd(2, "0")}` : null;
}

/** Tags in a text, as the API keeps them: lower case, each once, in the order in which they were typed. */
export function parseTags(text: string): string[] {
  const tags = text
    .split(/[,;\n]/)
    .map((tag) => tag.trim().replace(/^#/, "").replaceAll(/\s+/g, " ").toLowerCase());
  return [...new Set(tags.filter(Boolean))];
}
