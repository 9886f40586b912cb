import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { EVENT_SOURCE, type FunctionName, REPORT_FUNCTION } from '../../functions/core/names';
import { type NotificationTopic, onlyThroughSns, TOPIC_KEY_ACTIONS } from '../engine/notification-topic';
import { encryptInArchive } from '../evidence/archive-stream';
import { ARCHIVE_PREFIX, type AuditArchive } from '../evidence/audit-archive';
import { logArns, registryArns } from './arns';

/** Every function that can be deployed: the four that rotate, and the one that reports. */
export type DeployedFunction = FunctionName | typeof REPORT_FUNCTION;

export interface FunctionResources {
  readonly logGroupArn: string;
  /** The record of record. */
  readonly auditLog: ILogGroup;
  readonly notifications: NotificationTopic;
  readonly deadLettersArn: string;
  /** Where reports are written. */
  readonly archive?: AuditArchive;
}

/**
 * What a function may do from the start: one statement a need. The managed users are added by `UserAccess`, the tokens of
 * connections by `ConnectionAccess`; what a function may do to a managed secret stands in that secret's own policy.
 */
export function functionPermissions(
  scope: Construct,
  name: DeployedFunction,
  resources: FunctionResources,
): readonly PolicyStatement[] {
  return [...permissionsOfAll(scope, resources), ...ownPermissions(scope, name, resources)];
}

function ownPermissions(
  scope: Construct,
  name: DeployedFunction,
  resources: FunctionResources,
): readonly PolicyStatement[] {
  switch (name) {
    case REPORT_FUNCTION:
      return [...readEvidence(scope, resources), readCredentialReport(), readTrail()];
    case 'sync':
      return [...record(scope, name, resources), readRegistry(scope)];
    case 'rotate':
      return [...record(scope, name, resources), readCredentialReport(), readTrail()];
    default:
      return [...record(scope, name, resources), readCredentialReport()];
  }
}

function permissionsOfAll(scope: Construct, resources: FunctionResources): readonly PolicyStatement[] {
  const { topic, key } = resources.notifications;
  return [
    new PolicyStatement({
      sid: 'WriteOwnLog',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      // The ARN ends in :* for the group's streams.
      resources: [resources.logGroupArn],
    }),
    new PolicyStatement({
      sid: 'ListRegistry',
      actions: ['ssm:GetParametersByPath'],
      resources: [...registryArns(scope).paths],
    }),
    new PolicyStatement({
      sid: 'ListSecrets',
      actions: ['secretsmanager:ListSecrets'],
      // No resource level: ListSecrets shows names, tags and version IDs of all secrets, never a value.
      resources: ['*'],
    }),
    new PolicyStatement({ sid: 'TellPeople', actions: ['sns:Publish'], resources: [topic.topicArn] }),
    new PolicyStatement({
      sid: 'EncryptMessages',
      actions: [...TOPIC_KEY_ACTIONS],
      resources: [key.keyArn],
      conditions: onlyThroughSns(Stack.of(scope)),
    }),
    new PolicyStatement({ sid: 'KeepFailedRuns', actions: ['sqs:SendMessage'], resources: [resources.deadLettersArn] }),
  ];
}

/**
 * What was done goes into the record, and to whoever listens. A function writes into the streams of its own name only, so
 * that none can put into the record what another is said to have done.
 */
function record(scope: Construct, name: FunctionName, { auditLog }: FunctionResources): readonly PolicyStatement[] {
  const { group, streams } = logArns(scope, auditLog);
  return [
    new PolicyStatement({
      sid: 'KeepRecord',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [streams(`${name}/`)],
    }),
    // What people were told within the day.
    new PolicyStatement({ sid: 'ReadRecord', actions: ['logs:FilterLogEvents'], resources: [...group] }),
    new PolicyStatement({
      sid: 'RecordAudit',
      actions: ['events:PutEvents'],
      resources: [Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
      conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
    }),
  ];
}

/** The report reads the record and cannot write to it. */
function readEvidence(scope: Construct, { auditLog, archive }: FunctionResources): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'ReadRecord',
      actions: ['logs:FilterLogEvents'],
      resources: [...logArns(scope, auditLog).group],
    }),
    new PolicyStatement({
      sid: 'FindRecord',
      actions: ['logs:DescribeLogGroups'],
      // No resource level: it shows names and settings of all groups, never what is in them.
      resources: ['*'],
    }),
    ...(archive === undefined
      ? []
      : [
          new PolicyStatement({
            sid: 'WriteReports',
            actions: ['s3:PutObject'],
            resources: [archive.bucket.arnForObjects(`${ARCHIVE_PREFIX.reports}*`)],
          }),
          ...(archive.key === undefined ? [] : [encryptInArchive(Stack.of(scope), archive.key.keyArn)]),
        ]),
  ];
}

function readRegistry(scope: Construct): PolicyStatement {
  return new PolicyStatement({
    sid: 'ReadRegistry',
    actions: ['ssm:GetParameter'],
    // An event names any managed key.
    resources: [registryArns(scope).parameters],
  });
}

function readTrail(): PolicyStatement {
  return new PolicyStatement({
    sid: 'TraceKeys',
    actions: ['cloudtrail:LookupEvents'],
    // No resource level: it tells whether a key that a dead run left behind is Keyturn's own, and what happened beside it.
    resources: ['*'],
  });
}

function readCredentialReport(): PolicyStatement {
  return new PolicyStatement({
    sid: 'ReadCredentialReport',
    actions: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'],
    // No resource level: the report covers the whole account.
    resources: ['*'],
  });
}
