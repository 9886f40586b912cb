import * as z from 'zod';
import { VERDICTS } from '../exits/verdict';
import { STAGES } from '../migrate/stage';

export const SIMULATE_SCHEMA = 'keyturn.simulate/v1';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');
const count = z.int().min(0);

const faultsSchema = z.object({
  quietDays: count.describe('The last days, in which nothing went wrong.'),
  kinds: z.array(
    z.object({
      kind: z.string(),
      says: z.string(),
      strikes: count.describe('Calls, runs, events, keys or variables that it met.'),
      inOrderWithin: count
        .optional()
        .describe(
          'Longest time until everything was in order again, in simulated ms; not there where nothing was met.',
        ),
      isInOrder: z.boolean().describe('Whether everything was in order in the end.'),
    }),
  ),
  excusedPipelines: z
    .object({ torn: count, edited: count })
    .describe('Pipelines that found a pair torn, or what somebody had edited, in the time that the promises give.'),
  longestTornMilliseconds: count,
  violations: z
    .array(z.object({ promise: z.string(), at: instant, key: z.string().optional(), message: z.string() }))
    .describe('What broke a promise, in the order of time; the first ones of them.'),
});

const wayOutSchema = z.object({
  key: z.string(),
  roles: z.array(z.string()).describe('ARNs of the roles that take over.'),
  exits: z
    .object({
      at: instant,
      role: z.enum(VERDICTS),
      calls: count.describe("In CloudTrail, without Keyturn's own proofs."),
      clients: count,
      blockers: z.array(z.string()),
    })
    .optional()
    .describe('What "keyturn exits" said, where the key is moved in these days.'),
  movedAt: instant.optional().describe('From when on its pipelines use the roles alone.'),
  stages: z
    .array(z.object({ stage: z.enum(STAGES), at: instant }))
    .describe('What "keyturn migrate --to role" said, each stage once.'),
  writtenAt: instant.optional().describe('When its entry said "replacedBy", and was deployed.'),
  goneAt: instant.optional().describe('By when no key of its user was left.'),
});
/** A managed key whose pipelines move to roles. */
export type WayOutRow = z.infer<typeof wayOutSchema>;

export const simulateSchema = z.object({
  schema: z.literal(SIMULATE_SCHEMA),
  days: z.int().min(1),
  seed: z.string(),
  start: instant,
  managedKeys: count,
  runs: count,
  passedOver: count.describe('Hourly runs that were not made, because they could find nothing new.'),
  rotations: count,
  deliveries: count,
  deactivations: count,
  deletions: count,
  findings: count,
  pipelineLogins: count,
  pipelineLoginFailures: count.describe('Also those that nothing promises to be otherwise.'),
  longestTornMilliseconds: count.describe('Of the deliveries that were not cut off, in simulated time.'),
  awsCalls: count,
  keys: z.array(
    z.object({
      key: z.string(),
      user: z.string(),
      accessKeyId: z.string(),
      status: z.string(),
      createdAt: instant,
      ageDays: count,
      heldBy: z.array(z.string()).describe('Targets that hold this key in the end.'),
    }),
  ),
  promises: z.array(
    z.object({
      promise: z.string(),
      says: z.string(),
      held: z.boolean(),
      evidence: z.string().describe('With numbers.'),
    }),
  ),
  held: z.boolean().describe('Whether every promise held: the command ends with 0 then, and with 1 otherwise.'),
  timeline: z.array(
    z.object({
      day: count,
      at: z.string(),
      event: z.string(),
      key: z.string().optional(),
      accessKeyId: z.string().optional(),
      target: z.string().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      tornMilliseconds: count.optional(),
    }),
  ),
  wayOut: z.array(wayOutSchema).describe('Keys that leave, as roles take over from them.'),
  realSeconds: z.number(),
  faults: faultsSchema.optional().describe('Only with --faults.'),
  again: z.string().describe('The command that lives the same days again.'),
  reportFile: z.string(),
  archive: z
    .object({ folder: z.string(), publicKey: z.string(), objects: count })
    .optional()
    .describe('Only with --archive.'),
});
export type SimulateDocument = z.infer<typeof simulateSchema>;
