import { describe, expect, it } from "vitest";
import type { Session } from "../queries";
import {
  copySession,
  EMPTY_FORM,
  normalizeAmount,
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
  status: "active",
} as unknown as Session;

describe("a session's form", () => {
  it("sends what it read when unchanged", () => {
    const { id: _, ...facts } = SESSION;
    expect(toSessionIn(toSessionForm(SESSION))).toEqual(facts);
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

describe("an amount", () => {
  it("accepts common notations", () => {
    expect(normalizeAmount("49,9")).toBe("49.90");
    expect(normalizeAmount(" 007 ")).toBe("7.00");
    expect(normalizeAmount("0")).toBe("0.00");
    expect(normalizeAmount("99999999.99")).toBe("99999999.99");
  });

  it.each(["", "-1", "1.234", "1e3", "1_0", "1 000", "NaN", "123456789", "12€"])("is not %j", (text) => {
    expect(normalizeAmount(text)).toBeNull();
  });
});

it("tags are split at commas, lower-cased and unique", () => {
  expect(parseTags("Yoga, #Beginners ,, yoga;Slow  flow")).toEqual(["yoga", "beginners", "slow flow"]);
  expect(parseTags("  ")).toEqual([]);
});
