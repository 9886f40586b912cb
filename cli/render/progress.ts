import { SingleBar } from 'cli-progress';

/** A progress bar on standard error; silent where nobody watches. */
export class Progress {
  #bar: SingleBar | undefined;

  /** @param watched where the bar is drawn, if somebody watches */
  constructor(private readonly watched?: NodeJS.WritableStream) {}

  show(day: number, days: number): void {
    if (this.watched === undefined) return;
    if (this.#bar === undefined) {
      this.#bar = new SingleBar({
        format: '{bar} day {value} of {total}',
        stream: this.watched,
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
