import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useSelection } from "./useSelection";

it("keeps selected rows across pages", () => {
  const { result, rerender } = renderHook(() => useSelection("{}"));
  act(() => result.current.set(["a", "b"], true));
  rerender();
  act(() => result.current.toggle("c"));
  act(() => result.current.toggle("a"));
  expect([...result.current.ids]).toEqual(["b", "c"]);
});

it("clears the selection when filters change", () => {
  const { result, rerender } = renderHook(({ filters }) => useSelection(filters), {
    initialProps: { filters: "{}" },
  });
  act(() => result.current.set(["a"], true));
  act(() => result.current.chooseAll());
  expect(result.current.isAll).toBe(true);
  rerender({ filters: '{"role":"creator"}' });
  expect(result.current.isAll).toBe(false);
  expect(result.current.ids.size).toBe(0);
});
