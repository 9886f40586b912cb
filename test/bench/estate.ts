import { secretStateOf } from '../../cli/rehearsal/witness/secret-state-of';
import { policyWith } from '../../functions/core/config/policy';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { DAY } from '../../functions/core/duration';
import { deliverToSchema, targetOf, targetSetDigest } from '../../functions/core/hosts/target';
import { checkTags } from '../../functions/core/key/check-mark';
import { openIntent } from '../../functions/core/key/intent';
import { currentKey, deliveredLabel } from '../../functions/core/key/secret-state';
import { versionIdOf } from '../../functions/core/key/version-id';
import {
  AUDIT_LOG_GROUP,
  CLOUDFORMATION_STACK_TAG,
  ENV,
  registryParameterName,
  secretName,
  TAG,
} from '../../functions/core/names';
import { Account, type AccountEvent } from '../../local/account/account';
import type { Principal } from '../../local/account/principal';
import { throttling } from '../../local/account/quotas';
import { type AccountServer, startAccountServer } from '../../local/account/wire/server';
import { Clock } from '../../local/clock';
import { Bitbucket } from '../../local/hosts/bitbucket/bitbucket';
import { type BitbucketServer, startBitbucketServer } from '../../local/hosts/bitbucket/server';
import { environmentVariables } from '../../local/lambda/environment-variables';
import { policyThatPins } from '../support/policy-that-pins';
import { CallTally } from './call-tally';
import { type Conditions, latencyOf } from './conditions';
import type { DeployedFunction } from './deployed';
import { AGES, INACTIVE_FOR, type Phase, phasesOf } from './life';
import { FunctionProcess } from './process/function-process';

/** The stack that the functions take for their own. */
const STACK = 'Keyturn';
const TOKEN_SECRET = 'keyturn/connections/acme';
const WORKSPACE = 'acme';
const ENVIRONMENT = 'Production';

export interface EstateProps {
  readonly keys: number;
  /** How many of them are due for rotation. */
  readonly due: number;
  readonly conditions: Conditions;
  /** Rotations in one run at most. @default as many as are due */
  readonly maxRotations?: number;
}

interface ManagedKey {
  readonly phase: Phase;
  readonly entry: RegistryEntry;
}

/**
 * An account full of managed keys in the middle of their lives, and a Bitbucket, over HTTP and in real time. What
 * happened until now was put there without HTTP; from `open` on every call takes its time and counts.
 */
export class Estate {
  readonly calls = new CallTally();
  readonly managed: readonly ManagedKey[];
  /** What came to the event bus. */
  readonly events: AccountEvent[] = [];
  readonly #account: Account;
  readonly #sealKey: string;
  readonly #admin: Principal;
  readonly #bitbucket: Bitbucket;

  static async open(props: EstateProps): Promise<Estate> {
    const { conditions, keys, due } = props;
    const clock = new Clock(Date.now() - 120 * DAY);
    const account = new Account({ clock, credentialReportTime: conditions.reportTime });
    account.logs.createLogGroup({ logGroupName: AUDIT_LOG_GROUP });
    const bitbucket = new Bitbucket({ clock, rateLimit: conditions.hostRequests });
    const latency = latencyOf(conditions, `${keys}/${due}`);
    const throttled = throttling(conditions.quotas, () => performance.now());
    const host = await startBitbucketServer({ bitbucket, realLatency: () => latency('bitbucket') });
    const tally: { count?: CallTally['add'] } = {};
    const server = await startAccountServer({
      account,
      realLatency: ({ service }) => latency(service),
      fault: throttled,
      onCall: (call, outcome) => tally.count?.(call, outcome),
    });
    const estate = new Estate(props, account, bitbucket, server, host);
    clock.advanceTo(Date.now());
    clock.run();
    account.onEvent((event) => estate.events.push(event));
    tally.count = (call, outcome) => estate.calls.add(call, outcome);
    return estate;
  }

