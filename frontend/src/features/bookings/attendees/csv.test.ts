import { describe, expect, it } from "vitest";
import { toCsv } from "./csv";

describe("comma-separated values", () => {
  it("begin with the mark of UTF-8 and end each row as RFC 4180 says", () => {
    expect(toCsv([["Née Müller", 2]])).toBe('\uFEFF"Née Müller","2"\r\n');
  });

  it("keep quotes, commas and line breaks within their cell", () => {
    expect(toCsv([['She said "hi", twice', "a\nb"]])).toBe('\uFEFF"She said ""hi"", twice","a\nb"\r\n');
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])(
    "never let %j be a formula",
    (cell) => {
      expect(toCsv([[cell]])).toBe(`\uFEFF"'${cell}"\r\n`);
    },
  );

  it("leave harmless signs inside a cell as they are", () => {
    expect(toCsv([["a=b", "10:00 - 11:00", "ada@example.org"]])).toBe(
      '\uFEFF"a=b","10:00 - 11:00","ada@example.org"\r\n',
    );
  });
});
