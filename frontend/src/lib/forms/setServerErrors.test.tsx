import { renderHook, waitFor } from "@testing-library/react";
import { useForm } from "react-hook-form";
import { describe, expect, it } from "vitest";
import { Problem } from "~/lib/api/problem";
import "~/lib/i18n";
import { setServerErrors } from "./setServerErrors";

function formOf() {
  const { result } = renderHook(() => {
    const form = useForm({ defaultValues: { email: "", username: "", hours: [{ starts: "" }] } });
    return { form, errors: form.formState.errors };
  });
  const { form } = result.current;
  for (const name of ["email", "username", "hours.0.starts"] as const) {
    const input = document.body.appendChild(document.createElement("input"));
    input.name = name;
    form.register(name).ref(input);
  }
  return { form, errors: () => result.current.errors };
}

const invalid = (errors: Record<string, string[]>) => new Problem({ status: 400, code: "invalid", errors });

describe("server errors", () => {
  it("are set on their fields, and the first one is focused", async () => {
    const { form } = formOf();
    expect(
      setServerErrors(invalid({ username: ["Too short."], email: ["No address.", "Too long."] }), form),
    ).toBeNull();
    expect(form.getFieldState("email").error?.message).toBe("No address. Too long.");
    expect(form.getFieldState("username").error?.message).toBe("Too short.");
    await waitFor(() => expect((document.activeElement as HTMLInputElement).name).toBe("email"));
  });

  it("are returned when the form has no such field", () => {
    const { form } = formOf();
    expect(setServerErrors(invalid({ avatar: ["No picture."], email: ["No address."] }), form)).toBe(
      "No picture.",
    );
    expect(form.getFieldState("email").error?.message).toBe("No address.");
  });

  it("are mapped to the form's own names and to list items", () => {
    const { form } = formOf();
    expect(setServerErrors(invalid({ start: ["No time."] }), form, { start: "hours.0.starts" })).toBeNull();
    expect(form.getFieldState("hours.0.starts").error?.message).toBe("No time.");
  });

  it("of a conflict are set on their field", () => {
    const { form } = formOf();
    expect(
      setServerErrors(new Problem({ status: 409, code: "username_taken", detail: "Taken." }), form),
    ).toBeNull();
    expect(form.getFieldState("username").error?.message).toContain("taken");
  });

  it("without a field are returned as a message", () => {
    const { form } = formOf();
    form.setValue("email", "ada@example.org");
    expect(setServerErrors(Problem.offline(), form)).toContain("reach the server");
    expect(form.getValues("email")).toBe("ada@example.org");
    expect(form.formState.errors).toEqual({});
  });
});
