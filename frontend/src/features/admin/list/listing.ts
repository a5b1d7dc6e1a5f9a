import type { LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ListSearch } from "../search";

/** A column of a list. `sort` is the API's name of the field to order by, where it can be ordered by this. */
export type Column<Row> = {
  name: string;
  head: string;
  cell: (row: Row) => ReactNode;
  sort?: string;
  isNumber?: boolean;
  /** The API's names of what it shows, for files; its own name where there are none. */
  fields?: string[];
  /** Not shown until it is chosen. */
  isHiddenByDefault?: boolean;
};

/** Something to narrow a list by. The names are the API's. */
export type Filter =
  | { kind: "choice"; name: string; label: string; options: { value: string; label: string }[] }
  | { kind: "days" | "amounts"; name: string; label: string; from: string; to: string }
  | { kind: "person" | "session"; name: string; label: string };

export type Query = Record<string, string>;

/** A page of rows. The total is an estimate where an exact one would be too dear. */
export type Rows<Row> = { rows: Row[]; total: number; isEstimate: boolean };

export type ListName = "users" | "sessions" | "bookings" | "audit";

/** All that makes one list differ from another. The first column stands for the row, and leads to it. */
export type Listing<Row extends { id: string }> = {
  name: ListName;
  columns: Column<Row>[];
  filters: Filter[];
  /** The default ordering. */
  ordering: string;
  fetchRows: (query: Query, signal: AbortSignal) => Promise<Rows<Row>>;
  nameOf: (row: Row) => string;
  linkTo?: (row: Row) => Pick<LinkProps, "to" | "params">;
};

/** The names in the address that a filter is about. */
export function searchKeys(filter: Filter): string[] {
  return "from" in filter ? [filter.from, filter.to] : [filter.name];
}

export function isSet(filter: Filter, search: ListSearch): boolean {
  return searchKeys(filter).some((key) => search[key] !== undefined);
}

/** What a file has of these columns: always its id, so that a row can be found again. */
export function exportFields<Row>(columns: Column<Row>[]): string[] {
  return [...new Set(["id", ...columns.flatMap(({ name, fields }) => fields ?? [name])])];
}
