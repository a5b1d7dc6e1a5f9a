import { expect, it } from "vitest";
import { unwrapAll } from "./client";

const LINKS: Record<string, string> = {
  first: '</api/sessions/1/slots?explain=true&from=2030-01-08T09%3A00%3A00Z&to=x>; rel="next"',
  "2030-01-08T09:00:00Z": '</api/sessions/1/slots?from=last>; rel="next"',
};

it("a list that is answered in parts is fetched to its end, in order", async () => {
  const requested: (string | undefined)[] = [];
  const all = await unwrapAll(async (from?: string) => {
    requested.push(from);
    const link = LINKS[from ?? "first"];
    return { data: [requested.length], response: new Response(null, { headers: link ? { link } : {} }) };
  }, "from");

  expect(all).toEqual([1, 2, 3]);
  expect(requested).toEqual([undefined, "2030-01-08T09:00:00Z", "last"]);
});

it("a failing part fails the whole list", async () => {
  const call = unwrapAll(async () => {
    throw new Error("offline");
  }, "from");

  await expect(call).rejects.toThrow("offline");
});
