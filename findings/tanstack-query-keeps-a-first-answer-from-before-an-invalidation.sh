#!/usr/bin/env bash
# What is surprising: invalidateQueries fetches again and cancels what is under way, but not the first fetch of a query: it
#   waits for that one, whose answer then counts as fresh although it is from before the invalidation. A later fetch is
#   cancelled, as documented.
# Whom it hurts: pages that change something while they load: what was saved is shown as unsaved, for as long as `staleTime`.
#   A visitor's favourite, saved at the sign-in, was shown without its heart on a slow phone.
# What we do: our client fetches again once the first fetch has ended (frontend/src/lib/api/queryClient.ts).
# Versions: @tanstack/query-core 5.108.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
node_packages @tanstack/query-core@5.108.0
cd "$NODE_FOLDER"

cat >run.mjs <<'JS'
import { QueryClient, QueryObserver } from "@tanstack/query-core";

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** What is shown after a change that was made while the query was being fetched. */
async function shown({ initialData }) {
  const client = new QueryClient();
  let stored = "before the change";
  let fetches = 0;
  const observer = new QueryObserver(client, {
    queryKey: ["favourites"],
    queryFn: async () => {
      fetches += 1;
      const read = stored;
      await pause();
      return read;
    },
    initialData,
    initialDataUpdatedAt: 0,
    staleTime: 60_000,
  });
  const unsubscribe = observer.subscribe(() => {});
  stored = "after the change";
  await client.invalidateQueries({ queryKey: ["favourites"] });
  await pause();
  const { data, isStale } = observer.getCurrentResult();
  unsubscribe();
  client.clear();
  return `${fetches} fetches, "${data}", ${isStale ? "stale" : "fresh"}`;
}

const [first, later] = [await shown({}), await shown({ initialData: "older" })];
console.log(`invalidated during the first fetch: ${first}`);
console.log(`invalidated during a later fetch: ${later}`);
if (first !== '1 fetches, "before the change", fresh' || later !== '2 fetches, "after the change", fresh') {
  console.error("Changed: the first fetch is treated as others are");
  process.exit(1);
}
JS
node run.mjs
echo "As described."
