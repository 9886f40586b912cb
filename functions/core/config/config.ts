import * as z from 'zod';
import { kmsKeyArn } from '../hosts/connection';
import { connectionConfigSchema, deliverToJsonSchema, deliverToSchema, placesWritten, targetOf } from '../hosts/target';
import { DEFAULT_CONCURRENCY, DEFAULT_MAX_ROTATIONS } from '../names';
import { alarmsSchema } from './alarms-config';
import { policyOverridesSchema, policyProblems, policyWith } from './policy';
import { ADOPT, FIRST_ROTATION, keyIdSchema, userNameSchema } from './registry';
import { cronFormProblem, type MostBetweenRuns, SCHEDULE_FORM, scheduleProblem } from './schedule';

const keySchema = z.strictObject({
  id: keyIdSchema.describe('Name of the managed key; its secret is keyturn/<id>.'),
  user: userNameSchema.describe('The IAM user whose access key is rotated.'),
  createUser: z.boolean().default(false).describe('Whether the stack creates the user. Otherwise it must exist.'),
  policy: policyOverridesSchema.optional().describe("What differs from the file's policy."),
  firstRotation: z
    .enum(FIRST_ROTATION)
    .default('at-once')
    .describe('Whether the first key is made right after deployment or when the existing one is due.'),
  adopt: z
    .enum(ADOPT)
    .default('keep')
    .describe('With two existing keys: keep both and report, or make room by retiring one that nobody uses.'),
  deliverTo: z.array(deliverToSchema).max(50).default([]).describe('Where each fresh key is delivered.'),
  readers: z
    .array(z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'expected the ARN of an IAM role'))
    .default([])
    .describe('ARNs of IAM roles that may read the secret beside the functions.'),
});

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

const scheduleSchema = z.strictObject({
  rotate: schedule('day').default(DEFAULT_SCHEDULE.rotate),
  deactivate: schedule('day').default(DEFAULT_SCHEDULE.deactivate),
  delete: schedule('day').default(DEFAULT_SCHEDULE.delete),
  reconcile: schedule('hour').default(DEFAULT_SCHEDULE.reconcile),
});

/** The periods that CloudWatch Logs offers, in days. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** EventBridge: an event bus other than `default` of the stack's own account, which has the events anyway. */
const EVENT_BUS_ARN = /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]{1,256}$/;

const archiveSchema = z.strictObject({
  years: z.int().min(1).max(100).describe('Years for which nobody can delete or change what the archive holds.'),
  mode: z
    .enum(['governance', 'compliance'])
    .default('governance')
    .describe("S3's Object Lock mode. compliance: nobody can lift it, not even the root user."),
  glacierAfterDays: z.int().min(0).max(3650).default(90).describe('Days after which an object moves to Glacier.'),
});

const auditSchema = z.strictObject({
  logGroup: z
    .enum(['create', 'existing'])
    .default('create')
    .describe('Whether the stack makes the log group /keyturn/audit, or uses the one that is there.'),
  retentionDays: z
    .literal(LOG_RETENTION_DAYS)
    .default(400)
    .describe('How long the audit record is kept, where the stack makes it.'),
  encryptionKey: kmsKeyArn.optional().describe('ARN of the KMS key that encrypts the record and the archive.'),
  forwardTo: z
    .string()
    .regex(EVENT_BUS_ARN, 'expected the ARN of an event bus, arn:aws:events:<region>:<account>:event-bus/<name>')
    .optional()
    .describe('ARN of an event bus that gets every audit event, such as that of a central security account.'),
  archive: archiveSchema.optional().describe('An S3 bucket with Object Lock that gets every audit event.'),
  report: z
    .strictObject({
      schedule: z
        .string()
        .superRefine((expression, context) => {
          const problem = cronFormProblem(expression);
          if (problem !== undefined) context.addIssue(problem);
        })
        .default('cron(0 6 1 * ? *)')
        .describe('When (UTC); each report covers the calendar month before.'),
    })
    .optional()
    .describe('A report that a function writes into the archive every month.'),
});

