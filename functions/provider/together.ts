/** Milliseconds for which whoever comes waits for what is under way to end: longer would hold all up for the sake of one. */
const LONGEST_WAIT = 100;

interface Flight<Answer> {
  readonly answer: Promise<Answer>;
  /** The one after it, if somebody waits for that. */
  next: Promise<Answer> | undefined;
}

/**
 * Does for many at once what each would do alone. Whoever comes is never given what was begun before: what is read for him
 * is as it is from then on, and nothing is kept for those who come later.
 */
export class Together<Answer> {
  readonly #flights = new Map<string, Flight<Answer>>();

  /** @param work of that name: whose it is of those who come together does not matter */
  get(name: string, work: () => Promise<Answer>): Promise<Answer> {
    const flight = this.#flights.get(name);
    if (flight === undefined) return this.#begin(name, work);
    flight.next ??= endOf(flight.answer).then(() => this.#begin(name, work));
    return flight.next;
  }

  #begin(name: string, work: () => Promise<Answer>): Promise<Answer> {
    const flight: Flight<Answer> = { answer: work(), next: undefined };
    this.#flights.set(name, flight);
    const ended = () => {
      if (this.#flights.get(name) === flight && flight.next === undefined) this.#flights.delete(name);
    };
    flight.answer.then(ended, ended);
    return flight.answer;
  }
}

/** When it has ended, however, or takes too long. */
function endOf(answer: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_WAIT);
    const ended = () => {
      clearTimeout(timer);
      resolve();
    };
    answer.then(ended, ended);
  });
}
