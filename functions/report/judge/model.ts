import * as z from 'zod';
import { auditEventSchema } from '../../core/audit';
import { policySchema } from '../../core/config/policy';

/**
 * Version of the report's schema. Optional fields may be added to it; a field's meaning never changes. In v1 there was no
 * exception: what needs one was `fail`.
 */
export const REPORT_SCHEMA = 'keyturn.report/v2';

const time = z.iso.datetime().describe('ISO 8601, UTC.');
const eventIds = z.array(z.string()).describe('IDs of the audit events that prove it.');

/** `exception`: it does not meet the control, and an exception that is in force says why, and until when. */
export const VERDICTS = ['pass', 'exception', 'fail', 'not-applicable', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const EXCEPTION_KINDS = ['overlap', 'held', 'due', 'first-rotation', 'delivery', 'accepted'] as const;
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number];

/** What an auditor has to look at first, most serious first. */
const attentionSchema = z.object({
  id: z.string().describe('Anchor of the item, such as change-3.'),
  kind: z.enum([
    'without-keyturn',
    'without-trail',
    'late-rotation',
    'late-deactivation',
    'late-delivery',
    'control-failed',
    'open-finding',
    'incomplete-run',
    'log-gap',
    'tampering',
    'own-change',
    'open-secret',
  ]),
  severity: z.enum(['high', 'medium', 'low']),
  title: z.string(),
  detail: z.string(),
  at: time.optional(),
  key: z.string().optional(),
  user: z.string().optional(),
  accessKeyId: z.string().optional(),
  exception: z
    .string()
    .optional()
    .describe('ID of the accepted exception that it is under: it is no violation as long as that is in force.'),
  events: eventIds,
});

/** What the report could not see, and what follows from that. */
const limitSchema = z.object({
  source: z.enum([
    'audit-record',
    'provider-record',
    'cloudtrail',
    'trail-files',
    'credential-report',
    'iam',
    'registry',
    'secrets',
    'audit-terms',
    'clock',
    'seal-key',
    'deployment',
    'own-changes',
    'secret-policies',
  ]),
  message: z.string(),
});

const controlResultSchema = z.object({
  control: z.string(),
  verdict: z.enum(VERDICTS),
  why: z.string(),
  exception: z.string().optional().describe('ID of the exception, with the verdict of that name.'),
});

/** Something that a control would have otherwise, and that nobody has to repair as long as it is in force. */
const exceptionSchema = z.object({
  id: z.string().describe('Anchor, such as overlap-AKIAIOSFODNN7EXAMPLE.'),
  kind: z
    .enum(EXCEPTION_KINDS)
    .describe(
      'overlap: both keys of a rotation work, as the policy says. held: longer, because the older one is in use. due: the ' +
        'next run rotates it. first-rotation: the next run makes its first key. delivery: it is being delivered. accepted: ' +
        'somebody has accepted it in the configuration, or by keyturn exempt: then it names the event.',
    ),
  isInForce: z
    .boolean()
    .describe('Whether it makes a difference now: one that is over, not begun or not needed does not.'),
  until: time.describe('Exclusive. What lasts longer fails.'),
  why: z.string(),
  key: z.string().optional(),
  user: z.string().optional(),
  accessKeyId: z.string().optional(),
  policy: z.string().optional().describe('rotateAfter/deactivateAfter/deleteAfter, in days.'),
  controls: z.array(z.string()).describe('Controls that it is about.'),
  approver: z
    .string()
    .optional()
    .describe('As the configuration says; where there is an event, the ARN of whoever accepted it, as AWS says it.'),
  saidApprover: z.string().optional().describe('Whom that person named as the approver: said, and not attested.'),
  event: z.string().optional().describe('ID of the sealed audit event that proves who has accepted it.'),
  reason: z.string().optional(),
  approvedOn: z.iso.date().optional(),
});

