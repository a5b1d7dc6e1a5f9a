import { describe, expect, it } from "vitest";
import { effectiveSort, normalizeSearch, validateCatalog } from "./search";
import { activeFilters, applyChange, clearFilters } from "./searchFilters";

describe("an address of the catalog", () => {
  it("keeps valid parameters", () => {
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

  it("drops invalid parameters", () => {
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

  it("accepts numbers as text and text as numbers", () => {
    expect(validateCatalog({ search: 2026, min_price: "12.34567" })).toEqual({
      search: "2026",
      min_price: 12.3457,
    });
  });

  it("swaps reversed bounds", () => {
    expect(validateCatalog({ min_price: 50, max_price: 20 })).toEqual({ min_price: 20, max_price: 50 });
    expect(validateCatalog({ from: "2026-12-05", to: "2026-12-01" })).toEqual({
      from: "2026-12-05",
      to: "2026-12-05",
    });
  });

  it("sorts by relevance only with a search", () => {
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

  it("are recognized by their parameters", () => {
    expect(activeFilters(search)).toEqual(["price", "date"]);
  });

  it("are removed with all their parameters", () => {
    expect(clearFilters(search, "price")).toEqual({ search: "yoga", to: "2026-12-05" });
  });

  it("are removed when set to undefined", () => {
    expect(applyChange(search, { min_price: undefined })).toEqual({
      search: "yoga",
      max_price: 10,
      to: "2026-12-05",
    });
  });
});

describe("format, place and language", () => {
  it("are kept as the API takes them", () => {
    const search = { format: "in_person", place: "Kreuzberg, Berlin", language: "zh-Hant" } as const;
    expect(validateCatalog(search)).toEqual(search);
    expect(activeFilters(search)).toEqual(["format", "place", "language"]);
    expect(clearFilters(search, "place", "format")).toEqual({ language: "zh-Hant" });
  });

  it("are dropped when the API would refuse them", () => {
    expect(validateCatalog({ format: "by_post", place: "x".repeat(101), language: "any language" })).toEqual(
      {},
    );
  });
});
