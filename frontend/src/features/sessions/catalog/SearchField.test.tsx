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
  it("is debounced", () => {
    const onSearch = vi.fn();
    render(<SearchField onSearch={onSearch} />);
    for (const text of ["p", "pa", "pas"]) type(text);
    expect(onSearch).not.toHaveBeenCalled();
    vi.advanceTimersByTime(400);
    expect(onSearch.mock.calls).toEqual([["pas"]]);
  });

  it("runs at once on submit and not again after the delay", () => {
    const onSearch = vi.fn();
    render(<SearchField onSearch={onSearch} />);
    type("pasta");
    fireEvent.submit(field());
    vi.advanceTimersByTime(400);
    expect(onSearch.mock.calls).toEqual([["pasta"]]);
  });

  it("is cleared by text without letters or digits", () => {
    const onSearch = vi.fn();
    render(<SearchField value="pasta" onSearch={onSearch} />);
    type("!");
    vi.advanceTimersByTime(400);
    expect(onSearch.mock.calls).toEqual([[undefined]]);
  });

  it("follows the address except for its own changes", () => {
    const { rerender } = render(<SearchField value="pasta" onSearch={() => undefined} />);
    type("pasta fr");
    rerender(<SearchField value="pasta" onSearch={() => undefined} />);
    expect(field().value).toBe("pasta fr");
    rerender(<SearchField value="rice" onSearch={() => undefined} />);
    expect(field().value).toBe("rice");
  });
});
