import { describe, expect, it } from "vitest";
import fixture from "~/testing/fixtures/csv.json";
import { toCsv } from "./csv";

describe("comma-separated values", () => {
  it("are those of the server", () => {
    expect(toCsv(fixture.rows)).toBe(fixture.text);
  });

  it("start with a byte order mark and end rows with CRLF", () => {
    expect(toCsv([["Née Müller", 2]])).toBe('\uFEFF"Née Müller",2\r\n');
  });

  it("escape quotes, commas and line breaks", () => {
    expect(toCsv([['She said "hi", twice', "a\nb"]])).toBe('\uFEFF"She said ""hi"", twice","a\nb"\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])(
    "escape %j so it is not a formula",
    (cell) => {
      expect(toCsv([[cell]])).toBe(`\uFEFF"'${cell}"\r\n`);
    },
  );

  it("leave other characters unchanged", () => {
    expect(toCsv([["a=b", "10:00 - 11:00", "ada@example.org"]])).toBe(
      '\uFEFF"a=b","10:00 - 11:00","ada@example.org"\r\n',
    );
  });
});
