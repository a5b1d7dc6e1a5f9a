import { describe, expect, it } from "vitest";
import { cropArea, MAX_SIDE, shrunkSize } from "./shrink";

describe("a picture before its upload", () => {
  it("keeps its size within the bound, and its shape beyond it", () => {
    expect(shrunkSize(800, 600)).toEqual({ width: 800, height: 600 });
    expect(shrunkSize(5120, 2560)).toEqual({ width: MAX_SIDE, height: 1280 });
    expect(shrunkSize(100, 10_240)).toEqual({ width: 25, height: MAX_SIDE });
    expect(shrunkSize(1, 10_240)).toEqual({ width: 1, height: MAX_SIDE });
  });

  it("is cropped to the square that is shown", () => {
    expect(cropArea(300, 200, { x: 0.5, y: 0.5, zoom: 1 })).toEqual({ left: 50, top: 0, size: 200 });
    expect(cropArea(300, 200, { x: 1, y: 0, zoom: 2 })).toEqual({ left: 200, top: 0, size: 100 });
  });
});
