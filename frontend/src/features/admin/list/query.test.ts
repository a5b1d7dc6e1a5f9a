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

describe("what an address asks of a list", () => {
  it("is kept as far as the list understands it", () => {
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

  it("is left out where it makes no sense", () => {
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

  it("may be a search of digits alone, which an address says as a number", () => {
    expect(validateSearch({ search: 2026 }, allowed)).toEqual({ search: "2026" });
  });
});

describe("what the API is asked for", () => {
  it("is the first page in the usual order where nothing is said", () => {
    expect(toApiQuery({}, allowed, "UTC")).toEqual({ ordering: "-date_joined", page: "1", limit: "20" });
  });

  it("has days of the viewer's calendar as instants, the last one whole, when the clocks change too", () => {
    const search = { joined_from: "2026-10-24", joined_to: "2026-10-25" };
    expect(toApiFilters(search, FILTERS, "Europe/Berlin")).toEqual({
      joined_from: "2026-10-23T22:00:00.000Z",
      joined_to: "2026-10-25T23:00:00.000Z",
    });
  });
});

describe("changing what is asked", () => {
  it("goes back to the first page, unless it is the page that changes", () => {
    expect(applyChange({ search: "ada", page: 3 }, { is_active: true })).toEqual({
      search: "ada",
      is_active: true,
    });
    expect(applyChange({ search: "ada", page: 3 }, { page: 4 })).toEqual({ search: "ada", page: 4 });
  });

  it("takes away what is set to nothing", () => {
    expect(applyChange({ search: "ada", is_active: true }, { is_active: undefined, search: "" })).toEqual({});
  });

  it("turns the order of a field round, and begins upwards with another", () => {
    expect(toggleOrdering("email", "email")).toBe("-email");
    expect(toggleOrdering("email", "-email")).toBe("email");
    expect(toggleOrdering("email", "-date_joined")).toBe("email");
  });
});
