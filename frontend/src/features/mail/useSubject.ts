import type { Schema } from "~/lib/api/client";
import { useTexts } from "./texts";

type Subject = Pick<Schema<"OwnMessageOut">, "kind" | "title" | "as_creator">;

/** Returns a function that says the subject of a mail, as its recipient reads it. */
export function useSubject(): (mail: Subject) => string {
  const t = useTexts();
  return ({ kind, title, as_creator }) =>
    t(`subject.${as_creator ? "creator" : "learner"}.${kind}`, { title: title ?? "" });
}