  private constructor(
    private readonly props: EstateProps,
    account: Account,
    bitbucket: Bitbucket,
    private readonly server: AccountServer,
    private readonly host: BitbucketServer,
  ) {
    this.#account = account;
    this.#admin = account.authenticate(account.rootSession(), 'iam');
    this.#bitbucket = bitbucket;
    bitbucket.addWorkspace(WORKSPACE);
    const accessToken = bitbucket.addAccessToken({ workspace: WORKSPACE, scopes: ['pipeline', 'pipeline:variable'] });
    this.#account.invoke(this.#admin, 'secretsmanager', 'CreateSecret', {
      Name: TOKEN_SECRET,
      SecretString: JSON.stringify({ accessToken }),
    });
    this.#account.invoke(this.#admin, 'sns', 'CreateTopic', { Name: 'findings' });
    const { KeyMetadata } = account.kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    this.#sealKey = KeyMetadata.Arn;
    this.managed = phasesOf(props.keys, props.due).map((phase, index) => {
      const id = `key-${String(index).padStart(5, '0')}`;
      return { phase, entry: entryOf(id, host.url) };
    });
    this.#live();
  }

  /** A function of the stack in a process of its own, with this account and this Bitbucket around it. */
  start(deployed: DeployedFunction): FunctionProcess {
    const { accountId, region } = this.#account;
    const { keys, maxRotations = Math.max(1, this.props.due) } = this.props;
    const configuration = {
      ...deployed,
      functionName: deployed.name,
      functionArn: `arn:aws:lambda:${region}:${accountId}:function:${deployed.name}`,
      roleArn: `arn:aws:iam::${accountId}:role/${deployed.name}`,
      logGroupName: `/aws/lambda/${deployed.name}`,
      logFormat: 'Text',
      environment: {
        ...deployed.environment,
        [ENV.topicArn]: `arn:aws:sns:${region}:${accountId}:findings`,
        [ENV.release]: '0.1.0+bench',
        [ENV.sealKey]: this.#sealKey,
        [ENV.stacks]: STACK,
        [ENV.maxRotations]: String(Math.min(keys, maxRotations)),
        [ENV.allowedOrigins]: new URL(this.host.url).origin,
        [ENV.starts.rotate]: 'rotate',
      },
    } as const;
    const credentials = this.#account.roleSession(configuration.roleArn, deployed.name);
    const environment = environmentVariables(configuration, {
      region,
      endpointUrl: this.server.url,
      credentials,
      logStreamName: 'bench',
    });
    return new FunctionProcess({ ...deployed, environment });
  }

  /** What the account has of one managed key at this instant, looked up without a call that counts. */
  stateOf({ entry: { id, user, targets } }: ManagedKey) {
    const secret = this.#account.invoke(this.#admin, 'secretsmanager', 'DescribeSecret', { SecretId: secretName(id) });
    const labels = 'VersionIdsToStages' in secret ? (secret.VersionIdsToStages ?? {}) : {};
    const [current = ''] = Object.entries(labels).find(([, names]) => names.includes('AWSCURRENT')) ?? [];
    const { AccessKeyMetadata } = this.#account.invoke(this.#admin, 'iam', 'ListAccessKeys', { UserName: user });
    const held = targets.length === 0 ? {} : this.#bitbucket.pipelineVariables(WORKSPACE, id, ENVIRONMENT);
    return {
      /** The current key's ID, from its version ID. */
      currentKey: current.split('-')[2] ?? '',
      isDelivered: (labels[current] ?? []).some((label) => label.startsWith('DELIVERED-')),
      hasIntent: openIntent(secretStateOf(secret)) !== undefined,
      keys: AccessKeyMetadata.map(({ AccessKeyId }) => AccessKeyId),
      /** The key whose ID stands in the pipeline's variables. */
      heldKey: held.AWS_ACCESS_KEY_ID,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.server.close(), this.host.close()]);
  }

  /** Everything that has happened to the keys until now, in its order. */
  #live(): void {
    const { clock } = this.#account;
    const now = Date.now();
    const deeds = this.managed.flatMap((managed): { readonly ago: number; readonly deed: () => void }[] => {
      const { current, predecessor } = AGES[managed.phase];
      const first = predecessor ?? current;
      const store = { ago: current, deed: () => this.#store(managed) };
      if (predecessor === undefined) return [{ ago: first, deed: () => this.#create(managed) }, store];
      const before = [
        { ago: first, deed: () => this.#create(managed) },
        { ago: predecessor, deed: () => this.#store(managed) },
        store,
      ];
      if (managed.phase !== 'recovery') return before;
      return [...before, { ago: INACTIVE_FOR, deed: () => this.#deactivateOldest(managed) }];
    });
    for (const { ago, deed } of deeds.sort((a, b) => b.ago - a.ago)) {
      clock.advanceTo(now - ago * DAY);
      deed();
    }
    clock.advanceTo(now);
    for (const { entry } of this.managed) this.#look(entry);
  }

  /** Sync has just looked whether everything is where it was delivered to: such looks are measured apart. */
  #look({ id, targets, connections }: RegistryEntry): void {
    const SecretId = secretName(id);
    const secret = secretStateOf(this.#account.invoke(this.#admin, 'secretsmanager', 'DescribeSecret', { SecretId }));
    const accessKeyId = currentKey(secret)?.accessKeyId;
    if (accessKeyId === undefined) return;
    const mark = { accessKeyId, digest: targetSetDigest(targets, connections), revisions: [] };
    const tags = checkTags(mark, new Date(this.#account.clock.now()));
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    this.#account.invoke(this.#admin, 'secretsmanager', 'TagResource', { SecretId, Tags });
  }

  /** As a deployment of the stack does it, and what is at the CI host. */
  #create({ entry }: ManagedKey): void {
    const { id, user } = entry;
    this.#account.invoke(this.#admin, 'iam', 'CreateUser', { UserName: user });
    this.#account.secretsManager.createSecret({
      Name: secretName(id),
      Tags: [{ Key: CLOUDFORMATION_STACK_TAG, Value: STACK }],
    });
    const json = JSON.stringify(entry);
    this.#account.invoke(this.#admin, 'secretsmanager', 'PutResourcePolicy', {
      SecretId: secretName(id),
      ResourcePolicy: policyThatPins(json),
    });
    this.#account.invoke(this.#admin, 'ssm', 'PutParameter', {
      Name: registryParameterName(id),
      Value: json,
      Type: 'String',
    });
    this.#bitbucket.addRepository(WORKSPACE, id);
    const { uuid } = this.#bitbucket.addEnvironment(WORKSPACE, id, ENVIRONMENT);
    const place = { level: 'deployment', workspace: WORKSPACE, repository: id, environment: uuid } as const;
    for (const [key, secured] of [
      ['AWS_ACCESS_KEY_ID', false],
      ['AWS_SECRET_ACCESS_KEY', true],
    ] as const) {
      this.#bitbucket.createVariable(place, { key, value: 'before', secured });
    }
  }

  /** What the place of a key holds since its last delivery. */
  #deliver(id: string, pair: Readonly<Record<string, string>>): void {
    const [environment] = this.#bitbucket.environments({ workspace: WORKSPACE, repository: id });
    const place = {
      level: 'deployment',
      workspace: WORKSPACE,
      repository: id,
      environment: environment?.uuid ?? '',
    } as const;
    for (const { uuid, key } of this.#bitbucket.variables(place)) {
      this.#bitbucket.updateVariable(place, uuid, { value: pair[key] ?? '' });
    }
  }

  /** A rotation with its delivery, long ago. */
  #store({ entry: { id, user, targets, connections } }: ManagedKey): void {
    const { AccessKey } = this.#account.invoke(this.#admin, 'iam', 'CreateAccessKey', { UserName: user });
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, CreateDate: createdAt } = AccessKey;
    this.#deliver(id, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
    const SecretId = secretName(id);
    const version = versionIdOf({ accessKeyId, createdAt });
    const VersionStage = deliveredLabel(targetSetDigest(targets, connections));
    const described = this.#account.invoke(this.#admin, 'secretsmanager', 'DescribeSecret', { SecretId });
    const labels = 'VersionIdsToStages' in described ? (described.VersionIdsToStages ?? {}) : {};
    const holder = Object.keys(labels).find((each) => labels[each]?.includes(VersionStage));
    this.#account.invoke(this.#admin, 'secretsmanager', 'PutSecretValue', {
      SecretId,
      ClientRequestToken: version,
      SecretString: JSON.stringify({
        accessKeyId,
        secretAccessKey,
        userName: user,
        accountId: this.#account.accountId,
        createdAt: createdAt.toISOString(),
      }),
    });
    this.#account.invoke(this.#admin, 'secretsmanager', 'UpdateSecretVersionStage', {
      SecretId,
      VersionStage,
      MoveToVersionId: version,
      RemoveFromVersionId: holder,
    });
  }

  #deactivateOldest({ entry: { id, user } }: ManagedKey): void {
    const [oldest] = this.#account.invoke(this.#admin, 'iam', 'ListAccessKeys', { UserName: user }).AccessKeyMetadata;
    if (oldest === undefined) return;
    const AccessKeyId = oldest.AccessKeyId;
    this.#account.invoke(this.#admin, 'iam', 'UpdateAccessKey', { UserName: user, AccessKeyId, Status: 'Inactive' });
    const Value = `${AccessKeyId} ${new Date(this.#account.clock.now()).toISOString()}`;
    this.#account.invoke(this.#admin, 'secretsmanager', 'TagResource', {
      SecretId: secretName(id),
      Tags: [{ Key: TAG.deactivated, Value }],
    });
  }
}

function entryOf(id: string, url: string): RegistryEntry {
  return {
    version: 1,
    id,
    user: `ci-${id}`,
    policy: policyWith(),
    firstRotation: 'at-once',
    adopt: 'keep',
    connections: { acme: { host: 'bitbucket', url, secret: TOKEN_SECRET } },
    targets: [
      targetOf(
        deliverToSchema.parse({ connection: 'acme', repository: `${WORKSPACE}/${id}`, environment: ENVIRONMENT }),
      ),
    ],
  };
}
