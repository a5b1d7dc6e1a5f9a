import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import "~/lib/i18n";
import { SeatsStepper } from "./SeatsStepper";

afterEach(cleanup);

const field = () => screen.getByRole<HTMLInputElement>("spinbutton", { name: "Seats" });
const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });

describe("the number of seats", () => {
  it("is limited to one and to the seats left", () => {
    const { rerender } = render(<SeatsStepper value={1} most={2} onChange={() => undefined} />);
    expect(button("Remove one seat").disabled).toBe(true);
    rerender(<SeatsStepper value={2} most={2} onChange={() => undefined} />);
    expect(button("Add one seat").disabled).toBe(true);
  });

  it("is clamped on blur", () => {
    const onChange = vi.fn();
    render(<SeatsStepper value={1} most={6} onChange={onChange} />);
    fireEvent.change(field(), { target: { value: "40" } });
    expect(onChange).not.toHaveBeenCalled();
    fireEvent.blur(field());
    expect(onChange.mock.calls).toEqual([[6]]);
  });

  it("is kept when the field is left empty", () => {
    const onChange = vi.fn();
    render(<SeatsStepper value={2} most={6} onChange={onChange} />);
    fireEvent.change(field(), { target: { value: "" } });
    fireEvent.blur(field());
    expect(field().value).toBe("2");
  });
});
