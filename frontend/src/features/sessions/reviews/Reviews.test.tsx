import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import "~/lib/i18n";
import { login } from "~/lib/auth/login";
import { type Me, meQuery } from "~/lib/auth/me";
import type { Session } from "../queries";
import { Rating } from "./Rating";
import Reviews from "./Reviews";

const CREATOR = { id: "c0ffee00-0000-7000-8000-000000000001", first_name: "Carla", last_name: "Lee" };
const SESSION = {
  id: "5e550000-0000-7000-8000-000000000001",
  creator: CREATOR.id,
  creator_details: { ...CREATOR, username: "carla" },
  rating: { average: 4.5, count: 1234 },
} as unknown as Session;
const PLAIN = {
  id: "4e400000-0000-7000-8000-000000000001",
  session: SESSION.id,
  author_name: "Ada L.",
  stars: 4,
  text: "A calm hour.",
  created_at: "2030-01-07T09:00:00Z",
  answer: null,
  answered_at: null,
};
const ANSWERED = {
  ...PLAIN,
  id: "4e400000-0000-7000-8000-000000000002",
  author_name: "Noor",
  stars: 1,
  text: "",
  answer: "I'm sorry.",
  answered_at: "2030-01-08T09:00:00Z",
};

let sent: { path: string; body: unknown; key: string | null }[];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method === "POST") {
      sent.push({
        path: pathname,
        body: await request.json(),
        key: request.headers.get("Idempotency-Key"),
      });
      return Response.json({ ...PLAIN, answer: "Thanks!" });
    }
    if (!pathname.endsWith("/reviews")) return Response.json({});
    if (searchParams.has("cursor")) return Response.json([ANSWERED]);
    const link = `<${request.url}&cursor=next>; rel="next"`;
    return Response.json([PLAIN], { headers: { Link: link } });
  });
});
afterEach(async () => {
  cleanup();
  await login.end(() => Promise.resolve());
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

function shown(viewer: string | null) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  if (viewer) {
    login.start(`h.${btoa(JSON.stringify({ sub: viewer }))}.s`);
    client.setQueryData(meQuery.queryKey, { id: viewer, time_zone: "UTC" } as Me);
  }
  render(
    <QueryClientProvider client={client}>
      <Reviews session={SESSION} />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

describe("the reviews of a session", () => {
  it("show stars, name, day, words and the answer, page by page, to a visitor who can do nothing else", async () => {
    const user = shown(null);
    const first = await screen.findByRole("article");
    expect(within(first).getByRole("img", { name: "4 of 5 stars" })).toBeTruthy();
    expect(within(first).getByRole("heading", { name: "Ada L." })).toBeTruthy();
    expect(first.textContent).toContain("A calm hour.");
    expect(screen.getByText("4.5 of 5, 1,234 reviews")).toBeTruthy();

    await user.click(screen.getByRole("button", { name: "Show more reviews" }));
    await waitFor(() => expect(screen.getAllByRole("article")).toHaveLength(2));
    const second = screen.getAllByRole("article")[1] as HTMLElement;
    expect(within(second).getByRole("img", { name: "1 of 5 stars" })).toBeTruthy();
    expect(within(second).getByRole("heading", { name: "Carla Lee answered" })).toBeTruthy();
    expect(second.textContent).toContain("I'm sorry.");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("can be reported by a reader, but not answered", async () => {
    shown("5ead0000-0000-7000-8000-000000000001");
    expect(await screen.findByRole("button", { name: "Report the review by Ada L." })).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Answer/ })).toBeNull();
  });

  it("are answered once by the creator, and never with nothing", async () => {
    const user = shown(CREATOR.id);
    await user.click(await screen.findByRole("button", { name: "Show more reviews" }));
    await waitFor(() => expect(screen.getAllByRole("article")).toHaveLength(2));
    expect(screen.queryByRole("button", { name: "Answer the review by Noor" })).toBeNull();

    await user.click(screen.getByRole("button", { name: "Answer the review by Ada L." }));
    await user.click(screen.getByRole("button", { name: "Publish answer" }));
    expect(screen.getByText("Write an answer.")).toBeTruthy();
    expect(sent).toEqual([]);

    await user.type(screen.getByLabelText("Your answer"), "  Thanks! ");
    await user.click(screen.getByRole("button", { name: "Publish answer" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ path: `/api/reviews/${PLAIN.id}/answer`, body: { text: "Thanks!" } });
    expect(sent[0]?.key).toBeTruthy();
  });
});

describe("a rating", () => {
  it("is one number for the eye and one sentence for a screen reader", () => {
    const { container } = render(<Rating rating={{ average: 5, count: 1 }} />);
    expect(container.querySelector("[aria-hidden] strong")?.textContent).toBe("5.0");
    expect(container.querySelector(".sr-only")?.textContent).toContain("5.0");
  });

  it("is absent without reviews", () => {
    const { container } = render(<Rating rating={{ average: null, count: 0 }} />);
    expect(container.textContent).toBe("");
  });
});
