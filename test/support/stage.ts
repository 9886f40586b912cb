import { secretStateOf } from '../../cli/rehearsal/witness/secret-state-of';
import { type AuditEvent, readAuditLine } from '../../functions/core/audit';
import { type PolicyOverrides, policyWith } from '../../functions/core/config/policy';
import type { RegistryEntry } from '../../functions/core/config/registry';
import { DAY, HOUR } from '../../functions/core/duration';
import { type DeliverTo, deliverToSchema, targetOf } from '../../functions/core/hosts/target';
import { markCounts, marksOf } from '../../functions/core/key/delivery-mark';
import { openIntent } from '../../functions/core/key/intent';
import { type SecretState, storedVersions } from '../../functions/core/key/secret-state';
import { parseVersionId } from '../../functions/core/key/version-id';
import {
  AUDIT_LOG_GROUP,
  CLOUDFORMATION_STACK_TAG,
  EVENT_SOURCE,
  registryParameterName,
  secretName,
} from '../../functions/core/names';
import { Account, type AccountOptions } from '../../local/account/account';
import type { ReportRefusal } from '../../local/account/credential-report';
import type { Principal } from '../../local/account/principal';
import { type AwsCall, type AwsFault, type CallOutcome, startAccountServer } from '../../local/account/wire/server';
import { Clock } from '../../local/clock';
import { Bitbucket } from '../../local/hosts/bitbucket/bitbucket';
import { type BitbucketFault, type BitbucketRequest, startBitbucketServer } from '../../local/hosts/bitbucket/server';
import type { Mortal } from './mortal';
import { policyThatCloses, policyThatPins } from './policy-that-pins';
import { makeSealKey } from './seal-key';
import { whoIs } from './who-is';

/** The stack that a stage's handlers take for their own. */
export const STACK = 'Keyturn';
const MADE_BY_STACK = { Key: CLOUDFORMATION_STACK_TAG, Value: STACK };

export const START = Date.parse('2026-01-01T03:00:00Z');

/** What a test may vary about one managed key. */
export interface KeyOptions {
  readonly user?: string;
  readonly policy?: PolicyOverrides;
  readonly firstRotation?: RegistryEntry['firstRotation'];
  readonly adopt?: RegistryEntry['adopt'];
  /** @default - rotate, as an entry without one says */
  readonly mode?: RegistryEntry['mode'];
  /** @default - no role is to take over */
  readonly replacedBy?: RegistryEntry['replacedBy'];
  readonly deliverTo?: readonly Partial<DeliverTo>[];
  readonly url?: string;
  readonly connectionSecret?: string;
}

/** A key as IAM hands it out. */
export interface HandMadeKey {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly CreateDate: Date;
}

/** How a scene's account behaves; times in milliseconds. */
export interface SceneOptions {
  /** First instant. @default START */
  readonly start?: number;
  /** Until a new access key authenticates. @default 0 */
  readonly newKeyDelay?: number;
  /** The same by region: uneven, and not once and for all. @default - everywhere at once */
  readonly newKeySpread?: AccountOptions['newKeySpread'];
  /** ms until ListAccessKeys shows what was changed. @default 0 */
  readonly keyListDelay?: number;
  /** Until a use shows in GetAccessKeyLastUsed and in the credential report. @default 0 */
  readonly lastUsedDelay?: number;
  /** Until a record shows in CloudTrail's event history. @default 0 */
  readonly trailDelay?: number;
  /** From GenerateCredentialReport until the report can be read. @default 0 */
  readonly credentialReportTime?: number | (() => number);
  /** How the first calls of GenerateCredentialReport are refused. @default none is */
  readonly credentialReportRefusals?: readonly ReportRefusal[];
  /** What other accounts' event buses take. @default - everything */
  readonly admitsOnBus?: AccountOptions['admitsOnBus'];
}

