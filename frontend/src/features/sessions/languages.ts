import { useLanguageName } from "./where";

/** Languages to choose from; others are set through the API. */
const LANGUAGES =
  "ar bg bn ca cs da de el en es et eu fa fi fr ga gl he hi hr ht hu hy id ig is it ja ka ko lt lv mi mk ms nb nl pl pt pt-BR ro ru sk sl sq sr sv sw ta th tr uk ur vi yo zh zh-Hant".split(
    " ",
  );

/** The languages to choose from and those already chosen, by name. */
export function useNamedLanguages(chosen: string[]): { tag: string; name: string }[] {
  const nameOf = useLanguageName();
  return [...new Set([...LANGUAGES, ...chosen])]
    .map((tag) => ({ tag, name: nameOf(tag) }))
    .sort((one, other) => one.name.localeCompare(other.name));
}
