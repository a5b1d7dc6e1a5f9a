import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import "~/lib/i18n";
import type { Me } from "~/lib/auth/me";
import { RefusedAddress } from "./RefusedAddress";

const ME = { email: "ada@example.org", time_zone: "UTC" } as Me;

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function answered(refused_at: string | null) {
  const fetched = vi.fn(() => Promise.resolve(Response.json({ refused_at })));
  vi.stubGlobal("fetch", fetched);
  const { container } = render(
    <QueryClientProvider client={new QueryClient()}>
      <RefusedAddress me={ME} />
    </QueryClientProvider>,
  );
  return { fetched, container };
}

describe("the notice of a refused address", () => {
  it("names the address", async () => {
    answered("2030-01-07T09:00:00Z");
    expect((await screen.findByRole("status")).textContent).toContain(ME.email);
  });

  it("is absent while mail arrives", async () => {
    const { fetched, container } = answered(null);
    await waitFor(() => expect(fetched).toHaveBeenCalled());
    expect(container.textContent).toBe("");
  });
});
