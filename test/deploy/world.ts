import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type Rule,
} from '@aws-sdk/client-eventbridge';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateSecretCommand, DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { auditEventSchema } from '../../functions/core/audit';
import type { ConfigInput } from '../../functions/core/config/config';
import { parseVersionId } from '../../functions/core/key/version-id';
import { AUDIT_LOG_GROUP, DELIVERED_LABEL_PREFIX, secretName } from '../../functions/core/names';
import type { KeyturnStackOptions } from '../../infra';
import { Clock } from '../../local/clock';
import { Bitbucket } from '../../local/hosts/bitbucket/bitbucket';
import type { VariablePlace } from '../../local/hosts/bitbucket/place';
import { type BitbucketServer, startBitbucketServer } from '../../local/hosts/bitbucket/server';
import { assemblyOf } from './assembly';
import { bootstrap, deploy } from './cdk';
import { ACCOUNT_ID, type Emulator, REGION, startEmulator } from './emulator';

export const DAY = 86_400_000;

const WORKSPACE = 'acme';
const CONNECTION_SECRET = 'keyturn/connections/acme';
const ROOT = { accessKeyId: ACCOUNT_ID, secretAccessKey: 'test' };

/** Names of the variables that hold a credential. */
export const VARIABLES = { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' };

/** A key of a user, as IAM tells. */
export interface UserKey {
  readonly accessKeyId: string;
  readonly active: boolean;
}

/** A bootstrapped account that this project did not write, with a Bitbucket on loopback. */
export class DeployWorld {
  static async start(): Promise<DeployWorld> {
    const emulator = await startEmulator();
    const clock = new Clock(emulator.now());
    const bitbucket = new Bitbucket({ clock, rateLimit: 1_000_000 });
    const server = await startBitbucketServer({ bitbucket });
    const world = new DeployWorld(emulator, bitbucket, server);
    try {
      await bootstrap(emulator);
      await world.connect(WORKSPACE, CONNECTION_SECRET);
    } catch (error) {
      await world.close();
      throw error;
    }
    return world;
  }

  private constructor(
    readonly emulator: Emulator,
    readonly bitbucket: Bitbucket,
    private readonly server: BitbucketServer,
  ) {}

  /** Base URL of the local Bitbucket's API. */
  get bitbucketUrl(): string {
    return this.server.url;
  }

  /** The connection that a configuration needs to reach the local Bitbucket. */
  get connections(): ConfigInput['connections'] {
    return { acme: { bitbucket: { secret: CONNECTION_SECRET, url: this.bitbucketUrl } } };
  }

  /**
   * Makes a workspace and the secret with a token of it.
   *
   * @returns the secret's ARN
   */
  async connect(workspace: string, secret: string): Promise<string> {
    this.bitbucket.addWorkspace(workspace);
    const accessToken = this.bitbucket.addAccessToken({ workspace, scopes: ['pipeline', 'pipeline:variable'] });
    const value = { Name: secret, SecretString: JSON.stringify({ accessToken }) };
    const { ARN } = await this.client(SecretsManagerClient).send(new CreateSecretCommand(value));
    return ARN ?? '';
  }

  /** An SDK client of the account's administrator, whose time is the account's. */
  client<C>(Client: new (configuration: ClientConfiguration) => C, credentials: Pair = ROOT, region = REGION): C {
    const systemClockOffset = this.emulator.now() - Date.now();
    return new Client({ endpoint: this.emulator.url, region, credentials, systemClockOffset, maxAttempts: 2 });
  }

  /** A user, and an environment of a repository of the same name that holds the user's only key. */
  async addPipeline(name: string): Promise<void> {
    const pair = await this.createUser(name);
    this.bitbucket.addRepository(WORKSPACE, name);
    const { uuid } = this.bitbucket.addEnvironment(WORKSPACE, name, 'Production');
    const place = { level: 'deployment', workspace: WORKSPACE, repository: name, environment: uuid } as const;
    this.paste(place, pair);
  }

  /** @returns the user's first key */
  async createUser(UserName: string): Promise<Pair> {
    await this.client(IAMClient).send(new CreateUserCommand({ UserName }));
    return this.createKey(UserName);
  }

  async createKey(UserName: string): Promise<Pair> {
    const { AccessKey } = await this.client(IAMClient).send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  }

  /** What a person does who sets up a pipeline. */
  paste(place: VariablePlace, { accessKeyId, secretAccessKey }: Pair, names = VARIABLES): void {
    this.bitbucket.createVariable(place, { key: names.accessKeyId, value: accessKeyId, secured: false });
    this.bitbucket.createVariable(place, { key: names.secretAccessKey, value: secretAccessKey, secured: true });
  }

  /** Deploys a configuration with the real `cdk deploy`, and waits for the functions that it starts. */
  async deploy(config: ConfigInput, options: KeyturnStackOptions = {}): Promise<string> {
    return this.deployAssembly(assemblyOf(config, options));
  }

  async deployAssembly(assembly: string): Promise<string> {
    const printed = await deploy(this.emulator, assembly);
    await this.emulator.quiet();
    return printed;
  }

  /** Moves the clock on by whole days, and runs everything that has a schedule, once and in the order of the day. */
  async passDays(days: number): Promise<void> {
    this.advance(days * DAY);
    for (const rule of await this.#scheduled()) await this.#run(rule);
    await this.emulator.quiet();
  }

  advance(milliseconds: number): void {
    this.emulator.advance(milliseconds);
    this.bitbucket.clock.advanceTo(this.emulator.now());
  }

  async #scheduled(): Promise<readonly Rule[]> {
    const { Rules = [] } = await this.client(EventBridgeClient).send(new ListRulesCommand({}));
    const scheduled = Rules.filter(({ ScheduleExpression }) => ScheduleExpression !== undefined);
    return scheduled.sort((one, other) => minuteOfDay(one) - minuteOfDay(other));
  }

  async #run({ Name }: Rule): Promise<void> {
    const { Targets = [] } = await this.client(EventBridgeClient).send(new ListTargetsByRuleCommand({ Rule: Name }));
    for (const { Arn, Input } of Targets) {
      await this.invoke(Arn ?? '', JSON.parse(Input ?? JSON.stringify(this.#scheduledEvent(Name ?? ''))));
      await this.emulator.quiet();
    }
  }

  #scheduledEvent(rule: string): object {
    return {
      version: '0',
      id: crypto.randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: ACCOUNT_ID,
      time: new Date(this.emulator.now()).toISOString().replace(/\.\d+/, ''),
      region: REGION,
      resources: [`arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${rule}`],
      detail: {},
    };
  }

  /** An event of an AWS service, which only AWS can send; the functions that it starts are waited for. */
  async happens(region: string, Source: string, DetailType: string, detail: object): Promise<void> {
    const client = this.client(EventBridgeClient, ROOT, region);
    await client.send(new PutEventsCommand({ Entries: [{ Source, DetailType, Detail: JSON.stringify(detail) }] }));
    await this.emulator.quiet();
  }

  /**
   * Runs a function.
   *
   * @returns what it answered
   * @throws Error when the function failed
   */
  async invoke(functionName: string, event: object): Promise<unknown> {
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) });
    const { Payload, FunctionError } = await this.client(LambdaClient).send(command);
    const answer = Payload?.transformToString() ?? '';
    if (FunctionError !== undefined) throw new Error(`${functionName}: ${answer}`);
    return answer === '' ? undefined : JSON.parse(answer);
  }

  /** The ARN of whom a pipeline of this name logs in as. @throws what STS answers to a dead key */
  async login(name: string): Promise<string | undefined> {
    return this.loginWith(this.bitbucket.pipelineVariables(WORKSPACE, name, 'Production'));
  }

  /** The same with variables of any place, under any names. */
  async loginWith(held: Readonly<Record<string, string>>, names = VARIABLES): Promise<string | undefined> {
    const pair = {
      accessKeyId: held[names.accessKeyId] ?? 'nothing',
      secretAccessKey: held[names.secretAccessKey] ?? 'nothing',
    };
    const { Arn } = await this.client(STSClient, pair).send(new GetCallerIdentityCommand({}));
    return Arn;
  }

  /** The access key ID that a pipeline of this name would use. */
  heldBy(name: string): string | undefined {
    return this.bitbucket.pipelineVariables(WORKSPACE, name, 'Production')[VARIABLES.accessKeyId];
  }

  async keysOf(UserName: string): Promise<readonly UserKey[]> {
    const { AccessKeyMetadata = [] } = await this.client(IAMClient).send(new ListAccessKeysCommand({ UserName }));
    return AccessKeyMetadata.map((key) => ({ accessKeyId: key.AccessKeyId ?? '', active: key.Status === 'Active' }));
  }

  /** The access key that is current by the secret, and whether that version is marked delivered. */
  async currentOf(id: string): Promise<{ readonly accessKeyId?: string; readonly delivered: boolean }> {
    const { VersionIdsToStages = {} } = await this.client(SecretsManagerClient).send(
      new DescribeSecretCommand({ SecretId: secretName(id) }),
    );
    const current = Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes('AWSCURRENT'));
    const [versionId = '', labels = []] = current ?? [];
    return {
      accessKeyId: parseVersionId(versionId)?.accessKeyId,
      delivered: labels.some((label) => label.startsWith(DELIVERED_LABEL_PREFIX)),
    };
  }

  /** The codes of what was found about a key since an instant, from the record. */
  async findingsOf(id: string, since = 0): Promise<readonly string[]> {
    const client = this.client(CloudWatchLogsClient);
    const found = new Set<string>();
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new FilterLogEventsCommand({ logGroupName: AUDIT_LOG_GROUP, startTime: Math.floor(since), nextToken }),
      );
      for (const { message = '' } of page.events ?? []) {
        const { event, key, reason } = auditEventSchema.parse(JSON.parse(message));
        if (event === 'finding' && key === id && reason !== undefined) found.add(reason);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return [...found];
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.emulator.close();
  }
}

/** A whole credential. */
export interface Pair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface ClientConfiguration {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Pair;
  readonly systemClockOffset: number;
  readonly maxAttempts: number;
}

/** `cron(20 3 * * ? *)` runs at minute 200 of the day; what runs all day has run before, as deactivate counts on. */
function minuteOfDay({ ScheduleExpression = '' }: Rule): number {
  const [, minute, hour] = /^cron\((\d+) (\d+) /.exec(ScheduleExpression) ?? [];
  return minute === undefined ? 0 : Number(hour) * 60 + Number(minute);
}