/** One access key that exists now, or existed within the period. */
const accessKeySchema = z.object({
  id: z.string().describe('Anchor: the access key ID, or user and slot where the ID is not known.'),
  user: z.string(),
  arn: z.string(),
  isRoot: z.boolean(),
  accessKeyId: z.string().optional().describe('Known for keys of managed users and from the audit record only.'),
  key: z.string().optional().describe('The managed key.'),
  role: z
    .enum(['current', 'superseded', 'foreign', 'unmanaged', 'root', 'gone'])
    .describe('gone: it existed within the period and does not any more.'),
  status: z.enum(['Active', 'Inactive', 'Deleted']),
  createdAt: time.optional(),
  ageDays: z
    .number()
    .optional()
    .describe('Days, to a tenth; at the end of its life for one that is gone, where that is known.'),
  lastUsed: z.union([time, z.enum(['never', 'unknown'])]),
  rotateDueAt: time.optional().describe('Of a current key.'),
  overlap: z
    .object({ state: z.enum(['overlap', 'held', 'beyond']), until: time })
    .optional()
    .describe('Of a superseded key that is Active: when it is made Inactive, or should have been (beyond).'),
  controls: z.array(controlResultSchema),
  events: eventIds,
});

export const PHASES = ['undelivered', 'current', 'overlap', 'inactive'] as const;
/** A stretch of a key's life; `to` is missing while it lasts. Of a key that was found gone the last one ends when it was found so. */
const phaseSchema = z.object({ phase: z.enum(PHASES), from: time, to: time.optional() });

const markSchema = z.object({
  kind: z.enum(['created', 'delivered', 'deactivated', 'deleted', 'discarded', 'hold', 'incident']),
  at: time,
  label: z.string(),
  event: z.string().optional().describe('ID of the audit event.'),
  isFound: z
    .boolean()
    .optional()
    .describe('IAM or the secret showed it when the evidence was gathered: it happened before, nobody knows when.'),
});

/** The life of one access key of a managed user. */
const lifeSchema = z.object({
  accessKeyId: z.string(),
  origin: z.enum(['keyturn', 'adopted', 'foreign', 'unknown']),
  phases: z.array(phaseSchema),
  marks: z.array(markSchema),
  rotationReason: z.string().optional(),
  requested: z
    .object({
      by: z.string().describe('ARN, as AWS attested it.'),
      why: z.string().optional().describe('In their own words.'),
      event: z.string().describe('ID of the audit event.'),
    })
    .optional()
    .describe('Who asked for it through a front; with the reason requested.'),
  endedAt: time.optional().describe('When it was deleted; missing while it exists, and where that is not known.'),
  foundGoneAt: time.optional().describe('When IAM did not list it any more, where nothing tells when it was deleted.'),
  /** Days by which its successor came later than `rotateAfter` allows, where it did. */
  lateDays: z.number().optional(),
});

/** When something that a deployment writes was last written. */
const writtenSchema = z.object({
  at: time,
  by: z.string().describe('Of a deployment whoever deployed.'),
  change: z.string().describe('ID of the change to Keyturn itself, such as own-3.'),
});

/** One managed key with its whole history. */
const managedKeySchema = z.object({
  key: z.string(),
  user: z.string(),
  policy: policySchema,
  policyChangedAt: time.optional().describe('When the entry with its policy was last written.'),
  policyWritten: writtenSchema.optional().describe('By whom, where CloudTrail could be asked about that time.'),
  isManagedNow: z.boolean(),
  targets: z.array(z.string()),
  currentAccessKeyId: z.string().optional(),
  state: z
    .enum([
      'on-time',
      'overdue',
      'undelivered',
      'not-rotated-yet',
      'paused',
      'observed',
      'replaced',
      'not-managed',
      'unknown',
    ])
    .describe(
      'observed: Keyturn only tells what it would do for the key, so nothing rotates it. replaced: roles have taken over, ' +
        'so its last access key is Inactive or gone for good.',
    ),
  exception: z.string().optional().describe('ID of the accepted exception that is in force for it now.'),
  rotateDueAt: time.optional(),
  undeliveredSince: time.optional().describe('In the state undelivered.'),
  rotations: z.int(),
  lateRotations: z.int().describe('Successors that came within the period, and late.'),
  deliveries: z.int().describe('To each target by itself.'),
  holds: z.int(),
  incidents: z.int(),
  lives: z.array(lifeSchema),
  events: eventIds,
});

