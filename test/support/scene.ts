import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { createEventBus } from '../../functions/aws/event-bus';
import { createIam } from '../../functions/aws/iam';
import { createNotifier } from '../../functions/aws/notifier';
import { createRegistry } from '../../functions/aws/registry';
import { createConnectionSecrets, createSecrets } from '../../functions/aws/secrets';
import { createSts } from '../../functions/aws/sts';
import type { AuditEvent } from '../../functions/core/audit';
import { DAY, HOUR } from '../../functions/core/duration';
import { REGISTRY_PATH, registryParameterName, secretName } from '../../functions/core/names';
import { type PolicyOverrides, policyWith } from '../../functions/core/policy';
import type { Log, Time } from '../../functions/core/ports';
import type { RegistryEntry } from '../../functions/core/registry';
import { type DeliverTo, deliverToSchema, targetOf } from '../../functions/core/target';
import type { Trigger } from '../../functions/core/telling';
import { deactivate } from '../../functions/deactivate/deactivate';
import { deleteKeys } from '../../functions/delete/delete';
import { type RotateOptions, rotate } from '../../functions/rotate/rotate';
import { Run } from '../../functions/runtime/run';
import { sync } from '../../functions/sync/sync';
import { syncRequestOf } from '../../functions/sync/trigger';
import { openTargets } from '../../functions/targets/open-targets';
import { Account } from '../../local/account/account';
import { type AwsCall, type AwsFault, startAccountServer } from '../../local/account/wire/server';
import { Bitbucket } from '../../local/bitbucket/bitbucket';
import { type BitbucketFault, type BitbucketRequest, startBitbucketServer } from '../../local/bitbucket/server';
import { Clock } from '../../local/clock';

export const START = Date.parse('2026-01-01T03:00:00Z');

/** What a test may vary about one managed key. */
export interface KeyOptions {
  readonly user?: string;
  readonly policy?: PolicyOverrides;
  readonly firstRotation?: RegistryEntry['firstRotation'];
  readonly adopt?: RegistryEntry['adopt'];
  readonly deliverTo?: readonly Partial<DeliverTo>[];
  readonly url?: string;
  readonly connectionSecret?: string;
}

/**
 * The use cases over their real adapters: SDK clients and axios over HTTP, against a local account and a local
 * Bitbucket on one clock that the test moves.
 */
export class Scene {
  readonly clock = new Clock(START);
  readonly account = new Account({ clock: this.clock });
  readonly bitbucket = new Bitbucket({ clock: this.clock });
  readonly calls: AwsCall[] = [];
  readonly audits: AuditEvent[] = [];
  readonly admin = this.account.authenticate(this.account.rootSession(), 'iam');
  token = '';
  awsFault: ((call: AwsCall) => AwsFault | undefined) | undefined;
  hostFault: ((request: BitbucketRequest) => BitbucketFault | undefined) | undefined;
  bitbucketUrl = '';
  accountUrl = '';
  /** Milliseconds that a run has; a short one starts nothing. */
  lifetime = 5 * 60_000;
  #runs = 0;
  #close: (() => Promise<unknown>)[] = [];

