import { api } from "~/lib/api/client";
import { Problem } from "~/lib/api/problem";
import type { ListName, Query } from "./listing";

export type Format = "csv" | "jsonl" | "xlsx";
export type ExportFile = { name: string; blob: Blob };

/** Downloads a list as a file and reports the progress. Uses fetch, because a plain link cannot send the token. */
export async function fetchExport(
  list: ListName,
  format: Format,
  query: Query,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<ExportFile> {
  const { data: stream, response } = await api.GET(`/api/admin/${list}/export`, {
    params: { query: { ...query, format } as object },
    parseAs: "stream",
    signal,
  });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  let reportedAt = 0;
  const reader = (stream as ReadableStream<Uint8Array> | null | undefined)?.getReader();
  if (!reader) throw new Problem({});
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value as Uint8Array<ArrayBuffer>);
    bytes += value.length;
    if (bytes - reportedAt < PROGRESS_INTERVAL) continue;
    reportedAt = bytes;
    onBytes(bytes);
  }
  const type = response.headers.get("content-type") ?? "";
  const matchedName = /filename="?([^";]+)"?/.exec(response.headers.get("content-disposition") ?? "");
  return { name: matchedName?.[1] ?? `${list}.${format}`, blob: new Blob(parts, { type }) };
}

const PROGRESS_INTERVAL = 250_000;

/** Saves a file through the browser. */
export function save({ name, blob }: ExportFile): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
