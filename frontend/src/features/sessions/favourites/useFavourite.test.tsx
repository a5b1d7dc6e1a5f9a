import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { toast } from "sonner";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Me } from "~/lib/auth/me";
import "~/lib/i18n";
import { favouriteIdsQuery } from "./queries";
import { useChangeFavourite, useWish } from "./useFavourite";
import { rememberWish, takeWish } from "./wish";

const [YOGA, LUTE] = [
  "01a2291b-f2e2-7047-9323-5c16e9cdbd66",
  "01a2291b-f2e2-7047-9323-5c16e9cdbd67",
] as const;
const FULL = {
  code: "too_many_favourites",
  status: 409,
  detail: "You've reached the maximum number of favourites. Remove one to add another.",
};

let answers: ((response: Response) => void)[];
let sent: string[];

beforeEach(() => {
  [answers, sent] = [[], []];
  vi.stubGlobal("fetch", (request: Request) => {
    if (request.method === "GET") return Promise.resolve(Response.json([LUTE]));
    sent.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Promise<Response>((resolve) => answers.push(resolve));
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

function rendered() {
  const client = new QueryClient();
  client.setQueryData(favouriteIdsQuery.queryKey, [LUTE]);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(() => useChangeFavourite(), { wrapper });
  return {
    change: (id: string, isFavourite: boolean) => act(async () => result.current.mutate({ id, isFavourite })),
    shown: () => client.getQueryData(favouriteIdsQuery.queryKey),
  };
}

describe("a favourite", () => {
  it("is shown before the server has answered", async () => {
    const { change, shown } = rendered();
    await change(YOGA, true);
    await waitFor(() => expect(sent).toEqual([`PUT /api/favourites/${YOGA}`]));
    expect(shown()).toEqual([YOGA, LUTE]);
    await change(LUTE, false);
    expect(shown()).toEqual([YOGA]);
    // one request at a time, so that the last press wins
    expect(sent).toHaveLength(1);
    await act(async () => answers[0]?.(new Response(null, { status: 204 })));
    await waitFor(() => expect(sent[1]).toBe(`DELETE /api/favourites/${LUTE}`));
  });

  it("is taken back when the server refuses it, and a message says why", async () => {
    const { change, shown } = rendered();
    await change(YOGA, true);
    await waitFor(() => expect(answers).toHaveLength(1));
    await act(async () => answers[0]?.(Response.json(FULL, { status: 409 })));
    await waitFor(() => expect(shown()).toEqual([LUTE]));
    expect(toast.getHistory().map((each) => "title" in each && each.title)).toContain(FULL.detail);
  });
});

describe("the favourite of a visitor", () => {
  it("is kept once, after signing in", () => {
    rememberWish(YOGA);
    expect(takeWish()).toBe(YOGA);
    expect(takeWish()).toBeNull();
  });

  it("is forgotten when hearts are shown without a sign-in, so that no other account gets it", async () => {
    rememberWish(YOGA);
    const kept = vi.fn();
    const { rerender } = renderHook(({ me }: { me: Me | null | undefined }) => useWish(me, kept), {
      initialProps: { me: undefined as Me | null | undefined },
    });
    rerender({ me: null });
    rerender({ me: { id: LUTE } as Me });
    expect(kept).not.toHaveBeenCalled();
    expect(takeWish()).toBeNull();
  });

  it("is kept when hearts are shown after the sign-in", () => {
    rememberWish(YOGA);
    const kept = vi.fn();
    renderHook(() => useWish({ id: LUTE } as Me, kept));
    expect(kept).toHaveBeenCalledExactlyOnceWith(YOGA);
  });

  it("is forgotten after half an hour", () => {
    rememberWish(YOGA);
    expect(takeWish(Date.now() + 31 * 60_000)).toBeNull();
  });
});
