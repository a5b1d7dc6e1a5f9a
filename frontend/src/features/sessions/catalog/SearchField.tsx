import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { normalizeSearch } from "../search";
import { SuggestInput } from "../suggest/SuggestInput";
import type { Destination } from "../suggest/suggestions";
import { useTexts } from "../texts";

const DEBOUNCE_MS = 300;

/** The catalog's search. Updates the URL after a pause in typing. */
export function SearchField({
  value = "",
  onSearch,
  onOpen,
}: {
  value?: string;
  onSearch: (search: string | undefined) => void;
  /** A suggestion was chosen. */
  onOpen: (destination: Destination) => void;
}) {
  const { t } = useTranslation();
  const texts = useTexts();
  const [text, setText] = useState(value);
  const lastSent = useRef(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const field = useRef<HTMLInputElement>(null);

  // the URL changed otherwise: back, a link, cleared filters
  useEffect(() => {
    if (value === lastSent.current) return;
    lastSent.current = value;
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function send(next: string) {
    clearTimeout(timer.current);
    const search = normalizeSearch(next) ?? "";
    if (search === lastSent.current) return;
    lastSent.current = search;
    onSearch(search || undefined);
  }

  function type(next: string) {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => send(next), DEBOUNCE_MS);
  }

  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send(text);
        }}
        className="relative flex h-14 items-center gap-1 rounded-full border border-line-strong/60 bg-surface pr-2 pl-5 shadow-soft transition-colors hover:border-line-strong has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-offset-2 has-[input:focus-visible]:outline-accent"
      >
        <Search aria-hidden className="size-5 shrink-0 text-ink-faint" />
        <SuggestInput
          ref={field}
          text={text}
          onText={type}
          onOpen={(destination) => {
            clearTimeout(timer.current);
            onOpen(destination);
          }}
          className="h-12 w-full min-w-0 flex-1 bg-transparent px-2 text-base outline-none placeholder:text-ink-faint [&::-webkit-search-cancel-button]:hidden"
        />
        {text && (
          <Button
            variant="quiet"
            size="icon-sm"
            aria-label={texts("search.clear")}
            onClick={() => {
              setText("");
              send("");
              field.current?.focus();
            }}
          >
            <X aria-hidden className="size-4" />
          </Button>
        )}
        <button
          type="submit"
          className="inline-flex h-10 items-center rounded-full bg-accent px-5 text-sm font-semibold text-on-accent transition-colors hover:bg-accent-strong max-sm:hidden"
        >
          {t("search.submit")}
        </button>
      </form>
    </search>
  );
}
