/** When the functions run: `rate(…)` or `cron(…)` in UTC. Each run acts on each key by its own age. */
export interface RotationSchedule {
  /** How often fresh keys are made; daily at least. @default cron(0 3 * * ? *) */
  readonly rotate?: string;
  /** How often superseded keys are made Inactive; daily at least. @default cron(20 3 * * ? *) */
  readonly deactivate?: string;
  /** How often Inactive keys are deleted; daily at least. @default cron(40 3 * * ? *) */
  readonly delete?: string;
  /** How often everything that is not marked delivered is delivered; hourly at least. @default rate(1 hour) */
  readonly reconcile?: string;
}
