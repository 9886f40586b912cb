import { SingleBar } from 'cli-progress';

/** A progress bar on standard error; silent where nobody watches. */
export class Progress {
  #bar: SingleBar | undefined;

  constructor(private readonly watched: boolean) {}

  show(day: number, days: number): void {
    if (!this.watched) return;
    if (this.#bar === undefined) {
      this.#bar = new SingleBar({
        format: '{bar} day {value} of {total}',
        stream: process.stderr,
        clearOnComplete: true,
      });
      this.#bar.start(days, 0);
    }
    this.#bar.update(day);
  }

  end(): void {
    this.#bar?.stop();
  }
}
