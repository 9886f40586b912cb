import {
  ALARM_PREFIX,
  AUDIT_LOG_GROUP,
  AUDITOR_POLICY,
  PARAMETER_PREFIX,
  PROVIDER_LOG_GROUP,
  PROVIDER_SEAL_KEY_ALIAS,
  SEAL_KEY_ALIAS,
  SECRET_PREFIX,
} from './names';

/** How a call may name a thing: exactly, or in part. The forms are those of EventBridge's patterns. */
export type NamePattern =
  | string
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly wildcard: string };

/** What only a deployment knows of the things that are Keyturn's own. */
export interface OwnNames {
  /** What CloudFormation's names for functions, roles, rules, queues and log groups begin with. */
  readonly names: string;
  /** ARN of the topic. */
  readonly topic: string;
  /** IDs of the stack's own KMS keys. */
  readonly keys: readonly string[];
  /** IDs of the KMS keys that the configuration names, which other things of the account may use too. @default - none */
  readonly namedKeys?: readonly string[] | undefined;
  /** Name of the archive's bucket. @default - there is none */
  readonly archive?: string | undefined;
  /** The trail that the stack made, or whose files reports read. @default - there is none */
  readonly trail?: { readonly bucket: string } | undefined;
  /** ARN of the code signing config of the functions. @default - there is none */
  readonly signing?: string | undefined;
  /** Of the endpoint of a provider of secrets. @default - there is none */
  readonly provider?: OwnProvider | undefined;
}

/** What an endpoint has that nothing else of a deployment has. */
export interface OwnProvider {
  /** ID of its HTTP API. */
  readonly api: string;
  /** Name of the table of used tokens. */
  readonly table: string;
  /** Names of the log groups of its function and of its requests. */
  readonly logs: readonly string[];
  /** ID of the KMS key that seals what it decides. */
  readonly key: string;
}

/** What a call names, by the parameter that has the name, and how it may name it. */
export type NamedThing = Readonly<Record<string, readonly NamePattern[]>>;

/** Such things, and the calls that change them. */
export interface OwnThings {
  readonly things: readonly NamedThing[];
  /** @default - all but the ordinary ones */
  readonly calls?: readonly string[];
}

/**
 * The ways in which a call can name a thing of Keyturn's, by the parameter that has the name: by its name, by its ARN, and
 * for some by their ends alone, as a pattern of EventBridge has room for 2,048 characters.
 */
export function ownThings(own: OwnNames): readonly OwnThings[] {
  return [
    { things: [...mainThings(own), ...otherThings(own), ...(own.provider ? providerThings(own.provider) : [])] },
    { things: ownKeys(own.namedKeys ?? []), calls: CHANGES_OF_NAMED_KEYS },
  ];
}

/** Those that one pattern has room for. */
export function mainThings({ names, topic, keys, archive }: OwnNames): readonly NamedThing[] {
  const record = [AUDIT_LOG_GROUP, { suffix: `:log-group:${AUDIT_LOG_GROUP}` }];
  const parameters = [prefix(PARAMETER_PREFIX), { wildcard: `*:parameter${PARAMETER_PREFIX}*` }];
  return [
    { functionName: [prefix(names), { wildcard: `*:function:${names}*` }] },
    { roleName: [prefix(names)] },
    { policyArn: [{ wildcard: `*/${names}*` }] },
    // Of a rule, a parameter, or the stack's own trail, which may be named by its ARN.
    { name: [prefix(names), { wildcard: `*/${names}*` }, ...parameters] },
    { trailName: [{ wildcard: `*${names}*` }] },
    { names: parameters },
    { rule: [prefix(names)] },
    { alarmName: [prefix(ALARM_PREFIX)] },
    { alarmNames: [prefix(ALARM_PREFIX)] },
    { logGroupName: [AUDIT_LOG_GROUP, prefix(names)] },
    { logGroupIdentifier: record },
    { resourceIdentifier: record },
    { secretId: [prefix(SECRET_PREFIX), { wildcard: `*:secret:${SECRET_PREFIX}*` }] },
    { topicArn: [topic] },
    { subscriptionArn: [prefix(topic)] },
    { queueUrl: [{ wildcard: `*/${names}*` }] },
    ...ownKeys(keys),
    { aliasName: [SEAL_KEY_ALIAS] },
    ...(archive === undefined ? [] : [{ bucketName: [archive] }]),
  ];
}