  async start(): Promise<this> {
    const account = await startAccountServer({
      account: this.account,
      allowedSkew: Number.POSITIVE_INFINITY,
      fault: (call) => this.awsFault?.(call),
      onCall: (call) => {
        this.calls.push(call);
      },
    });
    const bitbucket = await startBitbucketServer({
      bitbucket: this.bitbucket,
      fault: (request) => this.hostFault?.(request),
    });
    this.#close = [account.close, bitbucket.close];
    this.bitbucketUrl = bitbucket.url;
    this.accountUrl = account.url;
    const session = this.account.rootSession();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: account.url,
      AWS_REGION: this.account.region,
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    });
    if (session.sessionToken === undefined) delete process.env.AWS_SESSION_TOKEN;
    else process.env.AWS_SESSION_TOKEN = session.sessionToken;
    this.bitbucket.addWorkspace('acme');
    this.token = this.bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline', 'pipeline:variable'] });
    this.secret('keyturn/connections/acme', JSON.stringify({ accessToken: this.token }));
    this.account.invoke(this.admin, 'sns', 'CreateTopic', { Name: 'findings' });
    return this;
  }

  async close(): Promise<void> {
    await Promise.all(this.#close.map((close) => close()));
  }

  get topicArn(): string {
    return `arn:aws:sns:${this.account.region}:${this.account.accountId}:findings`;
  }

  /** Adds a managed key as a deployment of the stack does: its user, its empty secret, its registry parameter. */
  manage(id: string, options: KeyOptions = {}): RegistryEntry {
    const user = options.user ?? `ci-${id}`;
    const entry = this.entry(id, options);
    this.account.invoke(this.admin, 'iam', 'CreateUser', { UserName: user });
    this.account.invoke(this.admin, 'secretsmanager', 'CreateSecret', { Name: secretName(id) });
    this.register(entry);
    this.bitbucket.addRepository('acme', id);
    this.bitbucket.addEnvironment('acme', id, 'Production');
    return entry;
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

  register(entry: RegistryEntry): void {
    this.parameter(entry.id, JSON.stringify(entry));
  }

  parameter(id: string, Value: string): void {
    const Name = registryParameterName(id);
    this.account.invoke(this.admin, 'ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true });
  }

  secret(Name: string, SecretString: string): void {
    this.account.invoke(this.admin, 'secretsmanager', 'CreateSecret', { Name, SecretString });
  }

  /** A key that a person makes by hand. */
  createKey(user: string): { readonly AccessKeyId: string; readonly SecretAccessKey: string } {
    return this.account.invoke(this.admin, 'iam', 'CreateAccessKey', { UserName: user }).AccessKey;
  }

  keys(user: string): readonly { readonly AccessKeyId: string; readonly Status: string }[] {
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

  /** The labels by version. */
  labels(id: string): Record<string, readonly string[]> {
    const described = this.describe(id);
    return 'VersionIdsToStages' in described ? (described.VersionIdsToStages ?? {}) : {};
  }

  /** The version that is AWSCURRENT. */
  current(id: string): string | undefined {
    return Object.entries(this.labels(id)).find(([, labels]) => labels.includes('AWSCURRENT'))?.[0];
  }

  isDelivered(id: string): boolean {
    const current = this.current(id);
    return current !== undefined && (this.labels(id)[current] ?? []).some((label) => label.startsWith('DELIVERED-'));
  }

  /** What the pipelines of a managed key's first target hold. */
  held(id: string): { readonly accessKeyId?: string | undefined; readonly secretAccessKey?: string | undefined } {
    const variables = this.bitbucket.pipelineVariables('acme', id, 'Production');
    return { accessKeyId: variables.AWS_ACCESS_KEY_ID, secretAccessKey: variables.AWS_SECRET_ACCESS_KEY };
  }

  /** A pipeline authenticates with what its variables hold. @returns the user's ARN, or AWS's error name */
  async login(id: string): Promise<string> {
    const { accessKeyId = 'none', secretAccessKey = 'none' } = this.held(id);
    const client = new STSClient({ credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 });
    try {
      return (await client.send(new GetCallerIdentityCommand({}))).Arn ?? '';
    } catch (error) {
      return error instanceof Error ? error.name : 'unknown';
    } finally {
      client.destroy();
    }
  }

  rotate(options: Partial<RotateOptions> = {}): Promise<Outcome> {
    const trigger = options.requested === undefined ? 'daily' : 'request';
    return this.#run('rotate', trigger, (run) => rotate(this.#ports(), run, { maxRotations: 25, ...options }));
  }

  deactivate(): Promise<Outcome> {
    return this.#run('deactivate', 'daily', (run) => deactivate(this.#ports(), run));
  }

  delete(): Promise<Outcome> {
    return this.#run('delete', 'daily', (run) => deleteKeys(this.#ports(), run));
  }

  sync(event: unknown = { source: 'aws.events', 'detail-type': 'Scheduled Event' }): Promise<Outcome> {
    const request = syncRequestOf(event);
    return this.#run('sync', request.trigger, (run) => sync(this.#ports(), run, request));
  }

  /** A day's rules, in their order; sync follows rotate as its events make it follow. */
  async day(): Promise<readonly Outcome[]> {
    const outcomes = [await this.rotate(), await this.sync()];
    this.clock.advanceBy(20 * 60_000);
    outcomes.push(await this.deactivate());
    this.clock.advanceBy(20 * 60_000);
    outcomes.push(await this.delete());
    return outcomes;
  }

  hours(hours: number): void {
    this.clock.advanceBy(hours * HOUR);
  }

  /** Moves to an instant, counted in days from the scene's start. */
  toDay(day: number): void {
    this.clock.advanceTo(START + day * DAY);
  }

  #ports() {
    const time = this.time();
    return {
      iam: createIam(),
      sts: createSts(),
      secrets: createSecrets(),
      registry: createRegistry(REGISTRY_PATH),
      targets: openTargets({ connectionSecrets: createConnectionSecrets(), time, random: () => 0 }),
    };
  }

  time(): Time {
    return {
      now: () => new Date(this.clock.now()),
      sleep: async (milliseconds) => this.clock.advanceBy(milliseconds),
    };
  }

  async #run(name: string, trigger: Trigger, work: (run: Run) => Promise<void>): Promise<Outcome> {
    const from = this.audits.length;
    const lines: string[] = [];
    const line = (message: string, facts: unknown) => lines.push(JSON.stringify({ message, facts }));
    const log: Log = { info: line, warn: line, error: line };
    this.#runs += 1;
    const run = new Run({
      id: `run-${this.#runs}`,
      function: name,
      trigger,
      time: this.time(),
      deadline: new Date(this.clock.now() + this.lifetime),
      concurrency: 2,
      log,
      auditLog: { write: (event) => this.audits.push(event) },
      bus: createEventBus(),
      notifier: createNotifier(this.topicArn),
    });
    let thrown: unknown;
    try {
      await work(run);
    } catch (error) {
      thrown = error;
    }
    const summary = await run.finish();
    const audits = this.audits.slice(from);
    const findings = audits.flatMap(({ event, reason }) =>
      event === 'finding' && reason !== undefined ? [reason] : [],
    );
    return { summary, audits, findings, lines, thrown };
  }
}

/** What one run left behind. */
export interface Outcome {
  readonly summary: Awaited<ReturnType<Run['finish']>>;
  readonly audits: readonly AuditEvent[];
  /** Codes of the findings. */
  readonly findings: readonly string[];
  readonly lines: readonly string[];
  readonly thrown: unknown;
}
