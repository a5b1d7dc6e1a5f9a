import { expect, it } from "vitest";
import { type Held, mapLink } from "./where";

const SAID: Held = {
  format: "in_person",
  place: "Rome",
  address: null,
  coordinates: null,
  language: null,
  join_url: null,
};
const POINT = { latitude: 41.89, longitude: 12.47 };

it("a map shows a marker at an address and only the surroundings without one", () => {
  expect(mapLink({ ...SAID, address: "Via 1", coordinates: POINT })).toBe(
    "https://www.openstreetmap.org/?mlat=41.89&mlon=12.47#map=17/41.89/12.47",
  );
  expect(mapLink({ ...SAID, coordinates: POINT })).toBe("https://www.openstreetmap.org/#map=13/41.89/12.47");
});

it("a map looks for the words where there is no point, and there is none online", () => {
  expect(mapLink(SAID)).toBe("https://www.openstreetmap.org/search?query=Rome");
  expect(mapLink({ ...SAID, place: null })).toBeFalsy();
  expect(mapLink({ ...SAID, format: "online" })).toBeNull();
});
