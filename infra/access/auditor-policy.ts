import { Stack } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { AUDITOR_POLICY, PROVIDER_LOG_GROUP, SECRET_PREFIX } from '../../functions/core/names';
import type { AuditArchive } from '../evidence/audit-archive';
import { logArns, registryArns, reportParameterArns, ruleArns, secretArnPrefix, trailArns } from './arns';
import { onlyThrough } from './kms-use';
import { listedUnder, type TrailFiles, throughS3, trailFileArns } from './trail-files-access';

export interface AuditorPolicyProps {
  /** The record of record. */
  readonly auditLog: ILogGroup;
  /** ARNs of the KMS keys that seal the records. */
  readonly sealKeys: readonly string[];
  /** @default - there is none */
  readonly archive?: AuditArchive;
  /** ARN of the KMS key that encrypts record and archive. @default - the services' own */
  readonly encryptionKey?: string;
  /** Where the account's trail keeps its files. @default - nobody has said it */
  readonly trailFiles?: TrailFiles | undefined;
  /** Where people are told. */
  readonly topic: ITopic;
  /** What CloudFormation's names for the stack's rules begin with. */
  readonly names: string;
  /** ARNs of the stacks, or patterns for them. */
  readonly stacks: readonly string[];
}

/**
 * The managed policy `KeyturnAuditor`, to attach to the role of whoever audits: all the evidence, and by an explicit Deny
 * no secret value, whatever else the role may do.
 */
export class AuditorPolicy extends Construct {
  readonly policy: ManagedPolicy;

  constructor(scope: Construct, id: string, props: AuditorPolicyProps) {
    super(scope, id);
    this.policy = new ManagedPolicy(this, 'Policy', {
      managedPolicyName: AUDITOR_POLICY,
      description: 'Keyturn: reads the evidence of rotations, and no secret value',
      statements: [
        ...this.record(props),
        ...this.account(),
        ...this.deployment(props),
        ...this.archive(props),
        ...this.trailFiles(props),
        noSecrets(),
      ],
    });
  }

  private record({ auditLog, sealKeys, encryptionKey }: AuditorPolicyProps): readonly PolicyStatement[] {
    const stack = Stack.of(this);
    return [
      read(
        'ReadRecord',
        RECORD,
        [auditLog, PROVIDER_LOG].flatMap((log) => logArns(this, log).group),
      ),
      // Results and lists are asked of no single group.
      read('FindRecord', FIND_RECORD, ['*']),
      read('CheckSeals', ['kms:GetPublicKey', 'kms:DescribeKey', 'kms:GetKeyPolicy'], sealKeys),
      ...(encryptionKey === undefined
        ? []
        : [
            new PolicyStatement({
              sid: 'DecryptEvidence',
              actions: ['kms:Decrypt'],
              resources: [encryptionKey],
              conditions: onlyThrough(stack, 'logs', 's3'),
            }),
          ]),
    ];
  }

  private account(): readonly PolicyStatement[] {
    const stack = Stack.of(this);
    const registry = registryArns(this);
    return [
      // None has a resource level.
      read('ReadAccount', ACCOUNT, ['*']),
      // Of all users: a key that nobody manages is what an auditor looks for. Key IDs are no secrets.
      read(
        'ListKeys',
        ['iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed'],
        [stack.formatArn({ service: 'iam', region: '', resource: 'user', resourceName: '*' })],
      ),
      read(
        'ReadRegistry',
        ['ssm:GetParametersByPath', 'ssm:GetParameter'],
        [...registry.paths, registry.parameters, ...reportParameterArns(this)],
      ),
      read(
        'LookAtSecrets',
        ['secretsmanager:DescribeSecret', 'secretsmanager:ListSecretVersionIds', 'secretsmanager:GetResourcePolicy'],
        [`${secretArnPrefix(this, SECRET_PREFIX)}*`],
      ),
    ];
  }

  /** What `keyturn doctor` reads of the stack's own things, and the trails that logs of it come from. */
  private deployment({ topic, names, stacks }: AuditorPolicyProps): readonly PolicyStatement[] {
    return [
      read('LookAtStack', ['cloudformation:ListStackResources'], stacks),
      read('LookAtRules', ['events:ListTargetsByRule'], [ruleArns(names)]),
      read('LookAtTopic', ['sns:ListSubscriptionsByTopic'], [topic.topicArn]),
      read('LookAtTrails', ['cloudtrail:GetTrailStatus', 'cloudtrail:GetEventSelectors'], [trailArns()]),
    ];
  }

  private trailFiles({ trailFiles }: AuditorPolicyProps): readonly PolicyStatement[] {
    if (trailFiles === undefined) return [];
    const { encryptionKey } = trailFiles;
    const { bucket, files } = trailFileArns(this, trailFiles);
    return [
      new PolicyStatement({
        sid: 'ListTrailFiles',
        actions: ['s3:ListBucket'],
        resources: [bucket],
        conditions: listedUnder(this, trailFiles),
      }),
      read('ReadTrailFiles', ['s3:GetObject'], files),
      // No resource level.
      read('CheckTrailFiles', ['cloudtrail:ListPublicKeys'], ['*']),
      ...(encryptionKey === undefined
        ? []
        : [
            new PolicyStatement({
              sid: 'DecryptTrailFiles',
              actions: ['kms:Decrypt'],
              resources: [encryptionKey],
              conditions: throughS3(this, encryptionKey),
            }),
          ]),
    ];
  }

  private archive({ archive }: AuditorPolicyProps): readonly PolicyStatement[] {
    if (archive === undefined) return [];
    const { bucket } = archive;
    return [
      read(
        'ReadArchive',
        ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectRetention'],
        [bucket.arnForObjects('*')],
      ),
      read(
        'ListArchive',
        [
          's3:ListBucket',
          's3:ListBucketVersions',
          's3:GetBucketLocation',
          's3:GetBucketVersioning',
          's3:GetBucketObjectLockConfiguration',
        ],
        [bucket.bucketArn],
      ),
    ];
  }
}

/** Made by whoever runs a secret provider, and no part of the stack. */
const PROVIDER_LOG = { logGroupName: PROVIDER_LOG_GROUP };

const RECORD = ['logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:DescribeLogStreams', 'logs:StartQuery'];

/**
 * IAM has no resource and no condition for these (Service Authorization Reference, CloudWatch Logs). Results are had by a
 * query's ID, which nobody guesses: without `logs:DescribeQueries`, which lists those of all people, an auditor knows the
 * own ones alone. Saved queries are shown of the whole account, their words and nothing that they found.
 */
const FIND_RECORD = ['logs:DescribeLogGroups', 'logs:DescribeQueryDefinitions', 'logs:GetQueryResults'];

const ACCOUNT = [
  'iam:GenerateCredentialReport',
  'iam:GetCredentialReport',
  'cloudtrail:LookupEvents',
  'cloudtrail:DescribeTrails',
  'events:ListRules',
  'lambda:ListFunctions',
  'secretsmanager:ListSecrets',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:DescribeAlarmHistory',
  'cloudwatch:GetDashboard',
  'cloudwatch:ListDashboards',
  'cloudwatch:GetMetricData',
  'cloudwatch:ListMetrics',
];

function read(sid: string, actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ sid, actions: [...actions], resources: [...resources] });
}

function noSecrets(): PolicyStatement {
  return new PolicyStatement({
    sid: 'NoSecretValues',
    effect: Effect.DENY,
    actions: ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue', 'secretsmanager:PutSecretValue'],
    resources: ['*'],
  });
}
