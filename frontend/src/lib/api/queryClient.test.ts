import { QueryObserver } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { MarketplaceQueryClient } from "./queryClient";

function watched() {
  const answers: ((value: string) => void)[] = [];
  const client = new MarketplaceQueryClient();
  const options = {
    queryKey: ["favourites"],
    queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
    staleTime: 60_000,
  };
  const observer = new QueryObserver(client, options);
  return { client, answers, options, observer, data: () => observer.getCurrentResult().data };
}

it("what is invalidated during its first fetch is fetched again", async () => {
  const { client, answers, observer, data } = watched();
  observer.subscribe(() => {});
  const invalidated = client.invalidateQueries({ queryKey: ["favourites"] });
  answers[0]?.("before the change");
  await vi.waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.("after the change");
  await invalidated;

  expect(data()).toBe("after the change");
});

it("what is fetched ahead and invalidated meanwhile is fetched again once it is shown", async () => {
  const { client, answers, options, observer } = watched();
  const ahead = client.prefetchQuery(options);
  const invalidated = client.invalidateQueries({ queryKey: ["favourites"] });
  answers[0]?.("before the change");
  await Promise.all([ahead, invalidated]);
  expect(answers).toHaveLength(1);

  observer.subscribe(() => {});
  expect(answers).toHaveLength(2);
});

it("a first fetch that fails leaves an invalidation without an error", async () => {
  const client = new MarketplaceQueryClient();
  const fetched = client.fetchQuery({
    queryKey: ["favourites"],
    queryFn: () => Promise.reject(new Error("offline")),
  });
  const invalidated = client.invalidateQueries({ queryKey: ["favourites"] });

  await expect(fetched).rejects.toThrow("offline");
  await expect(invalidated).resolves.toBeUndefined();
});
