import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError } from '../../local/account/aws-error';
import type { Principal } from '../../local/account/principal';
import type { BitbucketFault, BitbucketRequest } from '../../local/hosts/bitbucket/server';
import { type Deployment, functionNameOf } from '../../local/stack/deployment';
import { World } from '../../local/world';
import type { WorldOptions } from '../../local/world-options';
import type { Commit } from './commit';

const DAY = 86_400_000;
const MINUTE = 60_000;
/** The instant of the deployment. */
const DEPLOYED = Date.parse('2026-01-01T00:00:00Z');
/** How old the keys are that people made before. */
const OLD_KEYS = 400 * DAY;
/** Name of the secret that holds the connection's token. */
export const TOKEN = 'keyturn/connections/acme';

export type Update = 'deployed' | 'failed half-way' | 'refused';

export type FunctionName = 'rotate' | 'deactivate' | 'delete' | 'sync';

/** A key that is managed, delivered to the deployment environment Production of the repository of its name. */
export function keyOf(name: string, more: object = {}) {
  const deliverTo = [{ connection: 'acme', repository: `acme/${name}`, environment: 'Production' }];
  return { id: name, user: `ci-${name}`, deliverTo, ...more };
}

/** A configuration of such keys. */
export function configOf(names: readonly string[], more: object = {}) {
  return {
    connections: { acme: { bitbucket: { secret: TOKEN } } },
    keys: names.map((name) => keyOf(name)),
    notify: ['security@example.com'],
    ...more,
  };
}

/** What a world may differ in. */
export interface EstateOptions {
  /** Repositories of the workspace acme, each with its environment, and a user `ci-<name>` with an old key that is in it. */
  readonly names?: readonly string[];
  readonly world?: Partial<WorldOptions>;
}

/**
 * An account and a Bitbucket with pipelines that run with keys which somebody made long ago. Whatever commit is deployed
 * there, only its template, its bundles and what they do to the account and the host are known here.
 */
export class Estate {
  hostFault: ((request: BitbucketRequest) => BitbucketFault | undefined) | undefined;
  readonly requests: BitbucketRequest[] = [];
  readonly admin: Principal;
  /** The UUID of the workspace acme. */
  readonly workspace: string;
  deployment: Deployment | undefined;

  static async open({ names = ['web-shop'], world = {} }: EstateOptions = {}): Promise<Estate> {
    const hears: { estate?: Estate; runsByItself: boolean } = { runsByItself: false };
    const started = await World.start({
      start: new Date(DEPLOYED - OLD_KEYS),
      seed: 'before',
      passOver: () => hears.estate?.runsByItself !== true,
      ...world,
      hosts: { bitbucket: { server: { fault: (request) => hears.estate?.hear(request) }, ...world.hosts?.bitbucket } },
    });
    const estate = new Estate(started, names);
    hears.estate = estate;
    return estate;
  }

  /** Whether rules, retries and events start functions. @default false: a story starts them itself */
  runsByItself = false;

  private constructor(
    readonly world: World,
    private readonly names: readonly string[],
  ) {
    const { account } = world;
    const { bitbucket } = world.hosts;
    this.admin = account.authenticate(account.rootSession(), 'iam');
    this.workspace = bitbucket.addWorkspace('acme').uuid;
    for (const name of names) this.addPipeline(name);
    const accessToken = bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline', 'pipeline:variable'] });
    account.invoke(this.admin, 'secretsmanager', 'CreateSecret', {
      Name: TOKEN,
      SecretString: JSON.stringify({ accessToken }),
    });
    world.clock.advanceTo(DEPLOYED);
  }

  addPipeline(name: string): void {
    const { account, hosts } = this.world;
    hosts.bitbucket.addRepository('acme', name);
    hosts.bitbucket.addEnvironment('acme', name, 'Production');
    account.invoke(this.admin, 'iam', 'CreateUser', { UserName: `ci-${name}` });
    const { AccessKey } = account.invoke(this.admin, 'iam', 'CreateAccessKey', { UserName: `ci-${name}` });
    this.paste(name, AccessKey);
  }

  /** What a person writes into a pipeline's variables, new ones or those that are there. */
  paste(name: string, { AccessKeyId, SecretAccessKey }: { AccessKeyId: string; SecretAccessKey: string }): void {
    this.write(name, 'AWS_ACCESS_KEY_ID', AccessKeyId, false);
    this.write(name, 'AWS_SECRET_ACCESS_KEY', SecretAccessKey, true);
  }

  write(name: string, key: string, value: string, secured: boolean): void {
    const { bitbucket } = this.world.hosts;
    const place = this.place(name);
    const known = bitbucket.variables(place).find((variable) => variable.key === key);
    if (known === undefined) bitbucket.createVariable(place, { key, value, secured });
    else bitbucket.updateVariable(place, known.uuid, { key, value, secured });
  }

  /** A pipeline's variables, as the host lists them. */
  variables(name: string) {
    return this.world.hosts.bitbucket.variables(this.place(name));
  }

