/** When the functions run: `rate(…)` or `cron(…)` in UTC. Each run acts on each key by its own age. */
export interface RotationSchedule {
  /** @default cron(0 3 * * ? *) */
  readonly rotate?: string;
  /** @default cron(20 3 * * ? *) */
  readonly deactivate?: string;
  /** @default cron(40 3 * * ? *) */
  readonly delete?: string;
  /** How often everything that is not marked delivered is delivered. @default rate(1 hour) */
  readonly reconcile?: string;
}
