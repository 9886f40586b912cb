import { SingleBar } from 'cli-progress';

/** A progress bar on standard error; silent where nobody watches. */
export class Progress {
  #bar: SingleBar | undefined;
  readonly #atExit = () => this.end();

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
      // It has hidden the cursor.
      process.once('exit', this.#atExit);
    }
    this.#bar.update(day);
  }

  end(): void {
    process.off('exit', this.#atExit);
    this.#bar?.stop();
    this.#bar = undefined;
  }
}
