import { describe, expect, it } from "vitest";
import { fileName, googleLink, subscribeLink } from "./calendar";

describe("the link to Google's calendar", () => {
  const link = new URL(
    googleLink(
      {
        session: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
        booking_date: "2026-12-03T18:30:00+01:00",
        ends_at: "2026-12-03T20:00:00+01:00",
        terms: { title: "Pasta & wine: a night in Rome" },
      },
      "https://sessions.example",
    ),
  );

  it("has the instants in UTC", () => {
    expect(link.searchParams.get("dates")).toBe("20261203T173000Z/20261203T190000Z");
  });

  it("has the full title and a link to the session", () => {
    expect(link.searchParams.get("text")).toBe("Pasta & wine: a night in Rome");
    expect(link.searchParams.get("details")).toBe(
      "https://sessions.example/sessions/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    );
  });
});

describe("the name of a calendar file", () => {
  it("is the title in portable characters", () => {
    expect(fileName("Pasta & wine: a night in Rome")).toBe("pasta-wine-a-night-in-rome.ics");
    expect(fileName("../../etc/passwd")).toBe("etc-passwd.ics");
    expect(fileName("書道 入門")).toBe("書道-入門.ics");
  });

  it("has a fallback and a maximum length", () => {
    expect(fileName("!!!")).toBe("booking.ics");
    expect(fileName("a".repeat(300))).toHaveLength(64);
  });
});

describe("the link to subscribe to a feed", () => {
  it.each(["https://sessions.example:8443", "http://sessions.example:8443"])(
    "has the address of %s",
    (site) => {
      expect(subscribeLink(`${site}/api/calendar/x.ics`)).toBe(
        "webcal://sessions.example:8443/api/calendar/x.ics",
      );
    },
  );
});
