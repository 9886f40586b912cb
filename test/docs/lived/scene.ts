import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { openServedWorld, type ServedWorld } from '../../../cli/rehearsal/serve';
import type { ConfigInput } from '../../../functions/core/config/config';
import { DAY, MINUTE } from '../../../functions/core/duration';
import type { FunctionName } from '../../../functions/core/names';
import type { InputOf, Operations } from '../../../local/account/account';
import type { ServiceName, SessionCredentials } from '../../../local/account/principal';
import { functionNameOf } from '../../../local/stack/deployment';
import { synthesized } from '../../support/deployed-world';
import { type Aws, type Ended, Shell } from './shell';

export const KEY = 'web-shop-production';
export const USER = 'bitbucket-web-shop';
export const CONNECTION = 'keyturn/connections/acme';

/** What a page takes for granted about the account. */
export interface SceneOptions {
  /** A configuration or its file. @default that of the examples with an archive */
  readonly config?: ConfigInput | string;
  /** How long ago it was deployed. @default ten minutes */
  readonly deployedFor?: number;
}

/** The account of `npm start -- --serve`, somebody's terminal in it, and what other people and accidents do there. */
export class Scene {
  /** The last key that somebody made by hand. */
  foreign: string | undefined;

  private constructor(
    readonly served: ServedWorld,
    readonly shell: Shell,
    private readonly cdkOut: string,
  ) {}

  static async open(aws: Aws, { config = 'docs/examples/archive.yaml', deployedFor }: SceneOptions): Promise<Scene> {
    const cdkOut = synthesized(config);
    const served = await openServedWorld({ cdkOut, seed: 'pages', deployedFor });
    const shell = Shell.open(served.addresses.environment, aws);
    shell.write('keyturn.yaml', typeof config === 'string' ? readFileSync(config, 'utf8') : stringify(config));
    return new Scene(served, shell, cdkOut);
  }

  get account() {
    return this.served.world.account;
  }

  /** A person with an administrator's rights does something. */
  does<S extends ServiceName, A extends keyof Operations[S] & string>(
    service: S,
    action: A,
    input: InputOf<Operations[S][A]>,
  ) {
    const { account } = this;
    return account.invoke(account.authenticate(account.rootSession(), service), service, action, input);
  }

  /** The user's access keys, the oldest first; none where there is no such user. */
  keys(user = USER): readonly { readonly id: string; readonly status: string }[] {
    const { iam } = this.account;
    const found = iam.users.all().find(({ name }) => name === user);
    return found === undefined
      ? []
      : [...iam.accessKeys.of(found)].sort((a, b) => Number(a.createdAt) - Number(b.createdAt));
  }

  get oldKey(): string {
    return this.keys()[0]?.id ?? '';
  }

  get currentKey(): string {
    return this.keys().at(-1)?.id ?? '';
  }

  /** A key that somebody makes by hand, when there is room. */
  makeKey(user = USER): string {
    this.foreign = this.does('iam', 'CreateAccessKey', { UserName: user }).AccessKey.AccessKeyId;
    return this.foreign;
  }

  deleteKey(AccessKeyId: string, user = USER): void {
    this.does('iam', 'DeleteAccessKey', { UserName: user, AccessKeyId });
  }

  setKey(AccessKeyId: string, Status: 'Active' | 'Inactive'): void {
    this.does('iam', 'UpdateAccessKey', { UserName: USER, AccessKeyId, Status });
  }

  functionName(name: FunctionName | 'archive'): string {
    return functionNameOf(this.served.deployment, `${name}Function`);
  }

  /** A run that is due, or that a person starts. */
  async runs(name: FunctionName, event: unknown = {}): Promise<void> {
    await this.served.world.invoke(this.functionName(name), event);
    await this.passes(MINUTE);
  }

  /** Time goes by, and everything happens that is due. */
  passes(milliseconds: number): Promise<void> {
    const { world } = this.served;
    return world.runUntil(new Date(world.clock.now() + milliseconds));
  }

  days(count: number): Promise<void> {
    return this.passes(count * DAY);
  }

  /** What `npx cdk deploy` does. */
  async deploy(): Promise<void> {
    await this.served.world.deployAll(this.cdkOut);
  }

  /** What `npx cdk destroy` does. */
  async destroy(): Promise<void> {
    await this.does('cloudformation', 'DeleteStack', { StackName: 'Keyturn' });
  }

  /** The connection's secret, where there is none. */
  keepConnection(): void {
    const SecretString = JSON.stringify({ accessToken: this.token() });
    this.does('secretsmanager', 'CreateSecret', { Name: CONNECTION, SecretString });
  }

  /** A token that somebody has made for the connection. */
  token(): string {
    const scopes = ['pipeline', 'pipeline:variable', 'repository'];
    return this.served.world.hosts.bitbucket.addAccessToken({ workspace: 'acme', scopes });
  }

  /** @param who types it. @default root */
  type(statement: string, stdin?: string, who?: SessionCredentials): Promise<Ended> {
    const { accessKeyId, secretAccessKey, sessionToken = '' } = who ?? this.served.addresses.credentials;
    return this.shell.run(statement, stdin, {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
  }

  async close(): Promise<void> {
    this.shell.close();
    await this.served.close();
  }
}
