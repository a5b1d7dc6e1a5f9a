import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useDebounced } from "~/lib/hooks/useDebounced";

const DEBOUNCE_MS = 300;

/** Searches after a pause in typing. Follows the URL when it changes otherwise (such as the back button). */
export function SearchInput({
  words,
  label,
  maxLength,
  onSearch,
}: {
  words: string;
  label: string;
  maxLength: number;
  onSearch: (words: string) => void;
}) {
  const [text, setText] = useState(words);
  const settled = useDebounced(text, DEBOUNCE_MS);
  const lastSent = useRef(words);
  const latest = useRef(onSearch);
  useEffect(() => {
    latest.current = onSearch;
  });
  useEffect(() => {
    if (settled.trim() === lastSent.current) return;
    lastSent.current = settled.trim();
    latest.current(lastSent.current);
  }, [settled]);
  useEffect(() => {
    if (words === lastSent.current) return;
    lastSent.current = words;
    setText(words);
  }, [words]);
  return (
    <label className="relative block w-full md:w-80">
      <span className="sr-only">{label}</span>
      <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" />
      <input
        dir="auto"
        type="search"
        value={text}
        maxLength={maxLength}
        placeholder={label}
        onChange={({ target }) => setText(target.value)}
        className="h-10 w-full rounded-control border border-line-strong/60 bg-surface pr-3 pl-9 text-sm placeholder:text-ink-faint hover:border-line-strong"
      />
    </label>
  );
}
