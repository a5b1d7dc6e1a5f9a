import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Field, Input } from "~/components/Field";
import { displayName } from "~/lib/auth/me";
import { useDebounced } from "~/lib/hooks/useDebounced";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { adminKeys } from "../queryKeys";
import { sessionRows } from "../sessions/rows";
import { useTexts } from "../texts";
import { userRows } from "../users/rows";

const MAX_RESULTS = "6";

type Match = { id: string; name: string; description: string };

async function searchTargets(
  kind: "person" | "session",
  search: string,
  signal: AbortSignal,
): Promise<Match[]> {
  const query = { limit: MAX_RESULTS, ...(search && { search }) };
  if (kind === "session") {
    const { rows } = await sessionRows(query, signal);
    return rows.map(({ id, title, creator }) => ({ id, name: title, description: displayName(creator) }));
  }
  const { rows } = await userRows(query, signal);
  return rows.map((person) => ({ id: person.id, name: displayName(person), description: person.email }));
}

/** Finds a user or a session by text, to filter a list by it. */
export function Picker({
  kind,
  label,
  onPick,
}: {
  kind: "person" | "session";
  label: string;
  onPick: (id: string) => void;
}) {
  const t = useTexts();
  const [text, setText] = useState("");
  const search = useDebounced(text.trim(), 250);
  const query = useQuery({
    queryKey: adminKeys.picker(kind, search),
    queryFn: ({ signal }) => searchTargets(kind, search, signal),
  });
  return (
    <div className="w-72 max-w-full">
      <Field label={label}>
        {(field) => (
          <Input
            {...field}
            type="search"
            autoComplete="off"
            placeholder={t(`picker.${kind}`)}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <ul aria-busy={query.isFetching} className="mt-2 flex flex-col">
        {query.data?.map(({ id, name, description }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => onPick(id)}
              className="block w-full rounded-control px-3 py-2 text-left hover:bg-sunk"
            >
              <span className="block truncate text-sm font-medium">{name}</span>
              <span className="block truncate text-xs text-ink-faint">{description}</span>
            </button>
          </li>
        ))}
      </ul>
      <p role="status" className="px-3 text-sm text-ink-faint">
        {query.isError ? errorMessage(query.error) : query.data?.length === 0 && t("picker.none")}
      </p>
    </div>
  );
}
