import { readCredentialReport } from '../../functions/account/credential-report';
import type { RegistryListing, Time } from '../../functions/account/ports';
import { alarmStates } from '../../functions/aws/alarm-states';
import { createAuditRecord } from '../../functions/aws/audit-record';
import { type AwsAccess, type ClientConfig, reviewConfig } from '../../functions/aws/client-config';
import { connectionSecretsBy } from '../../functions/aws/connection-secrets';
import { createConnectionStore } from '../../functions/aws/connection-store';
import { createDeploymentLook, type DeploymentLook } from '../../functions/aws/deployment-look';
import { createEvidencePorts } from '../../functions/aws/evidence-ports';
import { createIam } from '../../functions/aws/iam';
import { createSealKey } from '../../functions/aws/seal-key';
import { stackResources } from '../../functions/aws/stack-resources';
import type { AuditEvent } from '../../functions/core/audit';
import type { Config } from '../../functions/core/config/config';
import { digestsIn } from '../../functions/core/config/entry-pin';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { after, DAY, MINUTE } from '../../functions/core/duration';
import { ALARM_PREFIX, SEAL_KEY_ALIAS, SECRET_PREFIX, secretName } from '../../functions/core/names';
import { DECISIVE_CHANGES, type OwnCall } from '../../functions/core/own-things';
import type { SecretPolicy } from '../../functions/report/evidence/evidence';
import { listPolicies } from '../../functions/report/evidence/list-policies';
import type { EvidencePorts } from '../../functions/report/evidence/ports';
import { openAccount } from '../account';
import { tryToken } from '../connect/try-token';
import { type ConnectionUse, type ReadConfig, usesIn, usesOf } from '../connections';
import type { Facts, SeenConnection, WantedKey } from './facts';
import { keysOf, surveyOf } from './gather-keys';
import { callsThatExplain } from './gone';
import { notAsked, type Read, reading } from './read';

export interface Asking {
  readonly access: AwsAccess;
  readonly caller: Facts['caller'];
  readonly time: Time;
  readonly version: string;
  /** @default - none was given, and there is no keyturn.yaml */
  readonly config: ReadConfig | undefined;
}

/** How far back the record is read. */
const RECORD_DAYS = 3;
/** How far back CloudTrail is asked about changes by hand. */
const CHANGES_DAYS = 30;

/** Reads everything that the checks judge, and changes nothing. */
export async function gather({ access, caller, time, version, config }: Asking): Promise<Facts> {
  const now = time.now();
  const clients = reviewConfig(access);
  const ports = createEvidencePorts({ time, access });
  const look = createDeploymentLook(clients);
  const [clock, deployed, registry, secrets] = await Promise.all([
    reading('no right', async () => ({ aws: await look.time(), askedAt: time.now() })),
    reading('ssm:GetParameter on /keyturn/deployment/*', () => ports.deployment.read()),
    reading('ssm:GetParametersByPath on /keyturn/keys/', () => ports.registry.list()),
    reading('secretsmanager:ListSecrets', () => ports.secrets.list(SECRET_PREFIX)),
  ]);
  const wanted = wantedKeys(config?.config, registry);
  const policies = await policiesOf(ports, secrets, registry);
  const uses = connectionUses(config?.config, registry, policies);
  const [report, keys, record, things, connections] = await Promise.all([
    credentialReport(clients, time),
    keysOf(clients, wanted),
    recordOf(clients, deployed, now),
    thingsOf(look, deployed, clients),
    connectionsOf(uses, clients, time),
  ]);
  const survey = await surveyOf(openAccount(access).secrets, {
    registry,
    secrets,
    things: known(deployed)?.things,
    keys,
  });
  const found = {
    now,
    version,
    caller,
    clock,
    config,
    deployed,
    registry,
    wanted,
    secrets,
    survey,
    policies,
    report,
    keys,
    ...record,
    ...things,
    connections,
    untried: untriedOf(config?.config, registry, policies),
  };
  return { ...found, ownHistory: await changesOf(ports, deployed, now, callsThatExplain(found)) };
}

