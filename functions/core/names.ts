/**
 * Names that the stack and the functions share. They live here once: a name that is spelled in two places drifts apart.
 */

/** The Lambda functions that rotate; each has a folder of this name under `functions/`. */
export const FUNCTION_NAMES = ['rotate', 'deactivate', 'delete', 'sync'] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** The function that writes the scheduled report; it reads only, and is deployed only when asked for. */
export const REPORT_FUNCTION = 'report';
/** The function that copies the audit record into the archive; deployed only where there is one. */
export const ARCHIVE_FUNCTION = 'archive';
/** The two levels at which people ask; each has a function of this name, deployed only when asked for. */
export const LEVELS = ['operator', 'administrator'] as const;
export type Level = (typeof LEVELS)[number];
/** The function that is the secret provider's endpoint, and what a process that is one calls itself in its events. */
export const PROVIDER = 'provider';
/** What the endpoint calls itself in its events: it has streams of its own, into which no process may write. */
export const ENDPOINT = 'endpoint';
/** Both forms of a provider, as events and streams of its log group name them. */
export const PROVIDER_FORMS: readonly string[] = [PROVIDER, ENDPOINT];
/** The code of both: what they may do differs by their roles and by who may ask them. */
const OPERATE_BUNDLE = 'operate';
/** The stack's outputs that have their URLs. */
export const OUTPUT_OF_URL: Readonly<Record<Level, string>> = {
  operator: 'OperatorUrl',
  administrator: 'AdministratorUrl',
};
/** Every function that writes into the record. */
export const RECORDING_FUNCTIONS = [...FUNCTION_NAMES, ...LEVELS] as const;
export type RecordingFunction = (typeof RECORDING_FUNCTIONS)[number];
/** Every function that can be deployed. */
export const DEPLOYED_FUNCTIONS = [...FUNCTION_NAMES, REPORT_FUNCTION, ARCHIVE_FUNCTION, ...LEVELS] as const;
export type DeployedFunction = (typeof DEPLOYED_FUNCTIONS)[number];
/** Their code; each has a folder of this name under `functions/`. */
export const BUNDLES = [...FUNCTION_NAMES, REPORT_FUNCTION, ARCHIVE_FUNCTION, OPERATE_BUNDLE, PROVIDER] as const;
export type BundleName = (typeof BUNDLES)[number];

/** The code that a function runs. */
export function bundleOf(name: DeployedFunction): BundleName {
  return isLevel(name) ? OPERATE_BUNDLE : name;
}

export function isLevel(name: string): name is Level {
  return (LEVELS as readonly string[]).includes(name);
}

/** Every managed secret is named `keyturn/<id>`; ids have no slash, so connections cannot be taken for keys. */
export const SECRET_PREFIX = 'keyturn/';
/** Where connection secrets live by convention: `keyturn/connections/<name>`. */
export const CONNECTION_SECRET_PREFIX = 'keyturn/connections/';
/** Every SSM parameter of Keyturn's has a name that begins so. */
export const PARAMETER_PREFIX = '/keyturn/';
/** The registry: one SSM parameter a managed key. */
export const REGISTRY_PATH = '/keyturn/keys/';
/** What reports judge the account by, where the configuration says so: one SSM parameter. Not under the registry. */
export const AUDIT_TERMS_PARAMETER = '/keyturn/audit-terms';
/** What a deployment tells reports of itself: what is its own, and what its functions may do. Not under the registry either. */
export const DEPLOYMENT_PARAMETERS = {
  things: '/keyturn/deployment/things',
  rights: '/keyturn/deployment/rights',
} as const;

/** What the names of the parameters begin with that the provider's endpoint reads, and nothing else. */
export const PROVIDER_PARAMETERS = '/keyturn/provider/';

/** What the provider's endpoint gives to whom: `/keyturn/provider/<digest>/<part>`, because a parameter holds 4 KB. */
export function providerParameterName(digest: string, part: number): string {
  return `${PROVIDER_PARAMETERS}${digest}/${part}`;
}