/** Those that need a second one. */
export function otherThings({ names, topic, trail, signing }: OwnNames): readonly NamedThing[] {
  return [
    { policyArn: [{ suffix: `/${AUDITOR_POLICY}` }] },
    // What is sent to the topic can be filtered by a policy.
    { resourceArn: [topic] },
    // What stands in a queue can be taken out of it, by another function or into another queue.
    { eventSourceArn: [{ wildcard: `*:${names}*` }] },
    { sourceArn: [{ wildcard: `*:${names}*` }] },
    ...(trail === undefined ? [] : [{ bucketName: [trail.bucket] }]),
    ...(signing === undefined ? [] : [{ codeSigningConfigArn: [signing] }]),
  ];
}

/** Those of a provider's endpoint; its function, role and parameters have names of the others. */
export function providerThings({ api, table, logs, key }: OwnProvider): readonly NamedThing[] {
  const groups = [PROVIDER_LOG_GROUP, ...logs];
  const identified = groups.flatMap((name) => [name, { suffix: `:log-group:${name}` }]);
  return [
    { apiId: [api] },
    { tableName: [table, { suffix: `:table/${table}` }] },
    { resourceArn: [{ suffix: `:table/${table}` }] },
    { logGroupName: groups },
    { logGroupIdentifier: identified },
    { resourceIdentifier: identified },
    ...ownKeys([key]),
    { aliasName: [PROVIDER_SEAL_KEY_ALIAS] },
  ];
}

/** The ways in which a call that changes a KMS key can name one: by its ID or its ARN. */
export function ownKeys(keys: readonly string[]): readonly NamedThing[] {
  return keys.length === 0 ? [] : [{ keyId: keys.map((id) => ({ suffix: id })) }];
}

function prefix(text: string): NamePattern {
  return { prefix: text };
}

/**
 * The first thing of Keyturn's that a call changes; undefined where its parameters name none.
 *
 * @param call its name
 * @param parameters CloudTrail's `requestParameters`
 */
export function ownThingIn(
  own: readonly OwnThings[],
  call: string,
  parameters: Readonly<Record<string, unknown>>,
): string | undefined {
  const changed = own.filter(({ calls }) => calls === undefined || calls.includes(call));
  for (const [parameter, patterns] of changed.flatMap(({ things }) =>
    things.flatMap((thing) => Object.entries(thing)),
  )) {
    const value = Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined;
    const named = (Array.isArray(value) ? value : [value]).find(
      (name) => typeof name === 'string' && patterns.some((pattern) => fits(pattern, name)),
    );
    if (typeof named === 'string') return named;
  }
  return undefined;
}

function fits(pattern: NamePattern, name: string): boolean {
  if (typeof pattern === 'string') return name === pattern;
  if ('prefix' in pattern) return name.startsWith(pattern.prefix);
  if ('suffix' in pattern) return name.endsWith(pattern.suffix);
  const [head = '', middle = '', tail] = pattern.wildcard.split('*');
  // `*middle*` alone is used.
  return head === '' && tail === '' && name.includes(middle);
}

/** What runs do day by day, and who gets the mails once: no change to Keyturn itself. */
export const ORDINARY_CALLS = [
  'CreateLogStream',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'TagResource',
  'UntagResource',
  'ConfirmSubscription',
] as const;