  place(repository: string) {
    const environments = this.world.hosts.bitbucket.environments({ workspace: 'acme', repository });
    const environment = environments.find(({ name }) => name === 'Production')?.uuid ?? '';
    return { level: 'deployment', workspace: 'acme', repository, environment } as const;
  }

  hear(request: BitbucketRequest): BitbucketFault | undefined {
    this.requests.push(request);
    return this.hostFault?.(request);
  }

  async deploy(cdkOut: string): Promise<void> {
    this.deployment = await this.world.deployAll(cdkOut);
  }

  /** The stack is deleted; what it retains stays. */
  async destroy(): Promise<void> {
    const nothing = mkdtempSync(join(tmpdir(), 'keyturn-destroyed-'));
    writeFileSync(join(nothing, 'Keyturn.template.json'), JSON.stringify({ Resources: {} }));
    writeFileSync(join(nothing, 'Keyturn.assets.json'), JSON.stringify({ version: '1.0', files: {} }));
    await this.world.deployAll(nothing);
    rmSync(nothing, { recursive: true });
  }

  /** Brings the stack up to date. @returns what has become of it */
  async update(commit: Commit, config: object, options?: object): Promise<Update> {
    const made = await commit.synthesize(config, options);
    if ('refused' in made) return 'refused';
    return this.deploy(made.cdkOut).then(
      () => 'deployed',
      () => 'failed half-way',
    );
  }

  /** Starts a function and waits for its end. @returns its result, or its error */
  async run(name: FunctionName, event: unknown = SCHEDULED): Promise<string> {
    if (this.deployment === undefined) throw new Error('nothing is deployed');
    const { payload } = await this.world.invoke(functionNameOf(this.deployment, `${name}Function`), event);
    return payload;
  }

  /** The first keys are made and delivered, and people delete those from before. */
  async settle(): Promise<void> {
    await this.runs('rotate', 'sync');
    for (const name of this.names) this.#forgetOld(`ci-${name}`);
  }

  /** Days as the schedules have them: the four functions, one after the other. */
  async days(...numbers: readonly number[]): Promise<void> {
    for (const day of numbers) {
      await this.toDay(day);
      await this.runs('rotate', 'sync', 'deactivate', 'delete');
    }
  }

  /** Starts functions one after the other, minutes apart. */
  async runs(...names: readonly FunctionName[]): Promise<void> {
    for (const name of names) {
      await this.run(name);
      await this.pass(5 * MINUTE);
    }
  }

  /** Lives on. */
  async pass(milliseconds: number): Promise<void> {
    await this.world.runUntil(new Date(this.world.clock.now() + milliseconds));
  }

  /** Moves to a day after the deployment, at three in the morning. */
  async toDay(day: number): Promise<void> {
    await this.world.runUntil(new Date(DEPLOYED + day * DAY + DAY / 8));
  }

  /** A pipeline logs in with what it holds. @returns `logs in`, `torn` or `dead` */
  login(name: string): string {
    const held = this.world.hosts.bitbucket.pipelineVariables('acme', name, 'Production');
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = held;
    try {
      this.world.account.authenticate({ accessKeyId, secretAccessKey }, 'sts');
      return 'logs in';
    } catch (thrown) {
      if (!(thrown instanceof AwsError)) throw thrown;
      return thrown.code === 'SignatureDoesNotMatch' ? 'torn' : 'dead';
    }
  }

  /** A user's keys, oldest first. */
  keys(user: string) {
    const { iam } = this.world.account;
    return [...iam.accessKeys.of(iam.users.get(user))].sort((a, b) => Number(a.createdAt) - Number(b.createdAt));
  }

  /** The ID that a pipeline reads is that of its user's newest key. */
  holdsNewest(name: string): boolean {
    const held = this.world.hosts.bitbucket.pipelineVariables('acme', name, 'Production').AWS_ACCESS_KEY_ID;
    return held === this.keys(`ci-${name}`).at(-1)?.id;
  }

  /** Codes of the findings in the audit record, each once, in their order. */
  findings(): readonly string[] {
    const events = this.world.logs.flatMap(({ line }) => FINDING.exec(line)?.[1] ?? []);
    return [...new Set(events)];
  }

  /** What people were mailed, alarms aside: subjects and texts. */
  mails(): readonly string[] {
    const messages = this.world.account.sns.messages.filter(({ subject }) => subject?.startsWith('Keyturn: '));
    return messages.map(({ subject, message }) => `${subject}\n${message}`);
  }

  close(): Promise<void> {
    return this.world.close();
  }

  #forgetOld(UserName: string): void {
    for (const { id: AccessKeyId } of this.keys(UserName).slice(0, -1)) {
      this.world.account.invoke(this.admin, 'iam', 'DeleteAccessKey', { UserName, AccessKeyId });
    }
  }
}

const SCHEDULED = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
const FINDING = /"event":"finding".*?"reason":"([a-z-]+)"/;
