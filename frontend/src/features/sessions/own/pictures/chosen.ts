/** Photos chosen for a session before it was saved, from its creation until its page uploads them. */
export type Chosen = {
  files: File[];
  /** Whether to publish the session once they are uploaded. */
  publishes: boolean;
};

const handedOver = new Map<string, Chosen>();

/** Leaves the photos for the page of the created session. */
export function handOver(session: string, chosen: Chosen): void {
  handedOver.set(session, chosen);
}

/** Takes the photos that were left for a session, once. */
export function takeOver(session: string): Chosen | undefined {
  const chosen = handedOver.get(session);
  handedOver.delete(session);
  return chosen;
}
