import { describe, expect, it } from "vitest";
import type { Filter } from "./listing";
import { applyChange, toApiFilters, toApiQuery, toggleOrdering, validateSearch } from "./query";

const FILTERS: Filter[] = [
  {
    kind: "choice",
    name: "is_active",
    label: "Active",
    options: [
      { value: "true", label: "Yes" },
      { value: "false", label: "No" },
    ],
  },
  { kind: "days", name: "joined", label: "Joined", from: "joined_from", to: "joined_to" },
  { kind: "amounts", name: "prices", label: "Price", from: "min_price", to: "max_price" },
  { kind: "person", name: "creator", label: "Creator" },
];
const ID = "01a203f7-e072-77b0-bd24-2eede2e44c7c";
const allowed = { filters: FILTERS, sorts: ["email"], ordering: "-date_joined" };

describe("the search parameters of a list", () => {
  it("are kept when the list supports them", () => {
    expect(
      validateSearch(
        {
          search: " ada ",
          is_active: true,
          joined_from: "2026-12-03",
          min_price: 10,
          creator: ID,
          ordering: "-email",
        },
        allowed,
      ),
    ).toEqual({
      search: "ada",
      is_active: "true",
      joined_from: "2026-12-03",
      min_price: "10",
      creator: ID,
      ordering: "-email",
    });
  });

  it("are dropped when invalid", () => {
    const nonsense = {
      search: "  ",
      is_active: "perhaps",
      joined_from: "2026-13-40",
      min_price: "1e3",
      creator: "ada",
      ordering: "password",
      page: -3,
      limit: 7,
      other: "x",
    };
    expect(validateSearch(nonsense, allowed)).toEqual({});
  });

  it("accept a search of digits only", () => {
    expect(validateSearch({ search: 2026 }, allowed)).toEqual({ search: "2026" });
  });
});

describe("the API query", () => {
  it("defaults to the first page in the default order", () => {
    expect(toApiQuery({}, allowed, "UTC")).toEqual({ ordering: "-date_joined", page: "1", limit: "20" });
  });

  it("converts the viewer's days to instants across a clock change", () => {
    const search = { joined_from: "2026-10-24", joined_to: "2026-10-25" };
    expect(toApiFilters(search, FILTERS, "Europe/Berlin")).toEqual({
      joined_from: "2026-10-23T22:00:00.000Z",
      joined_to: "2026-10-25T23:00:00.000Z",
    });
  });
});

describe("changing the search", () => {
  it("goes back to the first page, unless it is the page that changes", () => {
    expect(applyChange({ search: "ada", page: 3 }, { is_active: true })).toEqual({
      search: "ada",
      is_active: true,
    });
    expect(applyChange({ search: "ada", page: 3 }, { page: 4 })).toEqual({ search: "ada", page: 4 });
  });

  it("removes a filter set to undefined", () => {
    expect(applyChange({ search: "ada", is_active: true }, { is_active: undefined, search: "" })).toEqual({});
  });

  it("reverses the order of a field and starts another ascending", () => {
    expect(toggleOrdering("email", "email")).toBe("-email");
    expect(toggleOrdering("email", "-email")).toBe("email");
    expect(toggleOrdering("email", "-date_joined")).toBe("email");
  });
});