/** The shape of `keyturn.yaml`, without the rules that span several places; the JSON Schema is made from it. */
export const configShape = z.strictObject({
  connections: z.record(z.string().regex(/^[\w.-]+$/), connectionConfigSchema).default({}),
  keys: z.array(keySchema).min(1).describe('The managed keys.'),
  policy: policyOverridesSchema
    .optional()
    .describe('When each step happens, for all keys; defaults 90, 100 and 110 days.'),
  notify: z.array(z.email()).default([]).describe('E-mail addresses that are told about findings and failures.'),
  schedule: scheduleSchema.prefault({}).describe('When the rules run (UTC).'),
  trail: z
    .enum(['existing', 'create'])
    .default('existing')
    .describe('Whether the account has a CloudTrail trail that logs management events, or the stack creates one.'),
  encryption: z
    .enum(['aws-managed', 'customer-managed'])
    .default('aws-managed')
    .describe('Which KMS key encrypts the secrets: the free aws/secretsmanager one, or one that the stack creates.'),
  audit: auditSchema.prefault({}).describe('The audit record, and where else it goes.'),
  alarms: alarmsSchema.prefault({}).describe('When people are told that something needs them.'),
  logRetentionDays: z.literal(LOG_RETENTION_DAYS).default(400).describe('How long the functions keep their logs.'),
  maxRotationsPerRun: z.int().min(1).max(1000).default(DEFAULT_MAX_ROTATIONS).describe('Rotations in one run at most.'),
  concurrency: z
    .int()
    .min(1)
    .max(20)
    .default(DEFAULT_CONCURRENCY)
    .describe('Keys that a run works on at the same time.'),
});

/** The whole of `keyturn.yaml`, checked. */
export const configSchema = configShape.superRefine((config, context) => {
  const wrong = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const shared = policyProblems(policyWith(config.policy));
  for (const { field, message } of shared) wrong(['policy', field], message);
  if (config.audit.report !== undefined && config.audit.archive === undefined) {
    wrong(['audit', 'report'], 'expected audit.archive too: the archive is where the reports are written');
  }
  const written = new Map<string, string>();
  const ids = new Map<string, number>();
  const users = new Map<string, string>();
  config.keys.forEach((key, index) => {
    if (ids.has(key.id)) wrong(['keys', index, 'id'], `expected an id of its own; "${key.id}" is taken by another key`);
    ids.set(key.id, index);
    const sharedWith = users.get(key.user);
    if (sharedWith !== undefined) {
      wrong(
        ['keys', index, 'user'],
        `expected a user of its own; ${key.user} belongs to the key "${sharedWith}", and a user has room for one ` +
          'managed key and its successor only',
      );
    }
    users.set(key.user, key.id);
    for (const { field, message } of policyProblems(policyWith(config.policy, key.policy))) {
      if (!shared.some((problem) => problem.message === message)) wrong(['keys', index, 'policy', field], message);
    }
    key.deliverTo.forEach((target, at) => {
      const { connection: name } = target;
      const connection =
        name !== undefined && Object.hasOwn(config.connections, name) ? config.connections[name] : undefined;
      if (name !== undefined && connection === undefined) {
        wrong(
          ['keys', index, 'deliverTo', at, 'connection'],
          `expected one of the connections (${Object.keys(config.connections).join(', ') || 'there are none'}), ` +
            `found "${name}"`,
        );
        return;
      }
      const places = placesWritten(targetOf(target), connection);
      const taken = places.find(({ place }) => written.has(place));
      if (taken !== undefined) {
        const message =
          `expected variables that nothing else writes; ${taken.what} belongs to the key ` +
          `"${written.get(taken.place)}" already, and the two would overwrite each other`;
        wrong(['keys', index, 'deliverTo', at, 'variables'], message);
      }
      for (const { place } of places) written.set(place, key.id);
    });
  });
});
/** `keyturn.yaml` as a person writes it. */
export type ConfigInput = z.input<typeof configShape>;
/** `keyturn.yaml` with its defaults filled in. */
export type Config = z.output<typeof configShape>;
export type KeyConfig = Config['keys'][number];

/** The JSON Schema of `keyturn.yaml`, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    title: 'keyturn.yaml',
    description: 'Which AWS access keys Keyturn rotates, and where it delivers them.',
    ...z.toJSONSchema(configShape, {
      io: 'input',
      unrepresentable: 'throw',
      override: ({ zodSchema, jsonSchema }) => {
        if (Object.is(zodSchema, deliverToSchema)) Object.assign(jsonSchema, deliverToJsonSchema());
      },
    }),
  };
}
