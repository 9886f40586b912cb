import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { openProvider } from '../../cli/provider/open';
import type { ProviderServer } from '../../cli/provider/server';
import { type AuditEvent, auditEventSchema } from '../../functions/core/audit';
import { providerSchema } from '../../functions/core/config/provider-config';
import { PROVIDER_LOG_GROUP } from '../../functions/core/names';
import type { AwsCall } from '../../local/account/principal';
import type { AccountServerOptions, AwsFault } from '../../local/account/wire/server';
import { World } from '../../local/world';
import { AUDIENCE, ENVIRONMENT, HandmadeIssuer, REPOSITORY, WORKSPACE } from './issuer';

export const START = new Date('2027-01-01T00:00:00Z');

/** The provider's own role. It is in the account from the start: IAM takes no trust policy that names a role that is not. */
export const PROVIDER_ROLE = 'arn:aws:iam::111122223333:role/provider';

export const DATABASE = 'p4ssw0rd-of-the-db';

/** Both halves of an access key. */
export interface Pair {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
}

export const RULES = [
  {
    name: 'shop-production',
    repositoryUuid: REPOSITORY,
    environmentUuids: [ENVIRONMENT],
    branches: ['main'],
    keys: [{ id: 'web-shop' }],
    secrets: [{ secret: 'shop/db', variable: 'DB_PASSWORD', pointer: '/users/admin~1shop' }],
  },
];

/** A provider that is served over HTTP, with an issuer by hand behind it, and all that it says. */
export abstract class Served {
  fault: ((call: AwsCall) => AwsFault | undefined) | undefined;
  readonly issuer = new HandmadeIssuer();
  /** What the provider asks for once it is served again, and a good token has. */
  audience = AUDIENCE;
  workspaceUuid = WORKSPACE;
  world!: World;
  issuerUrl = '';
  #logs!: CloudWatchLogsClient;
  #secrets!: SecretsManagerClient;
  /** Two keys of the user web-shop; the managed secret has the first one. */
  first!: Pair;
  second!: Pair;

  /** The time of the provider, ms since the epoch. */
  abstract now: number;
  /** All that it has said, one JSON text a line. */
  abstract readonly lines: readonly string[];
  abstract readonly url: string;
  /** Serves by these rules from now on, as a new process or a new instance of the function. */
  abstract serve(rules?: readonly object[]): Promise<void>;
  /** Takes the provider's clock back, where it has one of its own: what is tried again and again goes no days ahead. */
  abstract rewind(time: number): void;
  /** Has the provider begin anew, with nothing in its memory. */
  abstract restart(): Promise<void>;
  abstract close(): Promise<void>;

  /** Whose tokens the provider takes, as the configuration says it. */
  protected get trusted(): object {
    const own = this.audience === AUDIENCE ? {} : { audience: this.audience };
    return { workspace: 'acme', workspaceUuid: this.workspaceUuid, url: this.issuerUrl, ...own };
  }