function known<Value>(read: Read<Value>): Value | undefined {
  return read.is === 'read' ? read.value : undefined;
}

function wantedKeys(config: Config | undefined, registry: Read<RegistryListing>): readonly WantedKey[] {
  const all = [...(known(registry)?.entries ?? []), ...(config?.keys.filter(({ createUser }) => !createUser) ?? [])];
  return [...new Map(all.map(({ id, user }) => [id, { id, user }])).values()];
}

/**
 * The configuration's where there is one, because its places are not deployed yet. Otherwise those of entries that a
 * deployment has pinned: whoever may write a parameter must not say where a token goes.
 */
function connectionUses(
  config: Config | undefined,
  registry: Read<RegistryListing>,
  policies: Facts['policies'],
): Read<readonly ConnectionUse[]> {
  if (config !== undefined) return { is: 'read', value: usesIn(config) };
  if (registry.is === 'unread') return registry;
  if (policies.is === 'unread') return policies;
  const isPinned = pinnedIn(registry.value, policies.value);
  return { is: 'read', value: usesOf(registry.value.entries.filter(isPinned)) };
}

function pinnedIn({ digests }: RegistryListing, policies: ReadonlyMap<string, SecretPolicy>) {
  return ({ id }: RegistryEntry) => {
    const policy = policies.get(secretName(id))?.policy ?? '';
    return digestsIn(policy).includes(digests.get(id) ?? '');
  };
}

/** Those that `connectionUses` leaves out, by id. */
function untriedOf(config: Config | undefined, registry: Read<RegistryListing>, policies: Facts['policies']) {
  if (config !== undefined || registry.is === 'unread' || policies.is === 'unread') return [];
  const isPinned = pinnedIn(registry.value, policies.value);
  return registry.value.entries
    .filter((entry) => entry.targets.some(({ connection }) => connection !== undefined) && !isPinned(entry))
    .map(({ id }) => id);
}

async function credentialReport(clients: ClientConfig, time: Time): Promise<Facts['report']> {
  const { report, missing } = await readCredentialReport(createIam(clients), time, MINUTE);
  if (report !== undefined) return { is: 'read', value: report };
  const takes = 'It takes iam:GenerateCredentialReport and iam:GetCredentialReport, which are denied here.';
  return missing.denied
    ? { is: 'unread', why: 'denied', message: takes }
    : {
        is: 'unread',
        why: 'no-answer',
        message: missing.reason ?? 'IAM did not finish its credential report in time.',
      };
}

/** What the sealed record has: whoever else writes into its group decides nothing. */
async function recordOf(
  clients: ClientConfig,
  deployed: Facts['deployed'],
  now: Date,
): Promise<Pick<Facts, 'runs' | 'denials' | 'seal'>> {
  const sealKey = createSealKey(SEAL_KEY_ALIAS, clients);
  const seal = await reading('kms:GetPublicKey of alias/keyturn-seal', async () => {
    await sealKey.publicKey();
    return true as const;
  });
  if (seal.is === 'unread') {
    const unsure = notAsked<readonly AuditEvent[]>(
      deployed.is === 'read' && deployed.value === undefined
        ? NOT_DEPLOYED
        : 'The key that seals the record does not answer, so that nothing in it counts.',
    );
    return { seal, runs: unsure, denials: unsure };
  }
  const { recorded } = createAuditRecord(sealKey, [], undefined, clients);
  const since = after(now, -RECORD_DAYS * DAY);
  const all = (...events: readonly Parameters<typeof recorded>[1][]) =>
    reading('logs:FilterLogEvents of /keyturn/audit', async () =>
      (await Promise.all(events.map((event) => recorded(since, event)))).flat(),
    );
  const [runs, failures] = await Promise.all([all('run-started', 'run-finished'), all('step-failed', 'target-failed')]);
  const denials: Facts['denials'] =
    failures.is === 'read'
      ? { is: 'read', value: failures.value.filter(({ code }) => code === 'aws-denied') }
      : failures;
  return { seal, runs, denials };
}

