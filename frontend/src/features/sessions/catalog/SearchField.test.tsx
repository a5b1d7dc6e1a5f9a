import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render as renderBare, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import "~/lib/i18n";
import { SearchField } from "./SearchField";

const field = () => screen.getByRole<HTMLInputElement>("combobox");

const FOUND = {
  categories: ["music"],
  people: [],
  titles: [{ id: "01a2291b-f2e2-7047-9323-5c16e9cdbd66", title: "Music boxes" }],
};
const onOpen = vi.fn();

function render(field: ReactNode) {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  return renderBare(field, { wrapper });
}

/** Types, and waits for suggestions. */
async function suggest(text: string) {
  type(text);
  await act(() => vi.advanceTimersByTimeAsync(100));
  await act(() => vi.advanceTimersByTimeAsync(100));
}

function type(text: string): void {
  fireEvent.change(field(), { target: { value: text } });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(FOUND)));
});
afterEach(() => {
  vi.unstubAllGlobals();
  onOpen.mockClear();
  vi.useRealTimers();
  cleanup();
});

describe("the catalog's search", () => {
  it("is debounced", () => {
    const onSearch = vi.fn();
    render(<SearchField onOpen={onOpen} onSearch={onSearch} />);
    for (const text of ["p", "pa", "pas"]) type(text);
    expect(onSearch).not.toHaveBeenCalled();
    vi.advanceTimersByTime(400);
    expect(onSearch.mock.calls).toEqual([["pas"]]);
  });

  it("runs at once on submit and not again after the delay", () => {
    const onSearch = vi.fn();
    render(<SearchField onOpen={onOpen} onSearch={onSearch} />);
    type("pasta");
    fireEvent.submit(field());
    vi.advanceTimersByTime(400);
    expect(onSearch.mock.calls).toEqual([["pasta"]]);
  });

  it("is cleared by text without letters or digits", () => {
    const onSearch = vi.fn();
    render(<SearchField onOpen={onOpen} value="pasta" onSearch={onSearch} />);
    type("!");
    vi.advanceTimersByTime(400);
    expect(onSearch.mock.calls).toEqual([[undefined]]);
  });

  it("follows the address except for its own changes", () => {
    const { rerender } = render(<SearchField onOpen={onOpen} value="pasta" onSearch={() => undefined} />);
    type("pasta fr");
    rerender(<SearchField onOpen={onOpen} value="pasta" onSearch={() => undefined} />);
    expect(field().value).toBe("pasta fr");
    rerender(<SearchField onOpen={onOpen} value="rice" onSearch={() => undefined} />);
    expect(field().value).toBe("rice");
  });
});

describe("suggestions", () => {
  const options = () => screen.queryAllByRole("option").map((option) => option.textContent);
  const active = () =>
    document.getElementById(field().getAttribute("aria-activedescendant") ?? "")?.textContent;
  const press = (key: string) => fireEvent.keyDown(field(), { key });

  it("list categories and titles, and say how many there are", async () => {
    render(<SearchField onSearch={() => undefined} onOpen={onOpen} />);
    expect(field().getAttribute("aria-expanded")).toBe("false");
    await suggest("mus");
    expect(options()).toEqual(["MusicCategory", "Music boxesSession"]);
    expect(field().getAttribute("aria-expanded")).toBe("true");
    expect(screen.getByRole("status").textContent).toContain("2 suggestions");
  });

  it("are chosen by arrows, around the field itself, and opened by Enter", async () => {
    const onSearch = vi.fn();
    render(<SearchField onSearch={onSearch} onOpen={onOpen} />);
    await suggest("mus");
    press("ArrowDown");
    expect(active()).toBe("MusicCategory");
    press("ArrowUp");
    expect(active()).toBeUndefined();
    press("ArrowUp");
    expect(active()).toBe("Music boxesSession");
    press("Enter");
    expect(onOpen.mock.calls).toEqual([[{ session: FOUND.titles[0]?.id }]]);
    vi.advanceTimersByTime(400);
    expect(onSearch).not.toHaveBeenCalled();
    expect(options()).toEqual([]);
  });

  it("are opened by a click", async () => {
    render(<SearchField onSearch={() => undefined} onOpen={onOpen} />);
    await suggest("mus");
    fireEvent.click(screen.getByText("Music"));
    expect(onOpen.mock.calls).toEqual([[{ search: { category: "music" } }]]);
  });

  it("close on Escape, which leaves the text", async () => {
    render(<SearchField onSearch={() => undefined} onOpen={onOpen} />);
    await suggest("mus");
    press("Escape");
    expect(options()).toEqual([]);
    expect(field().value).toBe("mus");
  });
});
