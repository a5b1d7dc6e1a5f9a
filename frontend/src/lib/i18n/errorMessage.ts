import { isProblem, Problem } from "~/lib/api/problem";
import { i18n } from ".";

/** A failure in words for a person: ours where we have some, else the API's own sentence. */
export function errorMessage(error: unknown): string {
  const problem = isProblem(error) ? error : new Problem({});
  const { t } = i18n;
  const key = `problems:${problem.code}`;
  if (i18n.exists(key)) return t(key as "unknown", { ns: "problems" });
  // what a server says that broke is not meant for people
  return (problem.status < 500 && problem.message) || t("unknown", { ns: "problems" });
}