/**
 * What takes a KMS key from Keyturn, or lets others at what it encrypts. Of a key that other things use too, the rest is
 * their everyday life: EBS, RDS and Lambda make a grant for each volume, database and function.
 */
export const CHANGES_OF_NAMED_KEYS = [
  'PutKeyPolicy',
  'DisableKey',
  'ScheduleKeyDeletion',
  'DisableKeyRotation',
  'DeleteImportedKeyMaterial',
  'RevokeGrant',
] as const satisfies readonly OwnCall[];

/** What deploys a stack, whoever calls it; CloudFormation itself does the rest. */
export const DEPLOYING_CALLS = ['CreateStack', 'UpdateStack', 'ExecuteChangeSet', 'DeleteStack'] as const;

/** Calls on what is one for the account: CloudTrail has them in one region. */
export const OWN_CHANGES_IN_IAM = [
  'UpdateAssumeRolePolicy',
  'PutRolePolicy',
  'DeleteRolePolicy',
  'AttachRolePolicy',
  'DetachRolePolicy',
  'CreatePolicyVersion',
  'SetDefaultPolicyVersion',
  'DeleteRole',
  'UpdateRole',
  'PutRolePermissionsBoundary',
  'DeleteRolePermissionsBoundary',
  'TagRole',
  'UntagRole',
  'DeletePolicy',
  'DeletePolicyVersion',
  // A right of ours for somebody else.
  'AttachUserPolicy',
  'AttachGroupPolicy',
] as const;

/**
 * The calls that change a thing of Keyturn's, by CloudTrail's names for them: what a report asks CloudTrail about, which
 * takes one name at a time. What else there is the mails of the stack's own rule tell. Those that other programs make by
 * the thousand are last.
 */
export const OWN_CHANGES = [
  ...DEPLOYING_CALLS,
  'UpdateFunctionCode20150331v2',
  'UpdateFunctionConfiguration20150331v2',
  'AddPermission20150331v2',
  'RemovePermission20150331v2',
  'PutFunctionConcurrency20171031',
  'DeleteFunctionConcurrency20171031',
  'DeleteFunction20150331',
  'CreateEventSourceMapping20150331',
  'UpdateEventSourceMapping20150331',
  'PutFunctionEventInvokeConfig',
  'UpdateFunctionEventInvokeConfig',
  'DeleteFunctionEventInvokeConfig',
  // Seen in both forms.
  'CreateFunctionUrlConfig',
  'CreateFunctionUrlConfig20211031',
  'UpdateFunctionUrlConfig',
  'UpdateFunctionUrlConfig20211031',
  'PutRuntimeManagementConfig',
  'PutFunctionCodeSigningConfig',
  'DeleteFunctionCodeSigningConfig',
  // Of older calls CloudTrail's names end in the version of Lambda's API; of these nobody has written it down.
  'PutFunctionCodeSigningConfig20200630',
  'DeleteFunctionCodeSigningConfig20200630',
  'UpdateCodeSigningConfig',
  'UpdateCodeSigningConfig20200422',
  'DeleteCodeSigningConfig',
  'DeleteCodeSigningConfig20200422',
  'PutFunctionRecursionConfig',
  'PutRetentionPolicy',
  'DeleteRetentionPolicy',
  'DeleteLogGroup',
  'DeleteLogStream',
  'PutSubscriptionFilter',
  'DeleteSubscriptionFilter',
  'PutLogGroupDeletionProtection',
  'AssociateKmsKey',
  'DisassociateKmsKey',
  'PutMetricFilter',
  'DeleteMetricFilter',
  'PutDataProtectionPolicy',
  'DeleteDataProtectionPolicy',
  'PutTransformer',
  'DeleteTransformer',
  'PutKeyPolicy',
  'DisableKey',
  'ScheduleKeyDeletion',
  'DisableKeyRotation',
  'DeleteImportedKeyMaterial',
  'RevokeGrant',
  'CreateAlias',
  'UpdateAlias',
  'DeleteAlias',
  'ReplicateKey',
  'DisableRule',
  'DeleteRule',
  'RemoveTargets',
  'PutResourcePolicy',
  'DeleteResourcePolicy',
  'ReplicateSecretToRegions',
  'RemoveRegionsFromReplication',
  'StopReplicationToReplica',
  'UpdateSecret',
  'DeleteSecret',
  'RestoreSecret',
  'RotateSecret',
  'CancelRotateSecret',
  'DeleteParameter',
  'DeleteParameters',
  'SetTopicAttributes',
  'SetSubscriptionAttributes',
  // Of a topic or a queue.
  'AddPermission',
  'RemovePermission',
  'Subscribe',
  'Unsubscribe',
  'DeleteTopic',
  'PurgeQueue',
  'StartMessageMoveTask',
  'SetQueueAttributes',
  'DeleteQueue',
  'PutBucketPolicy',
  'DeleteBucketPolicy',
  'PutBucketLifecycle',
  'DeleteBucketLifecycle',
  'PutBucketVersioning',
  'PutBucketObjectLockConfiguration',
  'PutBucketReplication',
  'PutBucketEncryption',
  'DeleteBucketEncryption',
  'PutBucketPublicAccessBlock',
  'DeleteBucketPublicAccessBlock',
  'PutBucketOwnershipControls',
  'PutBucketAcl',
  'DeleteBucket',
  'PutBucketLogging',
  'DeleteBucketReplication',
  'DeleteBucketOwnershipControls',
  'StopLogging',
  'UpdateTrail',
  'DeleteTrail',
  'PutEventSelectors',
  'DisableAlarmActions',
  'PutCompositeAlarm',
  'SetAlarmState',
  'PutParameter',
  'DeleteAlarms',
  'PutRule',
  'PutTargets',
  'PutMetricAlarm',
  'CreateGrant',
] as const;

