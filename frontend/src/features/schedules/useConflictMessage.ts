import { useFormatStarts } from "~/features/slots/useFormatStarts";
import type { Problem } from "~/lib/api/problem";
import { useTexts } from "./texts";

/** Says which sold times a schedule would let overlap. */
export function useConflictMessage(): (problem: Problem) => string {
  const t = useTexts();
  const words = useFormatStarts();
  return ({ starts }) =>
    starts.length > 0 ? t("save.conflict_text", { times: words(starts) }) : t("save.conflict_some");
}
