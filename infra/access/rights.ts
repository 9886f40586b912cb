import type { Settings } from '../../functions/core/config/settings';
import { type DeployedFunction, type Level, TAG } from '../../functions/core/names';
import { tagsOf } from '../../functions/core/verbs';
import type { Need } from './needs';

/**
 * All rights of one function (K12). What is not here it cannot do, but for what the hosts of its targets ask for beside a
 * token: that stands with each host in `infra/targets`, and only sync has it.
 */
interface FunctionRights {
  /** Statements of its role, from the start; what each allows stands in needs.ts. */
  readonly role: readonly Need[];
  /** On the access keys of exactly the managed users; `UserAccess` adds each user by its name. */
  readonly managedUsers: readonly string[];
  /** On each managed secret; stands in that secret's own policy. */
  readonly managedSecrets: readonly string[];
  /** The tags that it writes and takes away, as patterns: what a function knows is no other's to say. */
  readonly tags: readonly string[];
  /** On the secrets' customer-managed KMS key, where there is one; stands in that key's own policy. */
  readonly secretsKey: readonly string[];
  /** On the secrets that hold the tokens of exactly the connections that are used; `ConnectionAccess` adds each one. */
  readonly connectionTokens: readonly string[];
  /** On the KMS keys that encrypt those. */
  readonly connectionKeys: readonly string[];
}

const NONE = {
  managedUsers: [],
  managedSecrets: [],
  tags: [],
  secretsKey: [],
  connectionTokens: [],
  connectionKeys: [],
} as const;

const LOOK_AT_KEYTURN = [
  'WriteOwnLog',
  'ListRegistry',
  'ListSecrets',
  'TellPeople',
  'EncryptMessages',
  'KeepFailedRuns',
  'EncryptFailedRuns',
] as const;

/** What was done goes into the record, and to whoever listens. */
const RECORD = ['KeepRecord', 'ReadRecord', 'RecordAudit'] as const;

/** Who acts on a key has to know whether its entry is the deployed one. */
const ACT_ON_KEYS = [...LOOK_AT_KEYTURN, ...RECORD, 'ReadPins'] as const;

/** What a function needs to know before it tells a user's keys apart: the versions without a label too. */
const LOOK_AT_SECRET = ['secretsmanager:DescribeSecret', 'secretsmanager:ListSecretVersionIds'] as const;
const LOOK_AT_KEYS = ['iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed'] as const;

/** What people ask for stands in tags of the secrets; the functions that act are started. No key, and no value. */
const front = (level: Level) =>
  ({
    ...NONE,
    role: [...ACT_ON_KEYS, 'ReadRegistry', 'SeeManagedSecrets', 'WriteRequests', 'StartFunctions'],
    tags: tagsOf(level),
  }) as const;

/** Which rights each function has. */
export const RIGHTS = {
  rotate: {
    ...NONE,
    role: [
      ...ACT_ON_KEYS,
      'ReadCredentialReport',
      'TraceKeys',
      'SeeAttachedPolicies',
      'SeeQuarantined',
      'StartDeactivation',
    ],
    managedUsers: ['iam:ListAccessKeys', 'iam:CreateAccessKey', 'iam:DeleteAccessKey'],
    managedSecrets: [
      ...LOOK_AT_SECRET,
      'secretsmanager:TagResource',
      'secretsmanager:UntagResource',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ],
    // Those of a retained secret that is taken over among them: what is said there of leaked keys, whatever is deployed now.
    tags: [TAG.intent, TAG.user, TAG.formerUsers, TAG.deactivated, TAG.reactivated, TAG.compromised, TAG.disableFirst],
    secretsKey: ['kms:GenerateDataKey', 'kms:Decrypt'],
  },
  deactivate: {
    ...NONE,
    role: [...ACT_ON_KEYS, 'ReadCredentialReport', 'TraceKeys'],
    managedUsers: [...LOOK_AT_KEYS, 'iam:UpdateAccessKey'],
    managedSecrets: [...LOOK_AT_SECRET, 'secretsmanager:TagResource'],
    tags: [TAG.held, TAG.deactivated, TAG.reactivated, TAG.replaced],
  },
  delete: {
    ...NONE,
    role: [...ACT_ON_KEYS, 'ReadCredentialReport', 'CheckFormerSeals'],
    managedUsers: [...LOOK_AT_KEYS, 'iam:DeleteAccessKey'],
    managedSecrets: [...LOOK_AT_SECRET, 'secretsmanager:TagResource', 'secretsmanager:UntagResource'],
    // What is said of a key that has leaked, or was taken back, goes with it.
    tags: [TAG.deactivated, TAG.reactivated, TAG.held, TAG.compromised, TAG.disableFirst, TAG.withdrawn],
  },
  // What a target's host asks for beside a token stands with the host, in infra/targets.
  sync: {
    ...NONE,
    role: [...ACT_ON_KEYS, 'ReadRegistry', 'StartRotation'],
    managedSecrets: [
      'secretsmanager:DescribeSecret',
      'secretsmanager:TagResource',
      'secretsmanager:GetSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ],
    tags: [
      TAG.delivered,
      TAG.checked,
      TAG.revisions,
      TAG.drifted,
      TAG.reached,
      TAG.written,
      TAG.torn,
      `${TAG.places}*`,
    ],
    secretsKey: ['kms:Decrypt'],
    connectionTokens: ['secretsmanager:GetSecretValue'],
    connectionKeys: ['kms:Decrypt'],
  },
  // It reads the record and cannot write to it.
  report: {
    ...NONE,
    role: [
      ...LOOK_AT_KEYTURN,
      'ReadRecord',
      'FindRecord',
      'ReadTerms',
      'WriteReports',
      'EncryptInArchive',
      'ReadCredentialReport',
      'TraceKeys',
      'ListTrailFiles',
      'ReadTrailFiles',
      'CheckTrailFiles',
      'DecryptTrailFiles',
      'ReadPins',
      'CheckFormerSeals',
    ],
    managedUsers: ['iam:ListAccessKeys'],
  },
  // CloudWatch Logs hands it the record: it reads nothing and adds objects to `events/`, where it can take none away.
  archive: {
    ...NONE,
    role: ['WriteOwnLog', 'KeepFailedRuns', 'EncryptFailedRuns', 'WriteEvents', 'EncryptInArchive'],
  },
  operator: front('operator'),
  administrator: front('administrator'),
} as const satisfies Readonly<Record<DeployedFunction, FunctionRights>>;

/** What decides which of its rights a function has. */
export type RightSettings = Pick<Settings, 'operators'>;

/** What only rotate needs beside that, and only where somebody can ask for it, or AWS can say it. */
const ADDED = {
  // A key that an administrator takes back is made Active: whether it is one IAM cannot tell, so the function could make
  // keys Inactive too.
  rollback: ['iam:UpdateAccessKey'],
} as const;

interface RightsInForce {
  readonly managedUsers: readonly (
    | (typeof RIGHTS)[DeployedFunction]['managedUsers'][number]
    | (typeof ADDED.rollback)[number]
  )[];
  readonly tags: readonly string[];
}

/** What a function may do to access keys and tags of a deployment with these settings. */
export function rightsOf(name: DeployedFunction, { operators }: RightSettings): RightsInForce {
  const { managedUsers, tags } = RIGHTS[name];
  if (name !== 'rotate') return { managedUsers, tags };
  return {
    managedUsers: [...managedUsers, ...(operators ? ADDED.rollback : [])],
    tags,
  };
}
