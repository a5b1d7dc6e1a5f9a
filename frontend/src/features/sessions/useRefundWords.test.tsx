import { cleanup, renderHook } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import "~/lib/i18n";
import { keepOffsets } from "~/lib/time/offsets";
import { useRefundWordsIn } from "./useRefundWords";

const FLEXIBLE = [
  { hours_before: 24, refund_percent: 100 },
  { hours_before: 0, refund_percent: 50 },
];
const STRICT = [
  { hours_before: 168, refund_percent: 100 },
  { hours_before: 72, refund_percent: 50 },
];
const ALL = [{ hours_before: 0, refund_percent: 100 }];
const START = "2026-12-06T09:00:00Z";
const NOW = new Date("2026-12-01T09:00:00Z");

afterEach(cleanup);

/** The words with plain spaces: a percent sign stays with its number. */
function words(zone = "Europe/Berlin") {
  const { current } = renderHook(() => useRefundWordsIn(zone)).result;
  return (...terms: Parameters<typeof current>) => current(...terms).replaceAll("\u00a0", " ");
}

describe("the words of a refund policy", () => {
  it.each([
    ["a chosen start", FLEXIBLE, 0, START, "Full refund until Sat 5 Dec, 10:00, then 50 %."],
    ["no start", FLEXIBLE, 0, undefined, "Full refund until 24 hours before, then 50 %."],
    ["everything until the start", ALL, 0, START, "Full refund until it starts."],
    [
      "everything, with notice",
      ALL,
      24,
      undefined,
      "Full refund until 24 hours before. After that, you can't cancel.",
    ],
    [
      "three shares",
      STRICT,
      0,
      undefined,
      "Full refund until 7 days before, then 50 % until 3 days before, then nothing.",
    ],
    [
      "a tier that has passed, and notice",
      STRICT,
      2,
      "2026-12-06T09:00:00Z",
      "50 % refund until Thu 3 Dec, 10:00, then nothing until Sun 6 Dec, 08:00. After that, you can't cancel.",
    ],
    [
      "a notice that has passed",
      ALL,
      240,
      START,
      "It starts in less than 10 days, so you won't be able to cancel.",
    ],
  ])("are those of %s", (_, policy, notice, start, expected) => {
    expect(words()({ policy, notice, start }, NOW)).toBe(expected);
  });

  it("are in the viewer's zone, by the server's offsets", () => {
    keepOffsets({
      time_zone: "America/New_York",
      offsets: [{ at: "2026-01-01T00:00:00Z", utc_offset: "-04:00" }],
      until: "2027-01-01T00:00:00Z",
    });
    expect(words("America/New_York")({ policy: FLEXIBLE, notice: 0, start: START }, NOW)).toBe(
      "Full refund until Sat 5 Dec, 05:00, then 50 %.",
    );
  });
});