/** Which part of it a parameter holds; undefined where it is another parameter. */
export function providerPartIn(name: string): number | undefined {
  const [, part] = /^\/keyturn\/provider\/[^/]+\/(\d+)$/.exec(name) ?? [];
  return part === undefined ? undefined : Number(part);
}

/** The table of the provider's used tokens: its partition key, and the attribute by which DynamoDB deletes. */
export const USED_TOKENS = { key: 'digest', ends: 'endsAt' } as const;

export function secretName(id: string): string {
  return `${SECRET_PREFIX}${id}`;
}

/** The managed key's id, or undefined when the secret is not a managed one. */
export function idOfSecret(name: string): string | undefined {
  if (!name.startsWith(SECRET_PREFIX)) return undefined;
  const id = name.slice(SECRET_PREFIX.length);
  return id !== '' && !id.includes('/') ? id : undefined;
}

export function registryParameterName(id: string): string {
  return `${REGISTRY_PATH}${id}`;
}

/** Tags on a managed secret: what nothing else records. */
export const TAG = {
  /** `<ISO time> <run> <access key IDs before>`: the rotation that began last; stays until the next one. */
  intent: 'keyturn:intent',
  /** `<access key ID> <ISO time>`: when Keyturn made (or first saw) a superseded key Inactive. */
  deactivated: 'keyturn:deactivated',
  /** `<access key ID> <ISO time>`: a person made a deactivated key Active again. */
  reactivated: 'keyturn:reactivated',
  /** `<access key ID> <ISO time>`: when a due deactivation was held for the first time. */
  held: 'keyturn:held',
  /** `<access key ID> <ISO time>`: when a late delivery, or that of an earlier version, was complete; without it it was prompt. */
  delivered: 'keyturn:delivered',
  /** `<access key ID> <ISO time>`: when every target was last seen to hold what was delivered to it. */
  checked: 'keyturn:checked',
  /** `<access key ID> <digest of the target set> <digests>`: what the host showed of each target then. */
  revisions: 'keyturn:revisions',
  /** `<access key ID> <ISO time>`: when a target was last seen not to, and was left so. */
  drifted: 'keyturn:drifted',
  /** `<access key ID> <ISO time>`: when a delivery of this key left a torn pair behind; until it is delivered, it counts. */
  torn: 'keyturn:torn',
  /** The IAM user that the current key was made for, as the configuration spelled it. */
  user: 'keyturn:user',
  /** `<user> <ISO time>`, for each user before it whose keys are followed to their end, oldest first. */
  formerUsers: 'keyturn:former-users',
  /** `<access key ID> <ISO time>`: when this key, which every target had, was written once more, as somebody wanted. */
  reached: 'keyturn:reached',
  /** `<access key ID> <digests>`: the places that may hold this key. See `writtenTag`. */
  written: 'keyturn:written',
  /** `<digest of a name>=<IDs>`, three of them: whose the places are that were delivered to. See `PLACES_TAGS`. */
  places: 'keyturn:places',
  /** `<access key ID> <ISO time>`: a person asked then for this key, the current one, to be rotated. */
  rotationAsked: 'keyturn:rotation-asked',
  /** `<access key ID> <ISO time>`: a person asked then for this key to be delivered once more. */
  deliveryAsked: 'keyturn:delivery-asked',
  /** `<access key ID> <ISO time>`: an administrator took this key, the current one then, back for the one before it. */
  withdrawn: 'keyturn:withdrawn',
  /** `<access key ID> <ISO time>`: this key has leaked; it is obeyed only where the record says so too. */
  compromised: 'keyturn:compromised',
  /** The same, and it is made Inactive before its successor is delivered. */
  disableFirst: 'keyturn:disable-first',
  /** `<access key ID> <ISO time>`: when this key, the current one, began to go for good, as a role has taken over. */
  replaced: 'keyturn:replaced',
  /** `<until> <by> <why>`: nothing is changed until then. */
  paused: 'keyturn:paused',
  /** On a connection's secret, an ISO date or date-time: when its token ends. People set it; Keyturn reads it only. */
  expires: 'keyturn:expires',
} as const;