/** One management write that CloudTrail has, or an audit event that it should have. */
const changeSchema = z.object({
  id: z.string().describe('Anchor, such as change-3.'),
  at: time,
  action: z.enum(['CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey', 'PutSecretValue']),
  by: z.string().optional(),
  user: z.string().optional(),
  accessKeyId: z.string().optional(),
  status: z.enum(['Active', 'Inactive']).optional().describe('What an UpdateAccessKey set.'),
  version: z.string().optional().describe('Version ID that a PutSecretValue stored.'),
  key: z.string().optional(),
  trailEventId: z.string().optional(),
  event: z.string().optional().describe('ID of the audit event that it is matched with.'),
  result: z
    .enum(['matched', 'begun-only', 'without-keyturn', 'without-trail'])
    .describe('begun-only: the run said what it was about to do and ended before it could say that it had done it.'),
  isManaged: z.boolean().describe('Whether it concerns a managed user or secret.'),
  note: z.string().optional(),
});

/** A call that changed Keyturn itself: a function, role, rule, alarm, key, parameter, secret, or the record. */
const ownChangeSchema = z.object({
  id: z.string().describe('Anchor, such as own-3.'),
  at: time,
  kind: z
    .enum(['deployment', 'by-deployment', 'by-another-stack', 'by-hand'])
    .describe(
      "deployment: it deploys a stack of Keyturn's. by-deployment: CloudFormation did it for one. by-another-stack: " +
        "CloudFormation did it, and no deployment of Keyturn's stacks was at work. by-hand: somebody did it otherwise.",
    ),
  call: z.string(),
  service: z.string(),
  thing: z.string().describe('As the call names it.'),
  by: z.string(),
  from: z.string().optional().describe('Address that it came from.'),
  deployment: z.string().optional().describe('ID of the deployment; missing where that began before it could show.'),
  trailEventId: z.string(),
});

/** A time of which CloudTrail's word comes from one place, or from none. */
const trailSpanSchema = z.object({
  from: time,
  to: time.describe('Exclusive.'),
  source: z
    .enum(['event-history', 'trail-files', 'absent'])
    .describe(
      'event-history: of the last 90 days. trail-files: what the trail has written into S3. absent: from neither, so that ' +
        'the record alone tells what was changed then.',
    ),
  why: z.string().optional().describe('Of what is absent.'),
});

/** A secret, and who may read its value. */
const secretReadersSchema = z.object({
  secret: z.string(),
  kind: z.enum(['managed', 'connection']),
  key: z.string().optional().describe('The managed key.'),
  state: z
    .enum(['closed', 'open', 'unknown'])
    .describe(
      'closed: its own policy denies everybody but the readers. open: it does not, so the rights of every principal ' +
        'decide. unknown: the policy could not be read.',
    ),
  readers: z.array(z.string()).describe('ARNs; nobody else reads the value, whatever their own rights are.'),
});

const controlSchema = z.object({
  id: z.string().describe('Such as cis-1.14.'),
  framework: z.string(),
  version: z.string(),
  reference: z.string().describe('Number of the control in its framework.'),
  title: z.string(),
  asks: z.string().describe('What the control really asks, in our words.'),
  source: z.string().describe('Where to read it.'),
  judgedBy: z.string().describe('What Keyturn compares, and what it does not.'),
  verdict: z.enum(VERDICTS),
  passed: z.int(),
  excepted: z.int().describe('Keys with an exception that is in force.'),
  failed: z.int(),
  notApplicable: z.int(),
  unknown: z.int(),
});

