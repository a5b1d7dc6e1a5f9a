/** Requests that wait until the user has proved once more who they are. All of them wait for one dialog. */

type Waiting = { methods: readonly string[]; answer: Promise<boolean>; settle: (isProved: boolean) => void };

let waiting: Waiting | null = null;
const listeners = new Set<() => void>();

function set(next: Waiting | null): void {
  waiting = next;
  for (const listener of listeners) listener();
}

export const stepUp = {
  /** Asks for a proof by one of these methods. `false` if the user gives none. */
  ask(methods: readonly string[]): Promise<boolean> {
    // nothing listens where there is no page, as in tests
    if (listeners.size === 0) return Promise.resolve(false);
    if (waiting === null) {
      let settle: Waiting["settle"] = () => {};
      const answer = new Promise<boolean>((resolve) => {
        settle = resolve;
      });
      set({ methods, answer, settle });
    }
    return (waiting as unknown as Waiting).answer;
  },

  /** What can prove it, while a request waits for a proof. */
  methods: (): readonly string[] | null => waiting?.methods ?? null,

  /** Continues with the waiting requests, or gives them up. */
  settle(isProved: boolean): void {
    const before = waiting;
    set(null);
    before?.settle(isProved);
  },

  /** Calls back when a request begins or ends to wait. */
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
