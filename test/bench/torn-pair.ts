import type { Time } from '../../functions/account/ports';
import { deliverToSchema, targetOf } from '../../functions/core/hosts/target';
import { Credential, Redacted } from '../../functions/core/key/credential';
import { openTargets } from '../../functions/hosts/register';
import { Clock } from '../../local/clock';
import { Bitbucket } from '../../local/hosts/bitbucket/bitbucket';
import { startBitbucketServer } from '../../local/hosts/bitbucket/server';
import { seededRandom } from '../../local/random';
import { atMost, round, type Target } from './targets';

/** ms: a host in the same region, one on another continent, one on a bad day. */
const LATENCIES = [20, 100, 400] as const;
/** Each request takes between 75 % and 125 % of the host's latency. */
const JITTER = 0.25;
const DELIVERIES = 60;
const AT_A_TIME = 20;
const [ID, SECRET] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

/** For how long a reader at the host would have seen one old and one new half, in ms over all deliveries. */
interface TornFor {
  readonly median: number;
  readonly worst: number;
}

export interface MeasuredTear {
  /** ms. */
  readonly latency: number;
  readonly deliveries: number;
  readonly keyturn: TornFor;
  /** Look up, write, look up, write, as the usual scripts do. */
  readonly sequential: TornFor;
  /** Medians: how many times longer the sequential way is torn. */
  readonly ratio: number;
}

/** Both ways at the same Bitbucket at the same time: each host latency is one run. */
export async function measureTears(): Promise<readonly MeasuredTear[]> {
  const tears: MeasuredTear[] = [];
  for (const latency of LATENCIES) tears.push(await measureTear(latency));
  return tears;
}

export function tearTargets(tears: readonly MeasuredTear[]): readonly Target[] {
  return tears.map(({ latency, keyturn }) => {
    return atMost(`torn pair at ${latency} ms: no longer than one round trip, median`, keyturn.median, latency, ' ms');
  });
}

async function measureTear(latency: number): Promise<MeasuredTear> {
  const clock = new Clock(Date.now());
  clock.run();
  const bitbucket = new Bitbucket({ clock, rateLimit: 100_000 });
  const random = seededRandom(`tear/${latency}`);
  const server = await startBitbucketServer({
    bitbucket,
    realLatency: () => latency * (1 - JITTER + 2 * JITTER * random()),
  });
  const written = new Map<string, number[]>();
  bitbucket.addWorkspace('acme');
  const token = bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline', 'pipeline:variable'] });
  const repositories = Array.from({ length: 2 * DELIVERIES }, (_none, index) => `shop-${index}`);
  const places = new Map(repositories.map((repository) => [repository, oldPair(bitbucket, repository)]));
  bitbucket.onWrite(({ scope }) => {
    const repository = scope.split('/')[1] ?? '';
    written.set(repository, [...(written.get(repository) ?? []), performance.now()]);
  });
  const time: Time = { now: () => new Date(), sleep: (ms) => new Promise((done) => setTimeout(done, ms)) };
  const targets = openTargets({
    connectionSecrets: { read: async () => new Redacted(JSON.stringify({ accessToken: token })) },
    time,
    random: Math.random,
  });
  const connection = { host: 'bitbucket', url: server.url, secret: 'keyturn/connections/acme' } as const;
  const deliver = async (repository: string, index: number) => {
    if (index % 2 === 1) return sequentially(`${server.url}${places.get(repository) ?? ''}`, token);
    const target = await targets.open(
      targetOf(
        deliverToSchema.parse({ connection: 'acme', repository: `acme/${repository}`, environment: 'Production' }),
      ),
      connection,
    );
    await target.deliver(NEW, { managedKey: repository, secretArn: 'unused', versionId: 'unused' }, EARLIER);
  };
  try {
    const queue = repositories.entries();
    await Promise.all(
      Array.from({ length: AT_A_TIME }, async () => {
        for (const [index, repository] of queue) await deliver(repository, index);
      }),
    );
  } finally {
    await server.close();
  }
  const of = (parity: number) =>
    tornFor(repositories.filter((_name, index) => index % 2 === parity).map((name) => written.get(name) ?? []));
  const [keyturn, sequential] = [of(0), of(1)];
  return { latency, deliveries: DELIVERIES, keyturn, sequential, ratio: round(sequential.median / keyturn.median) };
}

/** What is there can be put back, as in each rotation: both halves leave together. */
const EARLIER = { canPutBack: () => true, beforeWriting: async () => undefined, read: async () => undefined };

const NEW = new Credential({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: new Redacted('new'),
  userName: 'ci-shop',
  createdAt: new Date(),
});

/** @returns the path of the environment's variables */
function oldPair(bitbucket: Bitbucket, repository: string): string {
  bitbucket.addRepository('acme', repository);
  const { uuid } = bitbucket.addEnvironment('acme', repository, 'Production');
  const place = { level: 'deployment', workspace: 'acme', repository, environment: uuid } as const;
  for (const [key, secured] of [
    [ID, false],
    [SECRET, true],
  ] as const) {
    bitbucket.createVariable(place, { key, value: 'old', secured });
  }
  return `/repositories/acme/${repository}/deployments_config/environments/${encodeURIComponent(uuid)}/variables`;
}

async function sequentially(url: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  for (const [key, value, secured] of [
    [ID, NEW.accessKeyId, false],
    [SECRET, NEW.secretAccessKey.reveal(), true],
  ] as const) {
    const listed = (await (await fetch(`${url}?pagelen=100`, { headers })).json()) as {
      readonly values: readonly { readonly uuid: string; readonly key: string }[];
    };
    const uuid = listed.values.find((variable) => variable.key === key)?.uuid ?? '';
    const body = JSON.stringify({ key, value, secured });
    const answer = await fetch(`${url}/${encodeURIComponent(uuid)}`, { method: 'PUT', headers, body });
    if (!answer.ok) throw new Error(`The sequential way got ${answer.status}`);
    await answer.arrayBuffer();
  }
}

function tornFor(writes: readonly (readonly number[])[]): TornFor {
  const sorted = writes.map((pair) => {
    if (pair.length !== 2) throw new Error(`A delivery made ${pair.length} writes in place of 2`);
    return Math.max(...pair) - Math.min(...pair);
  });
  sorted.sort((a, b) => a - b);
  return { median: round(sorted[Math.floor(sorted.length / 2)] ?? 0), worst: round(sorted.at(-1) ?? 0) };
}
