import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import "~/lib/i18n";
import { reviewLimits } from "~/lib/api/limits";
import type { BookingHistory } from "../types";
import { ReviewForm } from "./ReviewForm";

const BOOKING = { id: "b00c0000-0000-7000-8000-000000000001", session: "5e55" } as unknown as BookingHistory;

let sent: { body: unknown; key: string | null }[];
let answers: Response[];

beforeEach(() => {
  [sent, answers] = [[], []];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push({ body: await request.json(), key: request.headers.get("Idempotency-Key") });
    return answers.shift() ?? Response.json({}, { status: 201 });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

function shown() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ReviewForm booking={BOOKING} />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

const submit = () => screen.getByRole("button", { name: "Publish review" });

describe("the form of a review", () => {
  it("asks for stars before it sends anything", async () => {
    const user = shown();
    await user.click(submit());
    expect(screen.getByText("Choose 1 to 5 stars.")).toBeTruthy();
    expect(sent).toEqual([]);
  });

  it("sends stars alone, and says in a word what they mean", async () => {
    const user = shown();
    await user.click(screen.getByRole("radio", { name: "4 of 5 stars" }));
    expect(screen.getByText("Good")).toBeTruthy();
    await user.click(submit());
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.body).toEqual({ booking: BOOKING.id, stars: 4, text: "" });
  });

  it("keeps what was given after a failure, and repeats it with the same key", async () => {
    answers = [Response.json({ code: "busy", status: 503, detail: "Busy." }, { status: 503 })];
    const user = shown();
    await user.click(screen.getByRole("radio", { name: "2 of 5 stars" }));
    await user.type(screen.getByRole("textbox"), " Too loud. ");
    await user.click(submit());
    expect(await screen.findByText(/very busy right now/)).toBeTruthy();
    expect((screen.getByRole("textbox") as HTMLTextAreaElement).value).toBe(" Too loud. ");

    await user.click(submit());
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[1]?.body).toEqual({ booking: BOOKING.id, stars: 2, text: "Too loud." });
  });

  it("refuses more characters than the server takes", async () => {
    const user = shown();
    await user.click(screen.getByRole("radio", { name: "5 of 5 stars" }));
    await user.click(screen.getByRole("textbox"));
    await user.paste("x".repeat(reviewLimits.text.maxLength + 1));
    await user.click(submit());
    const most = reviewLimits.text.maxLength.toLocaleString("en");
    expect(screen.getByText(`Use at most ${most} characters.`)).toBeTruthy();
    expect(sent).toEqual([]);
  });
});
