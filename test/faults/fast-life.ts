import { openPlaces } from '../../cli/rehearsal/hosts/register';
import { Watch } from '../../cli/rehearsal/witness/watch';
import type { ConfigInput } from '../../functions/core/config/config';
import type { FunctionName } from '../../functions/core/names';
import type { AwsCall, AwsFault } from '../../local/account/wire/server';
import type { BitbucketFault, BitbucketRequest } from '../../local/hosts/bitbucket/server';
import type { World } from '../../local/world';
import type { WorldOptions } from '../../local/world-options';
import { DeployedWorld, synthesized } from '../support/deployed-world';

const USER = 'ci-shop';

/** Rotated every three days, deactivated a day later, deleted another day later: a whole life in five days. */
const CONFIG: ConfigInput = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  policy: { rotateAfter: 3, deactivateAfter: 4, deleteAfter: 5, idleFor: 0, holdLimit: 0 },
  keys: [
    {
      id: 'shop',
      user: USER,
      deliverTo: [
        { connection: 'acme', repository: 'acme/shop', environment: 'Production', variables: { bundle: 'AWS_KEY' } },
      ],
    },
  ],
  notify: ['security@example.com'],
};

/** The longest that anything may take to be as it should be again, in days. */
const CONVERGES_IN = 3;

/** A deployed key that lives fast, with faults that a test arms, and with pipelines that log in all the time. */
export class FastLife {
  /** Asked for every call of a function, as it arrives. */
  aws: ((call: AwsCall) => AwsFault | undefined) | undefined;
  /** Told of every call of a function, once it has had its effect. */
  afterAws: ((call: AwsCall) => void) | undefined;
  bitbucket: ((request: BitbucketRequest) => BitbucketFault | undefined) | undefined;
  afterBitbucket: ((request: BitbucketRequest) => void) | undefined;
  /** Milliseconds for which the pair was torn, by delivery. */
  readonly torn: number[] = [];

  static async start(world: Partial<WorldOptions> = {}): Promise<FastLife> {
    const life = new FastLife();
    const isFunction = (call: AwsCall) => call.principal.kind === 'role';
    const deployed = await DeployedWorld.open(synthesized(CONFIG), {
      before: (before) => life.#watchOver(before),
      world: {
        ...world,
        accountServer: {
          fault: (call) => (isFunction(call) ? life.aws?.(call) : undefined),
          onCall: (call, outcome) => {
            life.#watch?.saw(call, outcome);
            if (isFunction(call)) life.afterAws?.(call);
          },
          ...world.accountServer,
        },
        hosts: {
          bitbucket: {
            server: {
              fault: (request) => life.bitbucket?.(request),
              onRequest: (request) => life.afterBitbucket?.(request),
              ...world.hosts?.bitbucket?.server,
            },
          },
        },
      },
    });
    life.#worlds.push(deployed);
    for (const entry of deployed.entries) life.#watch?.manage(entry);
    await deployed.until(2);
    return life;
  }

  readonly #worlds: DeployedWorld[] = [];
  #watch: Watch | undefined;

  /** What must never happen, and did. */
  get broken(): readonly string[] {
    this.#watch?.look();
    return (this.#watch?.verdicts.violations ?? []).map(({ promise, message }) => `${promise} ${message}`);
  }

  get deployed(): DeployedWorld {
    const [deployed] = this.#worlds;
    if (deployed === undefined) throw new Error('The world is not there yet');
    return deployed;
  }

  /** The managed user. */
  readonly user = USER;

  /** How often a function's process was ended in the middle of a run. */
  get kills(): number {
    return this.deployed.world.logs.filter(({ line }) => line.includes('signal: killed')).length;
  }

  /** Ends a function's process; Lambda starts another one for the next event. */
  kill(name: FunctionName): void {
    const { deployed } = this;
    void deployed.world.functions.kill(deployed.functionName(name));
  }

  /** Lives on, a day at a time, until something has come true. @throws Error when it does not within a turn of the key */
  async until(isTrue: () => boolean, days = 5): Promise<void> {
    for (let day = 0; day < days; day += 1) {
      if (isTrue()) return;
      await this.deployed.until(Math.floor(this.deployed.day) + 1);
    }
    if (!isTrue()) throw new Error(`It did not come true within ${days} days`);
  }

  /** Lives until a noon at which there is room for a key: no schedule is near. */
  async noon(): Promise<void> {
    const { deployed } = this;
    do {
      await deployed.until(Math.floor(deployed.day + 0.5), 12);
    } while (deployed.keys(USER).length > 1);
  }

  /**
   * Takes the faults away and lives on until a key that was made after this is everywhere and everything is tidy.
   * @returns what is not, after so many days as it may take at most
   */
  async recover(): Promise<readonly string[]> {
    this.aws = undefined;
    this.afterAws = undefined;
    this.bitbucket = undefined;
    this.afterBitbucket = undefined;
    const { deployed } = this;
    const rotated = () => deployed.audits.filter(({ event }) => event === 'version-delivered').length;
    const before = rotated();
    const end = deployed.day + CONVERGES_IN + 1;
    do {
      await deployed.until(Math.floor(deployed.day) + 1);
    } while (deployed.day < end && (rotated() === before || deployed.unsettled().length > 0));
    const keys = deployed.keys(USER).length;
    return [
      ...deployed.unsettled(),
      ...(rotated() === before ? ['no new key was delivered'] : []),
      ...(keys > 2 ? [`${keys} keys`] : []),
      ...this.broken,
      ...deployed.pipelines.failures.map(
        ({ at, error }) => `a login failed at ${new Date(at).toISOString()}: ${error}`,
      ),
    ];
  }

  async close(): Promise<void> {
    await this.deployed.close();
  }

  #watchOver(world: World): void {
    this.#watch = new Watch(world.account, openPlaces(world));
    this.#measureTears(world.hosts.bitbucket);
  }

  #measureTears(bitbucket: DeployedWorld['world']['hosts']['bitbucket']): void {
    let first: number | undefined;
    bitbucket.onWrite(({ key, at }) => {
      if (!/^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/.test(key)) return;
      const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = bitbucket.pipelineVariables(
        'acme',
        'shop',
        'Production',
      );
      const [deployed] = this.#worlds;
      const isPair = deployed?.keys(USER).some((known) => known.id === id && known.secretAccessKey === secret);
      if (isPair === false) first ??= at;
      else if (first !== undefined) {
        this.torn.push(at - first);
        first = undefined;
      }
    });
  }
}
