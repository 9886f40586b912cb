import * as z from 'zod';
import { type MostBetweenRuns, SCHEDULE_FORM, scheduleProblem } from './schedule';

/** EventBridge: `rate(…)` or `cron(…)`, that comes often enough. */
const schedule = (atLeastEvery: MostBetweenRuns) =>
  z
    .string()
    .regex(SCHEDULE_FORM, 'expected rate(…) or cron(…)')
    .superRefine((expression, context) => {
      const message = SCHEDULE_FORM.test(expression) ? scheduleProblem(expression, atLeastEvery) : undefined;
      if (message !== undefined) context.addIssue(message);
    });

/** When the rules run, in UTC. Rotate before deactivate before delete, so that a key's days come out exactly. */
export const DEFAULT_SCHEDULE = {
  rotate: 'cron(0 3 * * ? *)',
  deactivate: 'cron(20 3 * * ? *)',
  delete: 'cron(40 3 * * ? *)',
  reconcile: 'rate(1 hour)',
} as const;

/** The setting `schedule` of `keyturn.yaml`. */
export const scheduleSchema = z.strictObject({
  rotate: schedule('day').default(DEFAULT_SCHEDULE.rotate),
  deactivate: schedule('day').default(DEFAULT_SCHEDULE.deactivate),
  delete: schedule('day').default(DEFAULT_SCHEDULE.delete),
  reconcile: schedule('hour').default(DEFAULT_SCHEDULE.reconcile),
});
