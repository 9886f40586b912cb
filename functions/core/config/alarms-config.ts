import * as z from 'zod';
import { DEFAULT_RUNBOOKS, DEFAULT_TOKEN_EXPIRES_IN_DAYS } from '../names';
import { ALARM_NAMES } from './alarm-names';

/** The setting `alarms` of `keyturn.yaml`. */
export const alarmsSchema = z.strictObject({
  overdueDays: z.number().min(0).max(365).default(3).describe('Days that a current key may be over its rotateAfter.'),
  undeliveredHours: z.number().min(1).max(240).default(2).describe('Hours for which a version may wait for delivery.'),
  silentDailyHours: z.int().min(25).max(168).default(26).describe('Hours without a run of a daily function.'),
  silentReconcileHours: z.int().min(2).max(168).default(3).describe('Hours without a run of the sync function.'),
  failedRuns: z.int().min(0).max(1000).default(1).describe('Runs that may fail as a whole within an hour.'),
  deadLetters: z.int().min(0).max(10_000).default(0).describe('Events that were given up and may lie in the queues.'),
  tokenExpiresInDays: z
    .int()
    .min(1)
    .max(365)
    .default(DEFAULT_TOKEN_EXPIRES_IN_DAYS)
    .describe("Days before the known end of a connection's token."),
  runbooks: z
    .string()
    .regex(/\/$/, 'expected a URL or path that ends with a slash')
    .max(512)
    .default(DEFAULT_RUNBOOKS)
    .describe('Where the runbooks are; the texts of alarms and notifications link there.'),
  off: z.array(z.enum(ALARM_NAMES)).default([]).describe('Names of alarms that are not wanted.'),
});
