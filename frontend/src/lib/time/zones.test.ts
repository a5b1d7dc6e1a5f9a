import { describe, expect, it } from "vitest";
import { RENAMED_ZONES } from "./zone";
import { allZones, searchZones } from "./zones";

const ids = (query: string) => searchZones(query).map(({ id }) => id);

describe("zones", () => {
  it("are found by city, ignoring accents", () => {
    expect(ids("rome")[0]).toBe("Europe/Rome");
    expect(ids("new york")[0]).toBe("America/New_York");
    expect(ids("são paulo")[0]).toBe("America/Sao_Paulo");
  });

  it("are found by the current and the former city name", () => {
    expect(ids("kolkata")).toEqual(["Asia/Kolkata"]);
    expect(ids("kyiv")).toEqual(["Europe/Kyiv"]);
    expect(ids("calcutta")).toEqual(["Asia/Kolkata"]);
  });

  it("are listed by their present names, whatever the browser calls them", () => {
    const listed = new Set(allZones().map(({ id }) => id));
    const reported = Intl.supportedValuesOf("timeZone").filter((id) => id in RENAMED_ZONES);
    expect(reported.filter((id) => listed.has(id))).toEqual([]);
    expect(reported.filter((id) => !listed.has(RENAMED_ZONES[id] ?? ""))).toEqual([]);
  });

  it("are found by name and by words in any order", () => {
    expect(ids("central european")).toContain("Europe/Berlin");
    expect(ids("berlin europe")).toEqual(["Europe/Berlin"]);
  });

  it("are all listed for an empty search and none for nonsense", () => {
    expect(searchZones(" ")).toHaveLength(allZones().length);
    expect(ids("atlantis at the bottom")).toEqual([]);
  });
});
