import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigInput } from '../../functions/core/config/config';
import type { AccountEvent } from '../../local/account/event';
import type { AwsCall, AwsFault } from '../../local/account/wire/server';
import type { BitbucketFault } from '../../local/hosts/bitbucket/fault';
import type { World } from '../../local/world';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { Canaries } from './canaries';
import type { Written } from './hunt';
import { writtenBy } from './surroundings';

const KINDS = ['access-token', 'api-token', 'oauth'] as const;

/** One key for each way to authenticate at Bitbucket, with every kind of variable. */
const CONFIG: ConfigInput = {
  connections: Object.fromEntries(
    KINDS.map((kind) => [kind, { bitbucket: { secret: `keyturn/connections/${kind}` } }]),
  ),
  keys: KINDS.map((kind) => ({
    id: kind,
    user: `ci-${kind}`,
    deliverTo: [
      {
        connection: kind,
        repository: `acme/${kind}`,
        environment: 'Production',
        region: 'eu-west-1',
        variables: { bundle: 'AWS_CREDENTIAL' },
      },
    ],
  })),
  notify: ['security@example.com'],
};

/** What somebody sets who wants to see more. */
const CHATTY = {
  POWERTOOLS_LOG_LEVEL: 'TRACE',
  AWS_LAMBDA_LOG_LEVEL: 'TRACE',
  LOG_LEVEL: 'DEBUG',
  POWERTOOLS_LOGGER_LOG_EVENT: 'true',
  POWERTOOLS_DEV: 'true',
  DEBUG: '*',
};

/** What a canary life does to the calls of the functions. */
interface Switches {
  aws: ((call: AwsCall) => AwsFault | undefined) | undefined;
  bitbucket: BitbucketFault | undefined;
}

/** A world in which everything secret is known, and everything that is written is kept. */
export class CanaryLife {
  readonly results: string[] = [];

  /** @param change to each bundle, before it is deployed */
  static async start(change: (bundle: string) => string = (bundle) => bundle): Promise<CanaryLife> {
    const canaries = new Canaries();
    const events: AccountEvent[] = [];
    const faults: Switches = { aws: undefined, bitbucket: undefined };
    const deployed = await DeployedWorld.open(chatty(synthesized(CONFIG), change), {
      before: (world) => {
        world.account.onEvent((event) => events.push(event));
        plant(world, canaries);
      },
      world: {
        accountServer: {
          onCall: (_call, outcome) => canaries.saw(outcome),
          fault: (call) => (call.principal.kind === 'role' ? faults.aws?.(call) : undefined),
        },
        hosts: { bitbucket: { server: { fault: () => faults.bitbucket } } },
      },
    });
    return new CanaryLife(deployed, canaries, events, faults);
  }

  private constructor(
    readonly deployed: DeployedWorld,
    readonly canaries: Canaries,
    private readonly events: readonly AccountEvent[],
    readonly faults: Switches,
  ) {}

  /** Makes every key undelivered, so that the next sync delivers it again. */
  forgetDeliveries(): void {
    for (const kind of KINDS) this.deployed.forgetDeliveries(kind);
  }

  /** Leaves each user the newest key alone, so that there is room for the next one. */
  makeRoom(): void {
    const { admin, world } = this.deployed;
    for (const kind of KINDS) {
      const UserName = `ci-${kind}`;
      for (const { id: AccessKeyId } of this.deployed.keys(UserName).slice(0, -1)) {
        world.account.invoke(admin, 'iam', 'DeleteAccessKey', { UserName, AccessKeyId });
      }
    }
  }

  /** Runs a function and keeps what it answers. */
  async run(name: 'rotate' | 'deactivate' | 'delete' | 'sync', event: unknown = {}): Promise<void> {
    const { payload } = await this.deployed.run(name, event);
    this.results.push(payload);
  }

  written(): readonly Written[] {
    return writtenBy(this.deployed, this.events, this.results);
  }
}

/** Puts a token of its own kind into each connection, and notes every secret that there is and that will be. */
function plant({ account, hosts: { bitbucket } }: World, canaries: Canaries): void {
  const accessToken = bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline', 'pipeline:variable'] });
  const email = 'ci@example.com';
  const apiToken = bitbucket.addApiToken({
    email,
    scopes: ['admin:pipeline:bitbucket', 'read:pipeline:bitbucket'],
    expiresAt: Number.POSITIVE_INFINITY,
  });
  const { clientId, secret: clientSecret } = bitbucket.addOAuthConsumer({ scopes: ['pipeline', 'pipeline:variable'] });
  const secrets = [{ accessToken }, { email, apiToken }, { clientId, clientSecret }];
  KINDS.forEach((kind, index) => {
    const SecretString = JSON.stringify(secrets[index]);
    account.secretsManager.putSecretValue({ SecretId: `keyturn/connections/${kind}`, SecretString });
  });
  canaries.add('access token', accessToken);
  canaries.add('API token', apiToken);
  canaries.add('OAuth consumer’s secret', clientSecret);
  const grant = bitbucket.grantOAuthToken.bind(bitbucket);
  bitbucket.grantOAuthToken = (...args) => {
    const granted = grant(...args);
    canaries.add(`OAuth token ${canaries.secrets.size}`, granted.access_token);
    return granted;
  };
  // The credentials of the functions themselves.
  const open = account.roleSession.bind(account);
  account.roleSession = (roleArn, name) => {
    const session = open(roleArn, name);
    canaries.add(`role’s secret ${canaries.secrets.size}`, session.secretAccessKey);
    if (session.sessionToken !== undefined) canaries.add(`role’s session of ${name}`, session.sessionToken);
    return session;
  };
  for (const kind of KINDS) {
    for (const { id, secretAccessKey } of account.iam.accessKeys.of(account.iam.users.get(`ci-${kind}`))) {
      canaries.add(`secret of ${id}`, secretAccessKey);
    }
  }
}

/** Lets every function say as much as it can, and its bundle be changed. */
function chatty(cdkOut: string, change: (bundle: string) => string): string {
  const file = join(cdkOut, 'Keyturn.template.json');
  const template: { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { Variables } = Properties.Environment as { Variables: Record<string, string> };
    Object.assign(Variables, CHATTY);
  }
  writeFileSync(file, JSON.stringify(template));
  for (const asset of readdirSync(cdkOut).filter((name) => name.startsWith('asset.'))) {
    const bundle = join(cdkOut, asset, 'index.js');
    const source = readFileSync(bundle, 'utf8');
    const changed = change(source);
    if (changed !== source) writeFileSync(bundle, changed);
  }
  return cdkOut;
}