export const reportSchema = z.object({
  schema: z.literal(REPORT_SCHEMA),
  account: z.string(),
  region: z.string(),
  generatedAt: time,
  generatedBy: z.string(),
  since: time,
  until: time.describe('Exclusive.'),
  frameworks: z.array(z.string()).optional().describe('Those that it is judged by; all where it is missing.'),
  termsChangedAt: time
    .optional()
    .describe('When the choice of frameworks and the accepted exceptions were last written.'),
  termsWritten: writtenSchema.optional().describe('By whom, where CloudTrail could be asked about that time.'),
  summary: z.object({
    verdict: z.enum(['compliant', 'compliant-with-exceptions', 'not-compliant', 'cannot-tell']),
    headline: z.string().describe('One sentence that answers "are we compliant?".'),
    exceptionsInForce: z.int(),
    accessKeys: z.int(),
    activeAccessKeys: z.int(),
    managedKeys: z.int(),
    managedKeysOnTime: z.int(),
    rotations: z.int(),
    lateRotations: z.int(),
    deliveries: z.int(),
    failedDeliveries: z.int(),
    deactivations: z.int(),
    deletions: z.int(),
    holds: z.int(),
    findings: z.int(),
    changesWithoutKeyturn: z.int().describe('To managed users and secrets, by anybody else.'),
    changesOfUnmanagedUsers: z.int(),
    eventsWithoutTrail: z.int(),
    changesMatched: z.int(),
    runs: z.int(),
    runsWithoutChange: z.int(),
    runsIncomplete: z.int(),
    ownChanges: z.int().optional().describe('Changes to Keyturn itself that no deployment of its stacks made.'),
    openSecrets: z.int().optional().describe('Secrets whose own policy does not say who may read them.'),
    oldestCurrentKeyDays: z.number().optional(),
  }),
  attention: z.array(attentionSchema),
  exceptions: z.array(exceptionSchema),
  limits: z.array(limitSchema),
  trailSpans: z
    .array(trailSpanSchema)
    .optional()
    .describe("Where CloudTrail's word comes from, or that there is none, for every instant of the period."),
  seal: z
    .object({
      keys: z.array(z.object({ arn: z.string().optional(), fingerprint: z.string() })).describe('Whose seals count.'),
      events: z.int().describe('Events of the record that they prove, of the period and before.'),
      since: z.iso.datetime().optional().describe('When the first of them was written.'),
      before: z.int().describe('Events of the report that nothing proves: there was no seal yet.'),
    })
    .optional()
    .describe('What the seals of the record show; not there where they could not be checked.'),
  accessKeys: z.array(accessKeySchema),
  managedKeys: z.array(managedKeySchema),
  keysLeft: z
    .array(
      z.object({
        month: z.string().describe('yyyy-mm, UTC.'),
        keys: z
          .int()
          .describe('Managed keys of which an access key worked when the month ended, or when it was last seen.'),
        replaced: z.int().describe('Managed keys that roles had replaced by then.'),
      }),
    )
    .optional()
    .describe('How many keys are left, month by month, of a year at most; not there without a managed key.'),
  changes: z.array(changeSchema),
  ownChanges: z
    .array(ownChangeSchema)
    .optional()
    .describe('Changes to Keyturn itself, in order of time; not there where nobody could tell.'),
  secretReaders: z.array(secretReadersSchema).optional().describe('Not there where no policy could be read.'),
  rights: z
    .array(z.object({ may: z.string(), who: z.array(z.string()).describe('Functions.') }))
    .optional()
    .describe('What the roles of the functions may do, as it was deployed.'),
  told: z
    .array(
      z.object({
        finding: z.string(),
        key: z.string().optional(),
        user: z.string().optional(),
        accessKeyId: z.string().optional(),
        times: z.int().describe('Messages that were sent.'),
        notSent: z.int(),
        first: time,
        last: time,
        event: z.string().describe('ID of the audit event of the last one.'),
      }),
    )
    .describe('What people were told within the period.'),
  controls: z.array(controlSchema),
  runs: z.array(
    z.object({
      function: z.string(),
      /** UTC date. */
      day: z.iso.date(),
      runs: z.int(),
      changed: z.int().describe('Runs that changed something.'),
      incomplete: z.int().describe('Runs without their end, or with missing events.'),
      failed: z.int(),
    }),
  ),
  /** All events of the period but the bounds of runs that changed nothing, in order of time. */
  events: z.array(auditEventSchema),
});
export type Report = z.infer<typeof reportSchema>;
export type Attention = Report['attention'][number];
export type Exception = Report['exceptions'][number];
export type Limit = Report['limits'][number];
export type AccessKeyLine = Report['accessKeys'][number];
export type ManagedKeyHistory = Report['managedKeys'][number];
export type KeyLife = ManagedKeyHistory['lives'][number];
export type KeysLeft = NonNullable<Report['keysLeft']>[number];
export type Change = Report['changes'][number];
export type OwnChangeLine = NonNullable<Report['ownChanges']>[number];
export type ReportedTrailSpan = NonNullable<Report['trailSpans']>[number];
export type Told = Report['told'][number];
export type SecretReaders = NonNullable<Report['secretReaders']>[number];
export type ControlVerdict = Report['controls'][number];

/** The JSON Schema of a report, for whoever reads it by program. */
export function reportJsonSchema(): Record<string, unknown> {
  return {
    title: REPORT_SCHEMA,
    description: 'A report of Keyturn about the access keys of an AWS account.',
    ...z.toJSONSchema(reportSchema, { io: 'input', unrepresentable: 'throw' }),
  };
}
