/**
 * Lets those who work at the same time pass in the order in which they came. Each takes its place when it begins, waits
 * for its turn where the order matters, and leaves; whoever fails before that has to leave as well.
 */
export class ArrivalOrder {
  #last: Promise<unknown> = Promise.resolve();

  enter(): Place {
    const turn = this.#last;
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#last = Promise.all([turn, left]);
    return { turn, leave };
  }
}

interface Place {
  /** Resolves when all who came before have left. */
  readonly turn: Promise<unknown>;
  leave(): void;
}
