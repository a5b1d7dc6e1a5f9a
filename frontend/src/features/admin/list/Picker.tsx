import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Field, Input } from "~/components/Field";
import { displayName } from "~/lib/auth/me";
import { useDebounced } from "~/lib/hooks/useDebounced";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { sessionRows } from "../sessions/rows";
import { useTexts } from "../texts";
import { userRows } from "../users/rows";

const MOST = "6";

type Found = { id: string; name: string; about: string };

async function lookFor(kind: "person" | "session", search: string, signal: AbortSignal): Promise<Found[]> {
  const query = { limit: MOST, ...(search && { search }) };
  if (kind === "session") {
    const { rows } = await sessionRows(query, signal);
    return rows.map(({ id, title, creator }) => ({ id, name: title, about: displayName(creator) }));
  }
  const { rows } = await userRows(query, signal);
  return rows.map((person) => ({ id: person.id, name: displayName(person), about: person.email }));
}

/** Finds a person or a session by a word, to narrow a list by. */
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
  const [typed, setTyped] = useState("");
  const search = useDebounced(typed.trim(), 250);
  const found = useQuery({
    queryKey: ["admin", "picker", kind, search],
    queryFn: ({ signal }) => lookFor(kind, search, signal),
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
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        )}
      </Field>
      <ul aria-busy={found.isFetching} className="mt-2 flex flex-col">
        {found.data?.map(({ id, name, about }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => onPick(id)}
              className="block w-full rounded-control px-3 py-2 text-left hover:bg-sunk"
            >
              <span className="block truncate text-sm font-medium">{name}</span>
              <span className="block truncate text-xs text-ink-faint">{about}</span>
            </button>
          </li>
        ))}
      </ul>
      <p role="status" className="px-3 text-sm text-ink-faint">
        {found.isError ? errorMessage(found.error) : found.data?.length === 0 && t("picker.none")}
      </p>
    </div>
  );
}
