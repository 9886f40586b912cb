import { setTimeout } from 'node:timers/promises';
import type { EarlierCredentials, Time } from '../../functions/account/ports';
import { HOUR, MINUTE, SECOND } from '../../functions/core/duration';
import { KeyturnError } from '../../functions/core/errors';
import { deliverToSchema, targetOf } from '../../functions/core/hosts/target';
import { Credential, Redacted } from '../../functions/core/key/credential';
import { openTargets } from '../../functions/hosts/register';
import { Clock } from '../../local/clock';
import { Bitbucket } from '../../local/hosts/bitbucket/bitbucket';
import { type BitbucketFault, type BitbucketServer, startBitbucketServer } from '../../local/hosts/bitbucket/server';
import { atMost, type Target } from './targets';

const [ID, SECRET] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const LATENCY = 100;
const START = Date.parse('2026-11-20T03:00:00Z');
/** What was put back is delivered again a minute later in the same run; Lambda repeats a run after one and two minutes. */
const NEXT_TRY = [MINUTE, 2 * MINUTE, HOUR];
const GOAL = 5 * MINUTE;

/** What stands in the way of the secret's half, while the ID's is written; undefined where nothing does. */
type Obstacle = (now: number, isTorn: boolean) => BitbucketFault | 'death' | undefined;

const status = (code: number): BitbucketFault => ({ kind: 'status', status: code });
const outage =
  (milliseconds: number): Obstacle =>
  (now) =>
    now < START + milliseconds ? status(503) : undefined;

const CAUSES: Readonly<Record<string, Obstacle>> = {
  'refused for good (400)': () => status(400),
  'refused for good (403)': () => status(403),
  // The process dies when it tries this half again.
  'death between the writes': (now, isTorn) =>
    isTorn && now < START + MINUTE / 2 ? 'death' : outage(SECOND)(now, isTorn),
  'outage between the writes, 30 s': outage(MINUTE / 2),
  'outage between the writes, 2 min': outage(2 * MINUTE),
};

export interface TornTime {
  readonly cause: string;
  /** Milliseconds from the first half to a whole pair, of simulated time. */
  readonly milliseconds: number;
}

/** How long a pair is torn, by what came between its two writes. */
export async function measureTornTimes(): Promise<readonly TornTime[]> {
  const times: TornTime[] = [];
  for (const [cause, obstacle] of Object.entries(CAUSES)) times.push({ cause, milliseconds: await tornFor(obstacle) });
  return times;
}

export function tornTimeTargets(times: readonly TornTime[]): readonly Target[] {
  return times.map(({ cause, milliseconds }) =>
    atMost(`torn pair is whole again, ${cause}`, milliseconds / SECOND, GOAL / SECOND, ' s'),
  );
}

async function tornFor(obstacle: Obstacle): Promise<number> {
  const place = await new Place().start(obstacle);
  try {
    await place.deliver(1);
    place.isObstructed = true;
    for (const wait of NEXT_TRY) {
      const isDone = await Promise.race([place.deliver(2), place.died()]);
      if (isDone || !place.isTorn()) break;
      place.isDead = false;
      place.clock.advanceBy(wait);
    }
    return place.isTorn() ? Number.POSITIVE_INFINITY : place.longestTorn;
  } finally {
    await place.close();
  }
}

/** One repository at a Bitbucket on a clock that stands still, and the client that delivers to it. */
class Place {
  readonly clock = new Clock(START);
  isObstructed = false;
  isDead = false;
  longestTorn = 0;
  readonly #bitbucket = new Bitbucket({ clock: this.clock });
  #server: BitbucketServer | undefined;
  #tornSince: number | undefined;

  async start(obstacle: Obstacle): Promise<this> {
    this.#bitbucket.addWorkspace('acme');
    this.#bitbucket.addRepository('acme', 'shop');
    this.#bitbucket.onWrite(({ at }) => this.#look(at));
    this.#server = await startBitbucketServer({
      bitbucket: this.#bitbucket,
      latency: () => LATENCY,
      fault: ({ method, key }) => {
        const isMet = this.isObstructed && method === 'PUT' && key === SECRET;
        const met = isMet ? obstacle(this.clock.now(), this.isTorn()) : undefined;
        if (met === 'death') this.isDead = true;
        return met === 'death' || this.isDead ? { kind: 'drop-before' } : met;
      },
    });
    return this;
  }

  isTorn(): boolean {
    const { [ID]: id = '', [SECRET]: secret = '' } = this.#bitbucket.pipelineVariables('acme', 'shop');
    return id.slice(-1) !== secret.slice(-1);
  }

  #look(at: number): void {
    if (this.isTorn()) this.#tornSince ??= at;
    else if (this.#tornSince !== undefined) {
      this.longestTorn = Math.max(this.longestTorn, at - this.#tornSince);
      this.#tornSince = undefined;
    }
  }

  /** @returns whether it succeeded */
  async deliver(number: number): Promise<boolean> {
    const token = this.#bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline', 'pipeline:variable'] });
    const time: Time = {
      now: () => new Date(this.clock.now()),
      // Of a process that died nothing goes on.
      sleep: async (milliseconds) => {
        if (this.isDead) await new Promise(() => undefined);
        this.clock.advanceBy(milliseconds);
      },
    };
    const connectionSecrets = { read: async () => new Redacted(JSON.stringify({ accessToken: token })) };
    const targets = openTargets({ connectionSecrets, time, random: () => 0.5 });
    const url = this.#server?.url ?? '';
    const connection = { host: 'bitbucket', url, secret: 'keyturn/connections/acme' } as const;
    const config = targetOf(deliverToSchema.parse({ connection: 'acme', repository: 'acme/shop' }));
    const target = await targets.open(config, connection);
    try {
      await target.deliver(credentialOf(number), STORED, EARLIER);
      return true;
    } catch (thrown) {
      if (thrown instanceof KeyturnError) return false;
      throw thrown;
    }
  }

  /** Resolves when the process that delivers has died. */
  async died(): Promise<false> {
    while (!this.isDead) await setTimeout(5);
    return false;
  }

  async close(): Promise<void> {
    // Whoever still waits for a death gets it.
    this.isDead = true;
    await this.#server?.close();
  }
}

const STORED = { managedKey: 'shop', secretArn: 'unused', versionId: 'unused' };
const EARLIER: EarlierCredentials = {
  canPutBack: () => true,
  beforeWriting: async () => undefined,
  read: async () => credentialOf(1),
};

function credentialOf(number: number): Credential {
  return new Credential({
    accessKeyId: `AKIAIOSFODNN7EXAMPL${number}`,
    secretAccessKey: new Redacted(`secret-${number}`),
    userName: 'ci-shop',
    createdAt: new Date(START),
  });
}