/** Of the secrets that are known of. */
async function policiesOf(
  { secretPolicies }: Pick<EvidencePorts, 'secretPolicies'>,
  secrets: Facts['secrets'],
  registry: Read<RegistryListing>,
): Promise<Facts['policies']> {
  if (secrets.is === 'unread') return secrets;
  return reading('secretsmanager:GetResourcePolicy on keyturn/*', () =>
    listPolicies(secretPolicies, secrets.value, known(registry)?.entries),
  );
}

const NOT_DEPLOYED = 'Nothing is deployed here yet, as far as can be read.';

async function thingsOf(
  look: DeploymentLook,
  deployed: Facts['deployed'],
  clients: ClientConfig,
): Promise<Pick<Facts, 'resources' | 'rules' | 'functions' | 'subscriptions' | 'alarms' | 'trails'>> {
  const trails = reading('cloudtrail:DescribeTrails and cloudtrail:GetTrailStatus', () => look.trails());
  const facts = known(deployed);
  if (facts === undefined) {
    const none = deployed.is === 'unread' ? deployed : notAsked<never>(NOT_DEPLOYED);
    return { resources: none, rules: none, functions: none, subscriptions: none, alarms: none, trails: await trails };
  }
  const { names, topic, stacks } = facts.things;
  const resources = await reading('cloudformation:ListStackResources on the stack', async () =>
    (await Promise.all(stacks.map((stack) => stackResources(stack, clients)))).flat(),
  );
  const isOwn = (name: string) =>
    name.startsWith(names) ||
    known(resources)?.some(({ type, id }) => type === 'AWS::Lambda::Function' && id === name) === true;
  const [rules, functions, subscriptions, alarms] = await Promise.all([
    reading('events:ListRules and events:ListTargetsByRule', () => look.rules(names)),
    reading('lambda:ListFunctions', () => look.functions(isOwn)),
    reading('sns:ListSubscriptionsByTopic on the topic', () => look.subscriptions(topic)),
    reading('cloudwatch:DescribeAlarms', () => alarmStates(ALARM_PREFIX, clients)),
  ]);
  return { resources, rules, functions, subscriptions, alarms, trails: await trails };
}

async function connectionsOf(
  uses: Read<readonly ConnectionUse[]>,
  clients: ClientConfig,
  time: Time,
): Promise<Facts['connections']> {
  if (uses.is === 'unread') return uses;
  const seen: SeenConnection[] = [];
  for (const use of uses.value) seen.push(await connectionOf(use, clients, time));
  return { is: 'read', value: seen };
}

async function connectionOf(use: ConnectionUse, clients: ClientConfig, time: Time): Promise<SeenConnection> {
  const { connection, targets } = use;
  const { secret } = connection;
  const isThere = await reading(
    `secretsmanager:DescribeSecret on ${secret}`,
    async () => (await createConnectionStore(secret, clients).find()) !== undefined,
  );
  if (isThere.is === 'read' && !isThere.value) {
    return { use, isThere, tried: notAsked(`There is no secret ${secret}.`) };
  }
  const token = await reading(`secretsmanager:GetSecretValue on ${secret}`, () =>
    connectionSecretsBy(clients).read(secret),
  );
  if (token.is === 'unread') return { use, isThere, tried: token };
  const secrets = { read: () => Promise.resolve(token.value) };
  const tried = await reading('no right', () => tryToken({ connection, targets, time, secrets }));
  return { use, isThere, tried };
}

/** At two calls a second, which CloudTrail takes of a whole account. */
async function changesOf(
  ports: Pick<EvidencePorts, 'trail'>,
  deployed: Facts['deployed'],
  now: Date,
  more: readonly OwnCall[],
): Promise<Facts['ownHistory']> {
  if (deployed.is === 'unread') return deployed;
  const things = deployed.value?.things;
  if (things === undefined) return notAsked(NOT_DEPLOYED);
  return reading('cloudtrail:LookupEvents', () =>
    ports.trail.ownChanges(things, after(now, -CHANGES_DAYS * DAY), now, [...DECISIVE_CHANGES, ...more]),
  );
}
