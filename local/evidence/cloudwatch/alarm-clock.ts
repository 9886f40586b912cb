import type { Clock } from '../../clock';
import type { Scheduled, Scheduler } from '../../scheduler';
import type { Alarms } from './alarms';

/** Has the account's alarms evaluated in time: one series of tasks for each step in which there are alarms. */
export class AlarmClock {
  readonly #series = new Map<number, Scheduled>();

  constructor(
    private readonly alarms: Alarms,
    private readonly scheduler: Scheduler,
    private readonly clock: Clock,
  ) {
    alarms.onChange(() => this.#plan());
  }

  #plan(): void {
    const steps = this.alarms.steps();
    for (const [step, series] of this.#series) {
      if (steps.has(step)) continue;
      series.cancel();
      this.#series.delete(step);
    }
    for (const step of steps) {
      if (this.#series.has(step)) continue;
      const next = (after: number) => floor(after, step) + step;
      const series = this.scheduler.every(next, `alarms every ${step / 1000} s`, async () =>
        this.alarms.evaluate(step, floor(this.clock.now(), step)),
      );
      this.#series.set(step, series);
    }
  }
}

function floor(instant: number, step: number): number {
  return Math.floor(instant / step) * step;
}
