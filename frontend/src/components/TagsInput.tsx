import { X } from "lucide-react";
import { type ComponentProps, type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "~/lib/cn";

type Props = {
  tags: string[];
  onChange: (tags: string[]) => void;
  /** Parses the tags in typed or pasted text. */
  read: (text: string) => string[];
  max: number;
} & Pick<ComponentProps<"input">, "id" | "aria-invalid" | "aria-describedby" | "placeholder">;

/** Edits tags as chips: Enter or comma adds one, its button or Backspace removes it. */
export function TagsInput({ tags, onChange, read, max, ...field }: Props) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [announcement, setAnnouncement] = useState("");
  const isFull = tags.length >= max;

  const add = (typed: string) => {
    const next = [...new Set([...tags, ...read(typed)])].slice(0, max);
    const added = next.filter((tag) => !tags.includes(tag));
    setText("");
    if (added.length === 0) return;
    onChange(next);
    setAnnouncement(t("tags.added", { tags: added.join(", ") }));
  };
  const remove = (tag: string | undefined) => {
    if (tag === undefined) return;
    onChange(tags.filter((one) => one !== tag));
    setAnnouncement(t("tags.removed", { tag }));
    input.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add(text);
    } else if (event.key === "Backspace" && text === "") remove(tags.at(-1));
  };

  return (
    <div
      className={cn(
        "rounded-control border border-line-strong/70 bg-surface px-1.5 transition-colors hover:border-line-strong",
        "flex min-h-11 flex-wrap items-center gap-1.5 py-1.5 has-focus-visible:border-accent has-focus-visible:outline-2 has-focus-visible:outline-accent",
      )}
    >
      {tags.map((tag) => (
        <span
          key={tag}
          className="inline-flex h-8 items-center gap-0.5 rounded-full bg-accent-soft pl-3 text-sm font-medium text-accent-strong"
        >
          <span>{tag}</span>
          <button
            type="button"
            aria-label={t("tags.remove", { tag })}
            onClick={() => remove(tag)}
            className="inline-flex size-8 items-center justify-center rounded-full hover:bg-accent/15"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        </span>
      ))}
      <input
        dir="auto"
        ref={input}
        {...field}
        placeholder={tags.length === 0 ? field.placeholder : undefined}
        value={text}
        readOnly={isFull}
        autoCapitalize="none"
        enterKeyHint="done"
        onChange={({ target }) => (/[,;\n]/.test(target.value) ? add(target.value) : setText(target.value))}
        onKeyDown={onKey}
        onBlur={() => text && add(text)}
        className="h-8 min-w-32 flex-1 bg-transparent px-2 text-base outline-none placeholder:text-ink-faint"
      />
      <span role="status" className="sr-only">
        {announcement}
      </span>
    </div>
  );
}
