import { type AuditEvent, readAuditLine } from '../../functions/core/audit';
import type { ConfigInput } from '../../functions/core/config/config';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import type { Account } from '../../local/account/account';
import type { AccountEvent } from '../../local/account/event';
import type { AwsCall, AwsFault } from '../../local/account/wire/server';
import type { BitbucketFault, BitbucketRequest } from '../../local/hosts/bitbucket/fault';
import type { WorldOptions } from '../../local/world-options';
import { Canaries } from '../leaks/canaries';
import { hunt, type Leak, type Written } from '../leaks/hunt';
import { writtenBy } from '../leaks/surroundings';
import { Enforcement } from '../permissions/enforcement';
import { DeployedWorld, synthesized } from '../support/deployed-world';

/** The key that is attacked, and one beside it that has nothing to do with it. */
export const VICTIM = 'victim';
export const OTHER = 'other';

const CONFIG = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [VICTIM, OTHER].map((id) => ({
    id,
    user: `ci-${id}`,
    deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
  })),
  notify: ['security@example.com'],
};

/** What an attacked world may differ in. */
export interface AttackedOptions {
  readonly audit?: ConfigInput['audit'];
  readonly account?: WorldOptions['account'];
}

/**
 * The synthesized stack with its policies in force and its built bundles, in which somebody may do what a test says.
 * Everything that is written anywhere is kept.
 */
export class Attacked {
  /** What a host that is not the one it should be answers. */
  host: ((request: BitbucketRequest) => BitbucketFault | undefined) | undefined;
  /** What somebody answers in AWS's place, or AWS in somebody's words. */
  aws: ((call: AwsCall) => AwsFault | undefined) | undefined;
  readonly #canaries: Canaries;
  readonly #events: readonly AccountEvent[];
  readonly #answers: string[] = [];

  /** Two keys that were rotated and delivered. */
  static async open({ audit, account: behaviour }: AttackedOptions = {}): Promise<Attacked> {
    const canaries = new Canaries();
    const events: AccountEvent[] = [];
    const enforcement = new Enforcement();
    let attacked: Attacked | undefined;
    const deployed = await DeployedWorld.open(synthesized({ ...CONFIG, audit }), {
      before: ({ account, hosts: { bitbucket } }) => {
        account.onEvent((event) => events.push(event));
        const token = bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline:variable', 'repository'] });
        canaries.add('the token', token);
        const SecretString = JSON.stringify({ accessToken: token });
        account.secretsManager.putSecretValue({ SecretId: 'keyturn/connections/acme', SecretString });
        noteSessions(account, canaries);
      },
      onDeploy: (deployment, world) => enforcement.enforce(deployment, world),
      world: {
        ...(behaviour === undefined ? {} : { account: behaviour }),
        accountServer: {
          authorize: enforcement.authorize,
          fault: (call) => (call.principal.kind === 'role' ? attacked?.aws?.(call) : undefined),
          onCall: (_call, outcome) => canaries.saw(outcome),
        },
        hosts: { bitbucket: { server: { fault: (request) => attacked?.host?.(request) } } },
      },
    });
    attacked = new Attacked(deployed, enforcement, canaries, events);
    await deployed.until(0, 12);
    return attacked;
  }

  private constructor(
    readonly deployed: DeployedWorld,
    readonly enforcement: Enforcement,
    canaries: Canaries,
    events: readonly AccountEvent[],
  ) {
    this.#canaries = canaries;
    this.#events = events;
  }

  get token(): string {
    return this.#canaries.secrets.get('the token') ?? '';
  }

  /** The newest secret access key of the attacked user, which the host was sent. */
  get secretAccessKey(): string {
    return this.deployed.keys(`ci-${VICTIM}`).at(-1)?.secretAccessKey ?? '';
  }

  /** The secrets of the functions' own sessions. */
  get sessions(): readonly string[] {
    return [...this.#canaries.secrets].filter(([label]) => label.startsWith('session')).map(([, secret]) => secret);
  }

  /** Takes every mark of a delivery away, as one who may move labels could: the next sync delivers again. */
  undelivered(): void {
    for (const id of [VICTIM, OTHER]) this.deployed.forgetDeliveries(id);
  }

  /** Runs sync for everything. @returns what the record has of the run, and what it answers */
  async sync() {
    const from = this.#recorded().length;
    const { payload } = await this.deployed.run('sync');
    this.#answers.push(payload);
    return { audits: this.#recorded().slice(from), answer: JSON.parse(payload) as Record<string, unknown> };
  }

  #recorded(): readonly AuditEvent[] {
    const { events } = this.deployed.world.account.logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP });
    return events.flatMap(({ message }) => {
      const read = readAuditLine(message);
      return 'event' in read ? [read.event] : [];
    });
  }

  written(): readonly Written[] {
    return writtenBy(this.deployed, this.#events, this.#answers);
  }

  /** Every secret, in every form, wherever it stands and must not. */
  leaks(): readonly Leak[] {
    return hunt(this.written(), this.#canaries.secrets);
  }

  close(): Promise<void> {
    return this.deployed.close();
  }
}

function noteSessions(account: Account, canaries: Canaries): void {
  const open = account.roleSession.bind(account);
  account.roleSession = (roleArn, name) => {
    const session = open(roleArn, name);
    canaries.add(`session ${canaries.secrets.size}`, session.secretAccessKey);
    return session;
  };
}

/** Characters that turn a line, end it, or are not seen. */
export const UNCLEAN = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Every text in a JSON value, names too. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
}
