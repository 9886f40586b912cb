import type { BitbucketFault, BitbucketRequest } from '../../../local/hosts/bitbucket/server';
import { credentialOf, isWrite, production, startWorld, targetOf } from '../bitbucket/bitbucket-world';
import type { HostFixture, Place } from './fixture';

type Options = NonNullable<Parameters<typeof startWorld>[0]>;

/** A deployment environment that holds the first credential. */
async function environment(options?: Options, name = 'Production') {
  const world = await startWorld(options);
  if (name !== 'Production') world.bitbucket.addEnvironment('acme', 'web-shop', name);
  const target = targetOf({ ...production, environment: name });
  const place: Place = {
    sleeps: world.time.sleeps,
    deliver: (number) => world.deliver(target, credentialOf(number)),
    held() {
      const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = world.pipeline(name);
      return { accessKeyId, secretAccessKey };
    },
  };
  return { world, place };
}

/** The same with the first credential, where requests that fit are answered otherwise. */
const failing =
  (fault: BitbucketFault, fits: (request: BitbucketRequest) => boolean = () => true, times?: number) =>
  async () => {
    const { world, place } = await environment();
    await place.deliver(1);
    world.fail(fits, fault, times);
    return place;
  };

const status = (code: number, headers?: Record<string, string>, body?: string): BitbucketFault => ({
  kind: 'status',
  status: code,
  headers,
  body,
});

async function slow(): Promise<Place> {
  let isSlow = false;
  const { place } = await environment({ server: { realLatency: () => (isSlow ? 1_000 : 0) }, timeout: 500 });
  await place.deliver(1);
  isSlow = true;
  return place;
}

async function held(): Promise<Place> {
  const { place } = await environment();
  await place.deliver(1);
  return place;
}

export const bitbucketFixture: HostFixture = {
  host: 'bitbucket',
  cases: {
    create: async () => (await environment()).place,
    update: held,
    repeat: held,
    'lost answer': failing({ kind: 'drop-after' }, isWrite, 2),
    'rate limit with a time to come back': failing(status(429, { 'retry-after': '5' }), () => true, 1),
    'late answer': {
      why: 'An answer that comes too late is a lost one to this client, which looks at what is there before it repeats.',
    },
    'odd encodings': async () => {
      const { place } = await environment({}, 'Größe 100 % & mehr + "?#');
      await place.deliver(1);
      return place;
    },
    // The other half is written; this one is tried once, and six times more before that one is put back.
    'refused half': failing(status(403), ({ key }) => key === 'AWS_SECRET_ACCESS_KEY', 7),
    'credentials refused': failing(status(401)),
    'right missing': failing(status(403), isWrite),
    'place missing': failing(status(404), ({ method }) => method === 'GET'),
    'rate limit without a time to come back': failing(status(429)),
    'rate limit for longer than anybody waits': failing(status(429, { 'retry-after': '3600' })),
    "host's error": failing(status(503)),
    timeout: slow,
    redirect: failing(status(307, { location: 'http://127.0.0.1:1/elsewhere' })),
    'wrong content type': failing({ kind: 'garbage' }),
    'huge answer': failing(status(200, { 'content-type': 'application/json' }, `"${'x'.repeat(6_000_000)}"`)),
  },
};