/** A tag has room for three places, and a key may have fifty targets. */
export const PLACES_TAGS: readonly string[] = [
  TAG.places,
  ...Array.from({ length: 16 }, (_none, at) => `${TAG.places}-${at + 2}`),
];

/** Tag of what a stack has made, with the stack's name: CloudFormation's own, which nobody else can set. */
export const CLOUDFORMATION_STACK_TAG = 'aws:cloudformation:stack-name';

/** By this name an auditor finds the KMS key that seals the record. */
export const SEAL_KEY_ALIAS = 'alias/keyturn-seal';
/** And by this one the key that seals what a provider's endpoint decides. */
export const PROVIDER_SEAL_KEY_ALIAS = 'alias/keyturn-provider-seal';

/** Staging label of a delivered version: this prefix and the digest of the target set. */
export const DELIVERED_LABEL_PREFIX = 'DELIVERED-';

/** Environment variables of the functions. */
export const ENV = {
  /** SSM path of the registry. */
  registryPath: 'KEYTURN_REGISTRY_PATH',
  /** ARN of the KMS key that seals the record. */
  sealKey: 'KEYTURN_SEAL_KEY',
  /** ARNs of the KMS keys that sealed it before, separated by commas. */
  formerSealKeys: 'KEYTURN_FORMER_SEAL_KEYS',
  /** ARN of the event bus of `audit.forwardTo`; not there where there is none. */
  forwardTo: 'KEYTURN_FORWARD_TO',
  /** SNS topic for findings and failures. */
  topicArn: 'KEYTURN_TOPIC_ARN',
  /** Rotations in one run at most. */
  maxRotations: 'KEYTURN_MAX_ROTATIONS',
  /** Managed keys that one run works on at the same time. */
  concurrency: 'KEYTURN_CONCURRENCY',
  /** Path that all managed users are under; not there where the functions know each user by its name. */
  usersPath: 'KEYTURN_USERS_PATH',
  /** Version of the deployed code: Keyturn's own, and the start of the bundle's SHA-256. */
  release: 'KEYTURN_RELEASE',
  /** Days before the known end of a connection's token at which people are told. */
  tokenExpiresInDays: 'KEYTURN_TOKEN_EXPIRES_IN_DAYS',
  /** S3 bucket that the audit events and the scheduled reports are written to. */
  archiveBucket: 'KEYTURN_ARCHIVE_BUCKET',
  /** Where the runbooks are: what the texts of notifications link to. */
  runbooks: 'KEYTURN_RUNBOOKS',
  /** What is done about a target that does not hold any more what was delivered to it: `repair` or `report`. */
  drift: 'KEYTURN_DRIFT',
  /** What is done for a managed key that AWS says has leaked: `rotate`, `disable-first` or `notify`. */
  onExposed: 'KEYTURN_ON_EXPOSED',
  /** Origins of the connections in the configuration, separated by commas: sync sends tokens and keys nowhere else. */
  allowedOrigins: 'KEYTURN_ALLOWED_ORIGINS',
  /** Names of the stacks of this deployment, separated by commas: the functions act on no secret that another one made. */
  stacks: 'KEYTURN_STACKS',
  /** Digest of what reports judge by (`AUDIT_TERMS_PARAMETER`), or `none`: each run says it under its seal. */
  auditTerms: 'KEYTURN_AUDIT_TERMS',
  /** Names of the functions that a front starts; sync starts the first one. */
  starts: { rotate: 'KEYTURN_ROTATE', deactivate: 'KEYTURN_DEACTIVATE', sync: 'KEYTURN_SYNC' },
  /** What those who ask this function may: `operator` or `administrator`. */
  level: 'KEYTURN_LEVEL',
  /** SHA-256 of the configuration of the provider, and how many SSM parameters hold it. */
  providerConfig: 'KEYTURN_PROVIDER_CONFIG',
  providerParts: 'KEYTURN_PROVIDER_PARTS',
  /** DynamoDB table of the tokens that steps have shown the provider. */
  usedTokens: 'KEYTURN_USED_TOKENS',
  /** IDs of the keys whose secret was there before, separated by commas. */
  existingSecrets: 'KEYTURN_EXISTING_SECRETS',
} as const;

