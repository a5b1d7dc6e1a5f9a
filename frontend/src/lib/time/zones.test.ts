import { describe, expect, it } from "vitest";
import { allZones, searchZones } from "./zones";

const ids = (query: string) => searchZones(query).map(({ id }) => id);

describe("zones", () => {
  it("are found by their place, spelled as people do", () => {
    expect(ids("rome")[0]).toBe("Europe/Rome");
    expect(ids("new york")[0]).toBe("America/New_York");
    expect(ids("são paulo")[0]).toBe("America/Sao_Paulo");
  });

  it("are found by the name that their place has now, and by the one that it had", () => {
    expect(ids("kolkata")).toEqual(["Asia/Kolkata"]);
    expect(ids("kyiv")).toEqual(["Europe/Kyiv"]);
    expect(ids("calcutta")).toEqual(["Asia/Kolkata"]);
  });

  it("are found by their name, and by several words in any order", () => {
    expect(ids("central european")).toContain("Europe/Berlin");
    expect(ids("berlin europe")).toEqual(["Europe/Berlin"]);
  });

  it("are all there for an empty search, and none for nonsense", () => {
    expect(searchZones(" ")).toHaveLength(allZones().length);
    expect(ids("atlantis at the bottom")).toEqual([]);
  });
});