/** A local account and a local Bitbucket on one clock, and what people do there by hand. */
export class Stage {
  readonly clock: Clock;
  readonly account: Account;
  readonly bitbucket: Bitbucket;
  readonly calls: AwsCall[] = [];
  readonly hostRequests: BitbucketRequest[] = [];
  /** What came to the event bus from Keyturn, as JSON. */
  readonly events: string[] = [];
  /** Every secret access key that was ever made here, and every token: none may be seen anywhere (K6). */
  readonly material: string[] = [];
  readonly admin: Principal;
  token = '';
  awsFault: ((call: AwsCall) => AwsFault | undefined) | undefined;
  hostFault: ((request: BitbucketRequest) => BitbucketFault | undefined) | undefined;
  /** Told of every call, once it has had its effect. */
  onCall: ((call: AwsCall, outcome: CallOutcome) => void) | undefined;
  bitbucketUrl = '';
  accountUrl = '';
  /** The process whose requests arrive, when it is one that is going to die. */
  protected mortal: Mortal | undefined;
  readonly #users = new Set<string>();
  readonly #environments = new Map<string, string>();
  readonly #repositories = new Map<string, string>();
  /** UUID of the workspace acme. */
  workspace = '';
  #close: (() => Promise<unknown>)[] = [];

  constructor({ start = START, ...behaviour }: SceneOptions = {}) {
    this.clock = new Clock(start);
    this.account = new Account({ clock: this.clock, ...behaviour });
    this.bitbucket = new Bitbucket({ clock: this.clock });
    this.admin = this.account.authenticate(this.account.rootSession(), 'iam');
    this.account.onEvent((event) => {
      if (event.source === EVENT_SOURCE) this.events.push(JSON.stringify(event));
    });
  }

