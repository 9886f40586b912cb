import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { EVENT_SOURCE, type FunctionName } from '../functions/core/names';
import { registryArns } from './arns';

export interface FunctionResources {
  readonly logGroupArn: string;
  /** Of the record of record. */
  readonly auditLogArn: string;
  readonly topicArn: string;
  readonly deadLettersArn: string;
}

/**
 * What a function may do from the start: one statement a need. The managed users are added by `UserAccess`, the tokens of
 * connections by `ConnectionAccess`; what a function may do to a managed secret stands in that secret's own policy.
 */
export function functionPermissions(
  scope: Construct,
  name: FunctionName,
  resources: FunctionResources,
): readonly PolicyStatement[] {
  const own = name === 'sync' ? syncOnly(scope) : [readCredentialReport(), ...(name === 'rotate' ? rotateOnly() : [])];
  return [...permissionsOfAll(scope, resources), ...own];
}

function permissionsOfAll(scope: Construct, resources: FunctionResources): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'WriteOwnLog',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      // The ARN ends in :* for the group's streams.
      resources: [resources.logGroupArn],
    }),
    new PolicyStatement({
      sid: 'KeepRecord',
      // FilterLogEvents: what people were told within the day.
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:FilterLogEvents'],
      resources: [resources.auditLogArn],
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
    new PolicyStatement({ sid: 'TellPeople', actions: ['sns:Publish'], resources: [resources.topicArn] }),
    new PolicyStatement({
      sid: 'RecordAudit',
      actions: ['events:PutEvents'],
      resources: [Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
      conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
    }),
    new PolicyStatement({ sid: 'KeepFailedRuns', actions: ['sqs:SendMessage'], resources: [resources.deadLettersArn] }),
  ];
}

function syncOnly(scope: Construct): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'ReadRegistry',
      actions: ['ssm:GetParameter'],
      // An event names any managed key.
      resources: [registryArns(scope).parameters],
    }),
  ];
}

function rotateOnly(): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'TraceKeys',
      actions: ['cloudtrail:LookupEvents'],
      // No resource level: it tells whether a key that a dead run left behind is the function's own.
      resources: ['*'],
    }),
  ];
}

function readCredentialReport(): PolicyStatement {
  return new PolicyStatement({
    sid: 'ReadCredentialReport',
    actions: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'],
    // No resource level: the report covers the whole account.
    resources: ['*'],
  });
}
