import { describe, expect, it } from "vitest";
import {
  activeFilters,
  applyChange,
  clearFilters,
  effectiveSort,
  normalizeSearch,
  validateCatalog,
} from "./search";

describe("an address of the catalog", () => {
  it("is kept where it makes sense", () => {
    const search = {
      search: "pasta",
      category: "cooking",
      min_price: 10,
      max_price: 49.99,
      from: "2026-12-01",
      to: "2026-12-05",
      sort: "price",
    };
    expect(validateCatalog(search)).toEqual(search);
  });

  it("loses what makes none", () => {
    expect(
      validateCatalog({
        search: "!!!",
        category: ["art"],
        creator: "elena",
        min_price: "much",
        max_duration: -5,
        from: "2026-02-30",
        sort: "random",
        other: 1,
      }),
    ).toEqual({});
  });

  it("may have been typed by hand, so numbers can be texts and texts numbers", () => {
    expect(validateCatalog({ search: 2026, min_price: "12.345" })).toEqual({
      search: "2026",
      min_price: 12.35,
    });
  });

  it("has its bounds put in order", () => {
    expect(validateCatalog({ min_price: 50, max_price: 20 })).toEqual({ min_price: 20, max_price: 50 });
    expect(validateCatalog({ from: "2026-12-05", to: "2026-12-01" })).toEqual({
      from: "2026-12-05",
      to: "2026-12-05",
    });
  });

  it("sorts by relevance only where something is searched", () => {
    expect(validateCatalog({ sort: "relevance" })).toEqual({});
    expect(validateCatalog({ search: "yoga", sort: "relevance" }).sort).toBe("relevance");
    expect(effectiveSort({ search: "yoga" })).toBe("relevance");
    expect(effectiveSort({})).toBe("-created_at");
  });
});

it("a search has at most twelve words", () => {
  expect(normalizeSearch("a b c d e f g h i j k l m n")).toBe("a b c d e f g h i j k l");
  expect(normalizeSearch("  fresh pasta!  ")).toBe("fresh pasta!");
});

describe("filters", () => {
  const search = validateCatalog({ search: "yoga", min_price: 5, max_price: 10, to: "2026-12-05" });

  it("are known by what they consist of", () => {
    expect(activeFilters(search)).toEqual(["price", "date"]);
  });

  it("go with all that belongs to them", () => {
    expect(clearFilters(search, "price")).toEqual({ search: "yoga", to: "2026-12-05" });
  });

  it("go when changed to nothing", () => {
    expect(applyChange(search, { min_price: undefined })).toEqual({
      search: "yoga",
      max_price: 10,
      to: "2026-12-05",
    });
  });
});