/** What the names of alarms begin with. */
export const ALARM_PREFIX = 'Keyturn-';

/** Name of the managed policy for whoever audits. */
export const AUDITOR_POLICY = 'KeyturnAuditor';
/**
 * What the names of the policies of AWS's own begin with by which it puts the user of a leaked key in quarantine; a version
 * may follow (AWS Managed Policy Reference Guide: `AWSCompromisedKeyQuarantine`, `…V2` to `…V4`).
 */
export const QUARANTINE_POLICY = 'AWSCompromisedKeyQuarantine';

/** CloudWatch Logs: the record of record, one JSON line an audit event and nothing else. */
export const AUDIT_LOG_GROUP = '/keyturn/audit';
/** CloudWatch Logs: what a secret provider has decided, one JSON line an event. */
export const PROVIDER_LOG_GROUP = '/keyturn/provider';
/** What a change to Keyturn itself is called; also the name of its runbook. */
export const KEYTURN_CHANGED = 'keyturn-changed';
/** The runbook of the mail that somebody has taken the break-glass role on. */
export const BREAK_GLASS_USED = 'break-glass-used';
/** What the archive holds: audit events by day, and reports. */
export const ARCHIVE_PREFIX = { events: 'events/', reports: 'reports/' } as const;

export const DEFAULT_MAX_ROTATIONS = 25;
export const DEFAULT_CONCURRENCY = 4;
export const DEFAULT_TOKEN_EXPIRES_IN_DAYS = 14;
export const DEFAULT_RUNBOOKS = 'docs/operate/runbooks/';

/** How Keyturn calls itself when it proves a key: in CloudTrail's records, `app/keyturn` in the user agent. */
export const USER_AGENT_APP = 'keyturn';

/** Source of the audit events that go to the event bus. */
export const EVENT_SOURCE = 'keyturn';
export const METRICS_NAMESPACE = 'Keyturn';
/** Value of the dimension `service`, which every metric has. */
export const METRICS_SERVICE = 'keyturn';

/** Metrics of a run beside its counters; dimensions `service` and `function`. */
export const METRIC = {
  /** 1 for each run that came to its end, 0 for one that was stopped as a whole: silence is an alarm. */
  finished: 'Finished',
  /** Keys that the run did not get to. */
  left: 'Left',
  /** Age of the oldest current key in days. */
  oldestCurrentKeyDays: 'OldestCurrentKeyDays',
  /** Days by which the rotation is late that is most so, first ones too; 0 when none is. */
  mostOverdueDays: 'MostOverdueDays',
  /** Hours for which the version waits that waits longest for its delivery. */
  oldestUndeliveredHours: 'OldestUndeliveredHours',
  /** Audit events that could not be put into the record. */
  unrecorded: 'Unrecorded',
  /** Findings that were for people, and that nobody could be told. */
  untold: 'Untold',
  /** Audit events that the default event bus did not take, and attempts whose events wait to be sent there again. */
  unpublished: 'Unpublished',
  /** The same of the event bus of `audit.forwardTo`. */
  unforwarded: 'Unforwarded',
  /** Tokens of steps that were shown to a provider's endpoint once more, too late or from elsewhere. */
  reused: 'TokensReused',
  /** Steps that a rule means and a provider's endpoint gave nothing, for a reason that is for people. */
  refused: 'StepsRefused',
  /** Requests that API Gateway refused a provider's endpoint because there were too many; without a dimension. */
  throttled: 'RequestsThrottled',
  /** Findings by code; dimensions `service` and `finding`. Only what was found is sent. */
  findings: 'Findings',
} as const;

/** The metric of one of a run's counters. */
export function counterName(counter: string): string {
  return `${counter.charAt(0).toUpperCase()}${counter.slice(1)}`;
}
