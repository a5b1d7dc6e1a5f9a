import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useState } from "react";
import { SuggestInput } from "~/features/sessions/suggest/SuggestInput";
import { useOpenSuggestion } from "~/features/sessions/suggest/useOpenSuggestion";

/** Searches the catalog from the header, with suggestions. */
export default function SearchBox({ className, onSearch }: { className?: string; onSearch?: () => void }) {
  const navigate = useNavigate();
  const open = useOpenSuggestion();
  const [text, setText] = useState("");
  return (
    <search className={className}>
      <form
        className="relative"
        onSubmit={(event) => {
          event.preventDefault();
          const search = text.trim();
          onSearch?.();
          void navigate({ to: "/", search: search ? { search } : {} });
        }}
      >
        <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" />
        <SuggestInput
          text={text}
          onText={setText}
          onOpen={(destination) => {
            setText("");
            onSearch?.();
            open(destination);
          }}
          className="h-10 w-full rounded-full border border-line bg-sunk pr-4 pl-9 text-sm placeholder:text-ink-faint hover:border-line-strong/60"
        />
      </form>
    </search>
  );
}