  async start(): Promise<this> {
    const account = await startAccountServer({
      account: this.account,
      allowedSkew: Number.POSITIVE_INFINITY,
      fault: (call) => (this.mortal?.arrives() === false ? PROCESS_DIED : this.awsFault?.(call)),
      onCall: (call, outcome) => {
        this.calls.push(call);
        if (isCreated(outcome.output)) this.material.push(outcome.output.AccessKey.SecretAccessKey);
        this.onCall?.(call, outcome);
      },
    });
    const bitbucket = await startBitbucketServer({
      bitbucket: this.bitbucket,
      fault: (request) => {
        this.hostRequests.push(request);
        return this.mortal?.arrives() === false ? { kind: 'drop-before' } : this.hostFault?.(request);
      },
    });
    this.#close = [account.close, bitbucket.close];
    this.bitbucketUrl = bitbucket.url;
    this.accountUrl = account.url;
    // The functions have a role of their own, as CloudTrail tells them from people.
    const session = this.account.roleSession(FUNCTION_ROLE, 'function');
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: account.url,
      AWS_REGION: this.account.region,
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    });
    if (session.sessionToken === undefined) delete process.env.AWS_SESSION_TOKEN;
    else process.env.AWS_SESSION_TOKEN = session.sessionToken;
    this.workspace = this.bitbucket.addWorkspace('acme').uuid;
    this.token = this.bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline', 'pipeline:variable'] });
    this.material.push(this.token);
    this.secret('keyturn/connections/acme', JSON.stringify({ accessToken: this.token }));
    const closed = { SecretId: 'keyturn/connections/acme', ResourcePolicy: policyThatCloses() };
    this.account.secretsManager.putResourcePolicy(closed);
    this.account.invoke(this.admin, 'sns', 'CreateTopic', { Name: 'findings' });
    this.account.logs.createLogGroup({ logGroupName: AUDIT_LOG_GROUP });
    makeSealKey(this.account);
    return this;
  }

  async close(): Promise<void> {
    await Promise.all(this.#close.splice(0).map((close) => close()));
  }

  get topicArn(): string {
    return `arn:aws:sns:${this.account.region}:${this.account.accountId}:findings`;
  }

  /** Adds a managed key as a deployment of the stack does: its user, its empty secret, its registry parameter. */
  manage(id: string, options: KeyOptions = {}): RegistryEntry {
    const user = options.user ?? `ci-${id}`;
    const entry = this.entry(id, options);
    if (!this.#users.has(user)) this.addUser(user);
    this.makeSecret(id);
    this.register(entry);
    this.#repositories.set(id, this.bitbucket.addRepository('acme', id).uuid);
    this.#environments.set(id, this.bitbucket.addEnvironment('acme', id, 'Production').uuid);
    return entry;
  }

  /** An empty secret, as the stack makes it: nobody else could tag it so. */
  makeSecret(id: string): void {
    this.account.secretsManager.createSecret({ Name: secretName(id), Tags: [MADE_BY_STACK] });
  }

  /** UUID of a managed key's repository. */
  repositoryOf(id: string): string {
    return this.#repositories.get(id) ?? '';
  }

  /** A user that is there before the deployment; `manage` adds the others. */
  addUser(UserName: string): void {
    this.account.invoke(this.admin, 'iam', 'CreateUser', { UserName });
    this.#users.add(UserName);
  }

  entry(id: string, options: KeyOptions = {}): RegistryEntry {
    const deliverTo = options.deliverTo ?? [{}];
    return {
      version: 1,
      id,
      user: options.user ?? `ci-${id}`,
      policy: policyWith(options.policy),
      firstRotation: options.firstRotation ?? 'at-once',
      adopt: options.adopt ?? 'keep',
      ...(options.mode === undefined ? {} : { mode: options.mode }),
      ...(options.replacedBy === undefined ? {} : { replacedBy: options.replacedBy }),
      connections: {
        acme: {
          host: 'bitbucket',
          url: options.url ?? this.bitbucketUrl,
          secret: options.connectionSecret ?? 'keyturn/connections/acme',
        },
      },
      targets: deliverTo.map((target) =>
        targetOf(
          deliverToSchema.parse({ connection: 'acme', repository: `acme/${id}`, environment: 'Production', ...target }),
        ),
      ),
    };
  }

  /** Writes an entry as a deployment does, which says so in the secret's policy first. */
  register(entry: RegistryEntry): void {
    const json = JSON.stringify(entry);
    this.pin(entry.id, json);
    this.parameter(entry.id, json);
  }

  /** What a deployment writes into a key's secret, where there is one. */
  pin(id: string, json: string): void {
    const Filters = [{ Key: 'name' as const, Values: [secretName(id)] }];
    const { SecretList } = this.account.secretsManager.listSecrets({ Filters });
    if (!SecretList.some(({ Name }) => Name === secretName(id))) return;
    const policy = { SecretId: secretName(id), ResourcePolicy: policyThatPins(json) };
    this.account.invoke(this.admin, 'secretsmanager', 'PutResourcePolicy', policy);
  }

  /** Writes a parameter alone: whoever may write parameters, and no deployment. */
  parameter(id: string, Value: string): void {
    const Name = registryParameterName(id);
    this.account.invoke(this.admin, 'ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true });
  }

  secret(Name: string, SecretString: string): void {
    this.account.invoke(this.admin, 'secretsmanager', 'CreateSecret', { Name, SecretString });
  }

  /** A key that a person makes by hand. */
  createKey(user: string): HandMadeKey {
    const { AccessKey } = this.account.invoke(this.admin, 'iam', 'CreateAccessKey', { UserName: user });
    this.material.push(AccessKey.SecretAccessKey);
    return AccessKey;
  }

  /** What a person has put into the variables of a managed key's first target. */
  paste(id: string, { AccessKeyId, SecretAccessKey }: HandMadeKey): void {
    const environment = this.#environments.get(id) ?? '';
    const place = { level: 'deployment', workspace: 'acme', repository: id, environment } as const;
    this.bitbucket.createVariable(place, { key: 'AWS_ACCESS_KEY_ID', value: AccessKeyId, secured: false });
    this.bitbucket.createVariable(place, { key: 'AWS_SECRET_ACCESS_KEY', value: SecretAccessKey, secured: true });
  }

  keys(user: string): readonly { readonly AccessKeyId: string; readonly Status: string; readonly CreateDate: Date }[] {
    return this.account.invoke(this.admin, 'iam', 'ListAccessKeys', { UserName: user }).AccessKeyMetadata;
  }

  setStatus(user: string, AccessKeyId: string, Status: 'Active' | 'Inactive'): void {
    this.account.invoke(this.admin, 'iam', 'UpdateAccessKey', { UserName: user, AccessKeyId, Status });
  }

  deleteKey(user: string, AccessKeyId: string): void {
    this.account.invoke(this.admin, 'iam', 'DeleteAccessKey', { UserName: user, AccessKeyId });
  }

  describe(id: string) {
    return this.account.invoke(this.admin, 'secretsmanager', 'DescribeSecret', { SecretId: secretName(id) });
  }

  tag(id: string): Record<string, string> {
    return Object.fromEntries((this.describe(id).Tags ?? []).map(({ Key, Value }) => [Key, Value]));
  }

  setTag(id: string, Key: string, Value: string): void {
    this.account.invoke(this.admin, 'secretsmanager', 'TagResource', {
      SecretId: secretName(id),
      Tags: [{ Key, Value }],
    });
  }

  removeTag(id: string, key: string): void {
    this.account.invoke(this.admin, 'secretsmanager', 'UntagResource', { SecretId: secretName(id), TagKeys: [key] });
  }

  /** A value that a person puts into a secret, under a version ID of its own unless one is given. */
  put(id: string, SecretString: string, version?: string): void {
    this.account.invoke(this.admin, 'secretsmanager', 'PutSecretValue', {
      SecretId: secretName(id),
      SecretString,
      ClientRequestToken: version,
    });
  }

  /** The labels by version. */
  labels(id: string): Record<string, readonly string[]> {
    const described = this.describe(id);
    return 'VersionIdsToStages' in described ? (described.VersionIdsToStages ?? {}) : {};
  }

  /** ID of the access key that is current. */
  currentKey(id: string): string | undefined {
    return parseVersionId(this.current(id) ?? '')?.accessKeyId;
  }

  /** The version that is AWSCURRENT. */
  current(id: string): string | undefined {
    return Object.entries(this.labels(id)).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
  }

  /** The current version carries a mark, and it counts. */
  isDelivered(id: string): boolean {
    const secret = this.secretState(id);
    const current = storedVersions(secret).find(({ versionId }) => versionId === this.current(id));
    return current !== undefined && marksOf(current.labels).length > 0 && markCounts(secret, current);
  }

  /** A rotation that was begun and has stored nothing. */
  openIntent(id: string): ReturnType<typeof openIntent> {
    return openIntent(this.secretState(id));
  }

  private secretState(id: string): SecretState {
    return secretStateOf(this.describe(id));
  }

  /** What the pipelines of a managed key's first target hold. */
  held(id: string): { readonly accessKeyId?: string | undefined; readonly secretAccessKey?: string | undefined } {
    const variables = this.bitbucket.pipelineVariables('acme', id, 'Production');
    return { accessKeyId: variables.AWS_ACCESS_KEY_ID, secretAccessKey: variables.AWS_SECRET_ACCESS_KEY };
  }

  /** A pipeline authenticates with what its variables hold. @returns the user's ARN, or AWS's error name */
  login(id: string): Promise<string> {
    const { accessKeyId = 'none', secretAccessKey = 'none' } = this.held(id);
    return whoIs(accessKeyId, secretAccessKey);
  }

  /** What the audit record has, oldest first, without the seals. */
  recorded(): readonly AuditEvent[] {
    const { events } = this.account.logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP });
    return events.map(({ message }) => {
      const read = readAuditLine(message);
      if (!('event' in read)) throw new Error(`no audit event: ${message}`);
      const { seal: _seal, ...event } = read.event;
      return event;
    });
  }

  hours(hours: number): void {
    this.clock.advanceBy(hours * HOUR);
  }

  /** Moves to an instant, counted in days from the scene's start. */
  toDay(day: number): void {
    this.clock.advanceTo(START + day * DAY);
  }
}

const FUNCTION_ROLE = 'arn:aws:iam::111122223333:role/keyturn';

/** No SDK repeats it, so a dead process falls silent at once. */
const PROCESS_DIED: AwsFault = { kind: 'error', status: 400, code: 'ProcessDied' };

function isCreated(output: unknown): output is { readonly AccessKey: { readonly SecretAccessKey: string } } {
  return typeof output === 'object' && output !== null && 'AccessKey' in output;
}
