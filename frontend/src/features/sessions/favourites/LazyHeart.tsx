import { Suspense } from "react";
import { idle } from "~/lib/idle";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import type { Session } from "../queries";

const CardHeart = lazyWithRetry(async () => {
  await idle(); // the pictures of the cards are requested first
  return await import("./CardHeart");
});

/** The heart in the corner of a card, loaded after the card. */
export function LazyHeart({ session }: { session: Session }) {
  return (
    <Suspense>
      <CardHeart session={session} />
    </Suspense>
  );
}