/**
 * What changes a provider's endpoint, beside those: API Gateway's and DynamoDB's. A report asks for them where there is
 * one; EC2 and REST APIs have calls of some of these names, too.
 */
export const OWN_CHANGES_OF_PROVIDER = [
  'UpdateIntegration',
  'CreateIntegration',
  'DeleteIntegration',
  'UpdateApi',
  'ReimportApi',
  'DeleteApi',
  'CreateAuthorizer',
  'UpdateAuthorizer',
  'UpdateTable',
  'DeleteTable',
  'UpdateTimeToLive',
  'CreateStage',
  'UpdateStage',
  'DeleteStage',
  'DeleteAccessLogSettings',
  'DeleteRouteSettings',
  'UpdateRoute',
  'CreateRoute',
  'DeleteRoute',
  'CreateDeployment',
] as const;

/** Those of them by which somebody acts as Keyturn, or stops it: few enough to be asked about while a person waits. */
export const DECISIVE_CHANGES = [
  'UpdateAssumeRolePolicy',
  'PutRolePolicy',
  'DeleteRolePolicy',
  'AttachRolePolicy',
  'UpdateFunctionCode20150331v2',
  'UpdateFunctionConfiguration20150331v2',
  'AddPermission20150331v2',
  'PutFunctionConcurrency20171031',
  'DisableRule',
  'PutRule',
  'PutTargets',
  'PutResourcePolicy',
  'PutParameter',
  'PutKeyPolicy',
  'UpdateIntegration',
  'UpdateRoute',
] as const satisfies readonly OwnCall[];

/** The name of a call that changes a thing of Keyturn's. */
export type OwnCall =
  | (typeof OWN_CHANGES)[number]
  | (typeof OWN_CHANGES_IN_IAM)[number]
  | (typeof OWN_CHANGES_OF_PROVIDER)[number];

/** The address that CloudTrail writes for what CloudFormation does; nobody else can have it. */
export const CLOUDFORMATION_ADDRESS = 'cloudformation.amazonaws.com';
