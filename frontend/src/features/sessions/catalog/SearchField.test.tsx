import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import "~/lib/i18n";
import { SearchField } from "./SearchField";

const field = () => screen.getByRole<HTMLInputElement>("searchbox");

function type(text: string): void {
  fireEvent.change(field(), { target: { value: text } });
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  cleanup();
});

describe("the catalog's search", () => {
  it("asks when one pauses, not for every letter", () => {
    const onSearch = vi.fn();
    render(<SearchField onSearch={onSearch} />);
    for (const text of ["p", "pa", "pas"]) type(text);
    expect(onSearch).not.toHaveBeenCalled();
    vi.advanceTimersByTime(400);
    expect(onSearch.mock.calls).toEqual([["pas"]]);
  });

  it("asks at once when it is sent, and not again after the pause", () => {
    const onSearch = vi.fn();
    render(<SearchField onSearch={onSearch} />);
    type("pasta");
    fireEvent.submit(field());
    vi.advanceTimersByTime(400);
    expect(onSearch.mock.calls).toEqual([["pasta"]]);
  });

  it("does not ask for what holds no letter or digit, but takes a search away with it", () => {
    const onSearch = vi.fn();
    render(<SearchField value="pasta" onSearch={onSearch} />);
    type("!");
    vi.advanceTimersByTime(400);
    expect(onSearch.mock.calls).toEqual([[undefined]]);
  });

  it("follows the address when that changes by other means, and never what was just typed", () => {
    const { rerender } = render(<SearchField value="pasta" onSearch={() => undefined} />);
    type("pasta fr");
    rerender(<SearchField value="pasta" onSearch={() => undefined} />);
    expect(field().value).toBe("pasta fr");
    rerender(<SearchField value="rice" onSearch={() => undefined} />);
    expect(field().value).toBe("rice");
  });
});
