import { Stack } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { AUDIT_EVENTS, type AuditEventName, PROVIDER_EVENTS, REQUEST_EVENTS } from '../../functions/core/audit';
import { ARCHIVE_PREFIX, EVENT_SOURCE, isLevel, SECRET_PREFIX } from '../../functions/core/names';
import { tagsOf } from '../../functions/core/verbs';
import type { NotificationTopic } from '../engine/notification-topic';
import type { AuditArchive } from '../evidence/audit-archive';
import { logArns, quarantinePolicies, registryArns, reportParameterArns, secretArnPrefix } from './arns';
import { onlyThrough, PUBLISH_ENCRYPTED, SEND_ENCRYPTED, WRITE_ENCRYPTED } from './kms-use';
import { listedUnder, type TrailFiles, throughS3, trailFileArns } from './trail-files-access';

/** What a function's statements are about. */
export interface FunctionResources {
  /** The function's name: it writes into the streams of its own name only. */
  readonly name: string;
  readonly logGroupArn: string;
  /** The record of record. */
  readonly auditLog: ILogGroup;
  /** @default - it tells nobody */
  readonly notifications?: NotificationTopic;
  readonly deadLettersArn: string;
  /** ARN of the KMS key that encrypts them. @default - SQS's own */
  readonly deadLettersKey?: string;
  /** ARN of the event bus that gets every audit event too. @default - there is none */
  readonly forwardTo?: string;
  /** ARNs of the KMS keys that sealed the record before. @default - none are known */
  readonly formerSealKeys?: readonly string[];
  /** Where reports and events are written. */
  readonly archive?: AuditArchive;
  /** Where the account's trail keeps its files. @default - nobody has said it */
  readonly trailFiles?: TrailFiles | undefined;
}

/** One statement of a function's role. */
export interface Statement {
  /** In words, for whoever reviews it: what the function may do. */
  readonly may: string;
  readonly actions: readonly string[];
  /** What it is allowed on; where that is nothing, the statement is left out. */
  readonly on: (resources: FunctionResources, scope: Construct) => readonly string[];
  readonly conditions?: (
    stack: Stack,
    resources: FunctionResources,
  ) => Record<string, Record<string, string | readonly string[]>>;
}

const ANYTHING = () => ['*'];

/** What people ask only the fronts tell, and these change no key. */
function eventsOf(name: string): readonly string[] {
  return isLevel(name)
    ? [...EVENTS_OF_ALL, ...REQUEST_EVENTS]
    : AUDIT_EVENTS.filter((event) => !REQUEST_EVENTS.includes(event) && !PROVIDER_EVENTS.includes(event));
}

const EVENTS_OF_ALL: readonly AuditEventName[] = [
  'run-started',
  'run-finished',
  'finding',
  'people-told',
  'people-not-told',
  'step-failed',
  'events-unsent',
];

