import { describe, expect, it } from "vitest";
import type { Session } from "../queries";
import {
  copySession,
  EMPTY_FORM,
  parseCoordinates,
  parseTags,
  toSessionChanges,
  toSessionForm,
  toSessionIn,
} from "./model";

const SESSION = {
  id: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
  title: "Morning yoga",
  description: "A gentle hour.",
  audience: "Beginners of all ages.",
  category: "wellbeing",
  tags: ["yoga", "beginners"],
  duration: 60,
  price: "49.90",
  max_participants: 12,
  image_url: null,
  requires_confirmation: true,
  cancellation_notice: 24,
  payment_method: "at_session",
  cancellation_policy: [{ hours_before: 24, refund_percent: 50 }],
  status: "active",
  bring: "A mat.",
  format: "in_person",
  language: "pt-BR",
  place: "Trastevere, Rome",
  address: "Via della Lungara 10",
  coordinates: { latitude: 41.8919, longitude: 12.4678 },
  address_public: false,
  join_url: null,
} as unknown as Session;

describe("a session's form", () => {
  it("sends what it read when unchanged", () => {
    const { id: _, ...facts } = SESSION;
    expect(toSessionIn(toSessionForm(SESSION))).toEqual({ ...facts, price: "49.9" });
    expect(toSessionChanges(toSessionForm(SESSION), toSessionForm(SESSION))).toEqual({});
  });

  it("sends changed fields only, ignoring formatting", () => {
    const form = {
      ...toSessionForm(SESSION),
      title: " Morning yoga ",
      price: "49,9",
      duration: "90",
      tags: ["yoga"],
    };
    expect(toSessionChanges(form, toSessionForm(SESSION))).toEqual({ duration: 90, tags: ["yoga"] });
  });

  it("sends null for an empty choice", () => {
    expect(toSessionIn(EMPTY_FORM)).toMatchObject({ category: null, image_url: null, tags: [] });
  });

  it("copies everything but the title, and the copy is hidden", () => {
    const copy = copySession(SESSION, "Morning yoga (copy)");
    expect(copy).toEqual({ ...toSessionForm(SESSION), title: "Morning yoga (copy)", status: "inactive" });
  });
});

it("a session's form sends only what belongs to its format", () => {
  const form = {
    ...toSessionForm(SESSION),
    format: "online" as const,
    join_url: " https://meet.example.org/a ",
  };
  expect(toSessionChanges(form, toSessionForm(SESSION))).toEqual({
    format: "online",
    place: null,
    address: null,
    coordinates: null,
    join_url: "https://meet.example.org/a",
  });
});

it("coordinates are read as maps copy them", () => {
  expect(parseCoordinates(" 41.8919, 12.4678 ")).toEqual({ latitude: 41.8919, longitude: 12.4678 });
  expect(parseCoordinates("-33.9 151")).toEqual({ latitude: -33.9, longitude: 151 });
  for (const text of ["", "41.9", "91, 0", "0, 181", "41,89, 12,46", "Rome"]) {
    expect(parseCoordinates(text)).toBeNull();
  }
});

it("tags are split at commas, lower-cased and unique", () => {
  expect(parseTags("Yoga, #Beginners ,, yoga;Slow  flow")).toEqual(["yoga", "beginners", "slow flow"]);
  expect(parseTags("  ")).toEqual([]);
});
