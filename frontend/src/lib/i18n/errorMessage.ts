import { isProblem, Problem } from "~/lib/api/problem";
import { i18n } from ".";

/** An error as text: our translation if there is one, otherwise the API's message. */
export function errorMessage(error: unknown): string {
  const problem = isProblem(error) ? error : new Problem({});
  const { t } = i18n;
  const key = `problems:${problem.code}`;
  if (i18n.exists(key)) return t(key as "unknown", { ns: "problems" });
  // messages of a 5xx are not meant for users
  return (problem.status < 500 && problem.message) || t("unknown", { ns: "problems" });
}