  /** The world, the issuer, a user with two keys, and a secret that is none of Keyturn's. */
  protected async begin(options: Pick<AccountServerOptions, 'authorize'> = {}): Promise<void> {
    this.world = await World.start({
      start: START,
      accountServer: {
        ...options,
        latency: () => 0,
        allowedSkew: Number.POSITIVE_INFINITY,
        fault: (call) => this.fault?.(call),
      },
    });
    this.issuerUrl = await this.issuer.start();
    this.#logs = new CloudWatchLogsClient(this.access);
    this.#secrets = new SecretsManagerClient(this.access);
    const SecretString = JSON.stringify({ users: { 'admin/shop': DATABASE } });
    await this.#secrets.send(new CreateSecretCommand({ Name: 'shop/db', SecretString }));
    const iam = new IAMClient(this.access);
    await iam.send(new CreateRoleCommand({ RoleName: 'provider', AssumeRolePolicyDocument: '{}' }));
    await iam.send(new CreateUserCommand({ UserName: 'web-shop' }));
    const create = async (): Promise<Pair> => {
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'web-shop' }));
      return { AccessKeyId: AccessKey?.AccessKeyId ?? '', SecretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    };
    [this.first, this.second] = [await create(), await create()];
  }

  /** Secrets that no log, event or refusal may ever have (K6). */
  get values(): readonly string[] {
    return [this.first.SecretAccessKey, this.second.SecretAccessKey, DATABASE];
  }

  /** A tag of the managed secret; without a value there is none. */
  async tag(Key: string, Value?: string): Promise<void> {
    const SecretId = 'keyturn/web-shop';
    if (Value === undefined) await this.#secrets.send(new UntagResourceCommand({ SecretId, TagKeys: [Key] }));
    else await this.#secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }));
  }

  get access() {
    const { accessKeyId, secretAccessKey, sessionToken } = this.world.account.rootSession();
    return {
      endpoint: this.world.accountUrl,
      region: this.world.account.region,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    };
  }

  /** What the provider itself has: a role, as root takes none. */
  get ownAccess() {
    const { accessKeyId, secretAccessKey, sessionToken } = this.world.account.roleSession(PROVIDER_ROLE, 'provider');
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
    return { ...this.access, credentials };
  }

  /** The managed secret gets another version. @param age of the key, in ms. @default a day */
  async store({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey }: Pair, age = 86_400_000): Promise<void> {
    const SecretString = JSON.stringify({
      accessKeyId,
      secretAccessKey,
      userName: 'web-shop',
      accountId: '111122223333',
      createdAt: new Date(this.now - age).toISOString(),
    });
    await this.#secrets.send(new PutSecretValueCommand({ SecretId: 'keyturn/web-shop', SecretString }));
  }

  /** ID of the managed secret's current version. */
  async currentVersion(): Promise<string> {
    const { VersionId = '' } = await this.#secrets.send(new GetSecretValueCommand({ SecretId: 'keyturn/web-shop' }));
    return VersionId;
  }

  ask(token: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}/`, { headers: { authorization: `Bearer ${token}` }, ...init });
  }

  /** A token of a step that gets something. */
  good(more: Readonly<Record<string, unknown>> = {}): string {
    return this.issuer.token({ claims: this.issuer.claims(this.now, { aud: this.audience, ...more }) });
  }

  /** Why the last request was refused, as the log has it. */
  get reason(): unknown {
    const { facts, reason } = JSON.parse(this.lines.at(-1) ?? '{}') as {
      facts?: { reason?: unknown };
      reason?: unknown;
    };
    return facts?.reason ?? reason;
  }

  async recorded(): Promise<readonly AuditEvent[]> {
    const { events = [] } = await this.#logs.send(new FilterLogEventsCommand({ logGroupName: PROVIDER_LOG_GROUP }));
    return events.map(({ message = '' }) => auditEventSchema.parse(JSON.parse(message)));
  }
}

/** The process form, in this process. */
export class ServedProvider extends Served {
  override now = START.getTime();
  override readonly lines: string[] = [];
  /** For how long it has been there when it is first asked, in ms: in its first half minute it takes no token. */
  age = 31_000;
  #server!: ProviderServer;

  async start(): Promise<this> {
    await this.begin();
    await new CloudWatchLogsClient(this.access).send(new CreateLogGroupCommand({ logGroupName: PROVIDER_LOG_GROUP }));
    await new SecretsManagerClient(this.access).send(new CreateSecretCommand({ Name: 'keyturn/web-shop' }));
    await this.store(this.first);
    await this.serve();
    return this;
  }

  override rewind(time: number): void {
    this.now = time;
  }

  override restart(): Promise<void> {
    return this.serve();
  }

  override async serve(rules: readonly object[] = RULES): Promise<void> {
    await this.#server?.close();
    let began = this.age;
    const say = (level: string) => (message: string, facts?: unknown) => {
      this.lines.push(JSON.stringify({ level, message, facts }));
    };
    this.#server = await openProvider({
      config: providerSchema.parse({ bitbucket: this.trusted, rules }),
      access: this.ownAccess,
      origin: { account: this.world.account.accountId, region: this.world.account.region, functionVersion: 'test' },
      port: 0,
      time: {
        now: () => new Date(this.now - began),
        // Those who sleep at once wake at once.
        sleep: async (milliseconds) => {
          const until = this.now + milliseconds;
          await undefined;
          this.now = Math.max(this.now, until);
        },
      },
      log: { info: say('info'), warn: say('warn'), error: say('error') },
    });
    began = 0;
  }

  override get url(): string {
    return this.#server.url;
  }

  override async close(): Promise<void> {
    await this.#server.close();
    this.issuer.close();
    await this.world.close();
  }
}
