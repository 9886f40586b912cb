import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Random } from '../../local/random';
import type { World } from '../../local/world';
import type { Leaving } from './leaving';
import { stsClient } from './sts-client';
import type { TrustedSteps } from './trusted-steps';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How often the issuer gets a new key, and how long after it the ones before it are taken back. Nobody says how often. */
const KEY_LIVES = 30 * DAY;
const KEYS_OVERLAP = 2 * HOUR;

/** Bitbucket's audience names it; a role that asks for another audience does not. */
const USUAL_AUDIENCE = /^ari:cloud:bitbucket::workspace\/(.+)$/;
const NOBODYS = '{00000000-0000-4000-8000-000000000000}';
/** Documentation's (RFC 5737), and in no list. */
const ELSEWHERE = '198.51.100.7';

/** What a step shows. */
type Shown = Omit<TrustedSteps, 'role'>;

/** Steps that differ in one thing from those that a role trusts, in turns; undefined where that thing is not asked for. */
const STRANGERS: readonly ((step: Shown) => Shown | undefined)[] = [
  (step) => ({ ...step, repository: NOBODYS }),
  (step) => (step.environment === undefined ? undefined : { ...step, environment: NOBODYS }),
  (step) => (step.environment === undefined ? undefined : { ...step, environment: undefined }),
  (step) => ({ ...step, audience: `${step.audience}-of-others` }),
  (step) => (step.address === undefined ? undefined : { ...step, address: ELSEWHERE }),
];

interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A step that was answered otherwise than it should have been. */
export interface Amiss {
  readonly at: number;
  /** The role, or the rule. */
  readonly of: string;
  readonly error: string;
}

/**
 * Steps of Bitbucket Pipelines that take the stack's roles: once a day each that a role trusts, which uses its session
 * for most of an hour, and one that it does not. The issuer's keys roll over meanwhile.
 */
export class RoleSteps {
  /** Roles whose policies say which steps they trust. */
  found = 0;
  /** Sessions that were taken and used to their end. */
  sessions = 0;
  /** Steps of others, which got nothing. */
  strangers = 0;
  readonly failures: Amiss[] = [];
  readonly letIn: Amiss[] = [];
  /** Times that the issuer got a new key. */
  keys = 0;

  /** @param roles that the stack has for steps. @param leaving whose pipelines do not take a role yet */
  constructor(
    private readonly world: World,
    private readonly random: Random,
    readonly roles: number,
    private readonly leaving: Pick<Leaving, 'holdsBack'>,
  ) {}

  /** @param all that roles of the account trust */
  start(all: readonly TrustedSteps[]): void {
    const { scheduler, clock, hosts } = this.world;
    for (const { role, ...step } of all) {
      if (!hosts.bitbucket.hasWorkspace(step.workspace)) hosts.bitbucket.addWorkspace(step.workspace);
      scheduler.every(daily(this.random), `step that takes ${role.name}`, this.#steps({ role, ...step }));
    }
    this.found = new Set(all.map(({ role }) => role.arn)).size;
    if (this.found === 0) return;
    scheduler.every(
      (after) => after + KEY_LIVES,
      'new key of the issuer',
      async () => {
        this.keys += 1;
        hosts.bitbucket.oidc.rollOver();
        scheduler.at(clock.now() + KEYS_OVERLAP, 'old keys of the issuer', async () =>
          hosts.bitbucket.oidc.withdrawFormer(),
        );
      },
    );
  }

  /** Each role meets all kinds of strangers, in turns. */
  #steps(trusted: TrustedSteps): () => Promise<void> {
    let turn = 0;
    return () => this.#run(trusted, turn++);
  }

  async #run({ role, ...step }: TrustedSteps, turn: number): Promise<void> {
    const { scheduler, clock } = this.world;
    const stranger = STRANGERS[turn % STRANGERS.length]?.(step);
    if (stranger !== undefined) {
      this.strangers += 1;
      const taken = await this.#take(role.arn, stranger);
      if ('credentials' in taken) this.letIn.push(this.#amiss(role.name, 'a session'));
    }
    if (this.leaving.holdsBack(role.arn)) return;
    const taken = await this.#take(role.arn, step);
    if ('error' in taken) {
      this.failures.push(this.#amiss(role.name, taken.error));
      return;
    }
    scheduler.at(clock.now() + 50 * MINUTE, `end of the step that took ${role.name}`, async () => {
      const error = await this.#use(taken.credentials, role.name);
      if (error === undefined) this.sessions += 1;
      else this.failures.push(this.#amiss(role.name, error));
    });
  }

  #amiss(role: string, error: string): Amiss {
    return { at: this.world.clock.now(), of: role, error };
  }

  async #take(
    RoleArn: string,
    { workspace, audience, repository, environment, address }: Shown,
  ): Promise<{ readonly credentials: Session } | { readonly error: string }> {
    const [, workspaceUuid = NOBODYS.slice(1, -1)] = USUAL_AUDIENCE.exec(audience) ?? [];
    const WebIdentityToken = this.world.hosts.bitbucket.oidc.token({
      workspace,
      workspaceUuid: `{${workspaceUuid}}`,
      repositoryUuid: repository,
      environmentUuid: environment,
      audiences: [audience],
    });
    const client = stsClient(this.world, { address });
    try {
      const asked = { RoleArn, RoleSessionName: 'build-1', WebIdentityToken };
      const { Credentials } = await client.send(new AssumeRoleWithWebIdentityCommand(asked));
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
      const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
      return { credentials };
    } catch (thrown) {
      return { error: nameOf(thrown) };
    } finally {
      client.destroy();
    }
  }

  /** @returns why the session was of no use */
  async #use(credentials: Session, role: string): Promise<string | undefined> {
    const client = stsClient(this.world, { credentials });
    try {
      const { Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
      return Arn.includes(`:assumed-role/${role}/`) ? undefined : `it is ${Arn}`;
    } catch (thrown) {
      return nameOf(thrown);
    } finally {
      client.destroy();
    }
  }
}

/** At once, and then a day after the other and up to an hour. */
export function daily(random: Random): (after: number) => number {
  let isFirst = true;
  return (after) => {
    const wait = isFirst ? 0 : DAY;
    isFirst = false;
    return after + wait + Math.floor(random() * HOUR);
  };
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : 'unknown';
}
