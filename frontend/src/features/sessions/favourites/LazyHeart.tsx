import { Suspense } from "react";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import type { Session } from "../queries";

const CardHeart = lazyWithRetry(() => import("./CardHeart"));

/** The heart in the corner of a card, loaded after the card. */
export function LazyHeart({ session }: { session: Session }) {
  return (
    <Suspense>
      <CardHeart session={session} />
    </Suspense>
  );
}