/** One statement a need, by the name that it has in the role's policy. */
export const NEEDS = {
  WriteOwnLog: {
    may: 'write into its own log',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    // The ARN ends in :* for the group's streams.
    on: ({ logGroupArn }) => [logGroupArn],
  },
  ListRegistry: {
    may: 'read the registry of managed keys',
    actions: ['ssm:GetParametersByPath'],
    on: (_, scope) => registryArns(scope).paths,
  },
  ListSecrets: {
    may: 'list names, tags and versions of all secrets of the account, never a value',
    actions: ['secretsmanager:ListSecrets'],
    // No resource level: ListSecrets shows names, tags and version IDs of all secrets, never a value.
    on: ANYTHING,
  },
  ReadPins: {
    may: 'read the policies of the secrets under keyturn/',
    // What a deployment has said of each key stands in its secret's policy. In a template with very many keys there is no
    // room to allow it in each of them; a policy holds no secret.
    actions: ['secretsmanager:GetResourcePolicy'],
    on: (_, scope) => [`${secretArnPrefix(scope, SECRET_PREFIX)}*`],
  },
  TellPeople: {
    may: "send messages to Keyturn's topic",
    actions: ['sns:Publish'],
    on: ({ notifications }) => (notifications ? [notifications.topic.topicArn] : []),
  },
  EncryptMessages: {
    may: "encrypt them with the topic's KMS key",
    actions: PUBLISH_ENCRYPTED,
    on: ({ notifications }) => (notifications ? [notifications.key.keyArn] : []),
    conditions: (stack) => onlyThrough(stack, 'sns'),
  },
  KeepFailedRuns: {
    may: 'keep events of runs that failed in a queue',
    actions: ['sqs:SendMessage'],
    on: ({ deadLettersArn }) => [deadLettersArn],
  },
  EncryptFailedRuns: {
    may: "encrypt them with the queues' KMS key",
    actions: SEND_ENCRYPTED,
    on: ({ deadLettersKey }) => (deadLettersKey === undefined ? [] : [deadLettersKey]),
    conditions: (stack) => onlyThrough(stack, 'sqs'),
  },
  KeepRecord: {
    may: 'add events to its own streams of the audit record',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    // So that none can put into the record what another is said to have done.
    on: ({ name, auditLog }, scope) => [logArns(scope, auditLog).streams(`${name}/`)],
  },
  ReadRecord: {
    may: 'read the audit record',
    // What people were told within the day, and what is reported.
    actions: ['logs:FilterLogEvents'],
    on: ({ auditLog }, scope) => logArns(scope, auditLog).group,
  },
  CheckFormerSeals: {
    may: 'read the public halves of the KMS keys that sealed the record before',
    actions: ['kms:GetPublicKey'],
    // Their own policies leave it to IAM: the roles that they name are gone.
    on: ({ formerSealKeys = [] }) => formerSealKeys,
  },
  RecordAudit: {
    may: 'put audit events on the event bus, as keyturn',
    actions: ['events:PutEvents'],
    on: ({ forwardTo }, scope) => [
      Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }),
      ...(forwardTo === undefined ? [] : [forwardTo]),
    ],
    // In its own name, and nothing but what an audit event of its own can be.
    conditions: (_, { name }) => ({
      StringEquals: { 'events:source': EVENT_SOURCE, 'events:detail-type': eventsOf(name) },
    }),
  },
  SeeManagedSecrets: {
    may: 'see names, versions and tags of the secrets under keyturn/',
    actions: ['secretsmanager:DescribeSecret'],
    // In a template with very many keys there is no room to allow it in the policy of each.
    on: (_, scope) => [`${secretArnPrefix(scope, SECRET_PREFIX)}*`],
  },
  WriteRequests: {
    may: 'write what people of its level ask for into tags of the secrets under keyturn/, and no other tag',
    actions: ['secretsmanager:TagResource', 'secretsmanager:UntagResource'],
    on: (_, scope) => [`${secretArnPrefix(scope, SECRET_PREFIX)}*`],
    conditions: (_, { name }) => ({
      'ForAllValues:StringEquals': { 'aws:TagKeys': isLevel(name) ? tagsOf(name) : [] },
      // For all of none holds too.
      Null: { 'aws:TagKeys': 'false' },
    }),
  },
  StartFunctions: {
    may: 'start the functions that do what was asked for, and not wait for them',
    actions: ['lambda:InvokeFunction'],
    // Apart from the role (starts.ts).
    on: () => [],
  },
  StartRotation: {
    may: 'have rotate look at keys whose current one has leaked, or whose rotation began and stored nothing',
    actions: ['lambda:InvokeFunction'],
    // The same.
    on: () => [],
  },
  StartDeactivation: {
    may: 'have deactivate look at keys of which AWS says that one has leaked',
    actions: ['lambda:InvokeFunction'],
    // The same, and only where AWS is to be heard.
    on: () => [],
  },
  ReadRegistry: {
    may: 'read one entry of the registry',
    actions: ['ssm:GetParameter'],
    // An event names any managed key.
    on: (_, scope) => [registryArns(scope).parameters],
  },
  ReadTerms: {
    may: 'read what reports judge by, and what a deployment says of itself',
    actions: ['ssm:GetParameter'],
    on: (_, scope) => reportParameterArns(scope),
  },
  ReadCredentialReport: {
    may: "have IAM's credential report made, and read it",
    actions: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'],
    // No resource level: the report covers the whole account.
    on: ANYTHING,
  },
  TraceKeys: {
    may: "search CloudTrail's event history",
    actions: ['cloudtrail:LookupEvents'],
    // No resource level: it tells whether a key that a dead run left behind is Keyturn's own, what uses a key whose time
    // has come, what a leaked one did, and what happened beside a report's record.
    on: ANYTHING,
  },
  SeeAttachedPolicies: {
    may: 'see which managed policies somebody of the account has',
    actions: ['iam:ListPolicies'],
    // No resource level. Whom AWS has put in quarantine shows no cheaper: one call a day, however many users there are.
    on: ANYTHING,
  },
  SeeQuarantined: {
    may: "see who has a policy of AWS's by which it puts users in quarantine",
    actions: ['iam:ListEntitiesForPolicy'],
    on: (_, scope) => [quarantinePolicies(scope)],
  },
  ListTrailFiles: {
    may: "list this account's files of the trail",
    actions: ['s3:ListBucket'],
    on: ({ trailFiles }, scope) => (trailFiles ? [trailFileArns(scope, trailFiles).bucket] : []),
    conditions: (stack, { trailFiles }) => (trailFiles ? listedUnder(stack, trailFiles) : {}),
  },
  ReadTrailFiles: {
    may: "read this account's files of the trail",
    actions: ['s3:GetObject'],
    on: ({ trailFiles }, scope) => (trailFiles ? trailFileArns(scope, trailFiles).files : []),
  },
  CheckTrailFiles: {
    may: "read CloudTrail's public keys, which prove the files of the trail, and see whether the trail has to have proofs",
    actions: ['cloudtrail:DescribeTrails', 'cloudtrail:ListPublicKeys'],
    // No resource level: the keys are public.
    on: ({ trailFiles }) => (trailFiles ? ['*'] : []),
  },
  DecryptTrailFiles: {
    may: "decrypt them with the trail's KMS key",
    actions: ['kms:Decrypt'],
    on: ({ trailFiles }) => (trailFiles?.encryptionKey === undefined ? [] : [trailFiles.encryptionKey]),
    conditions: (stack, { trailFiles }) => throughS3(stack, trailFiles?.encryptionKey ?? ''),
  },
  FindRecord: {
    may: 'see names and settings of all log groups',
    actions: ['logs:DescribeLogGroups'],
    // No resource level: it shows names and settings of all groups, never what is in them.
    on: ANYTHING,
  },
  WriteReports: {
    may: 'add reports to the archive',
    actions: ['s3:PutObject'],
    on: ({ archive }) => (archive ? [archive.bucket.arnForObjects(`${ARCHIVE_PREFIX.reports}*`)] : []),
  },
  WriteEvents: {
    may: 'add events to the archive',
    actions: ['s3:PutObject'],
    on: ({ archive }) => (archive ? [archive.bucket.arnForObjects(`${ARCHIVE_PREFIX.events}*`)] : []),
  },
  EncryptInArchive: {
    may: "encrypt them with the archive's KMS key",
    actions: WRITE_ENCRYPTED,
    on: ({ archive }) => (archive?.key ? [archive.key.keyArn] : []),
    conditions: (stack) => onlyThrough(stack, 's3'),
  },
} as const satisfies Readonly<Record<string, Statement>>;

export type Need = keyof typeof NEEDS;
