import { invocationsIn, LONGEST_TIMEOUT, namesVersionOfCli, readTimeout, unfoundByCdk } from '../docs/commands';
import { compare, compareSeen, type Example } from './compared';
import { configOf, TOKEN } from './estate';

/** What people hand to rotate when a key has leaked, on a day on which nothing is due. */
const REQUESTS: readonly unknown[] = [
  { keys: 'web-shop' },
  { keys: ['Web-Shop'] },
  { key: ['web-shop'] },
  { keys: ['web-shop'], force: true },
  { keys: ['web-shop'], by: 4711 },
  { keys: ['web-shop'], why: 'x'.repeat(201) },
  // Two more of the kind.
  '{"keys":["web-shop"]}',
  { source: 'aws.health', 'detail-type': 'AWS Health Event' },
];

const requests: Example = {
  name: 'eight requests that are none',
  earlier: 'all are taken for the daily run',
  now: 'all are refused with the reason',
  story: async (estate) => {
    await estate.settle();
    await estate.toDay(5);
    const answers: string[] = [];
    for (const request of REQUESTS) answers.push(await estate.run('rotate', request));
    if (answers.every((answer) => /"examined":1,"rotated":0/.test(answer))) return 'all are taken for the daily run';
    return answers.every((answer) => /"errorMessage":"[^"]*no valid request: /.test(answer))
      ? 'all are refused with the reason'
      : answers.join('\n');
  },
};

/** Pauses by the names of the keys that have them; day 90 is 1 April 2026, and it is noon. */
const PAUSES: Readonly<Record<string, string>> = {
  a: '2026-04-01 18:00:00Z ops freeze',
  b: '2026-02-31 ops freeze',
  // Two more of the kind.
  c: '2026-04-01 18:00:00 +0200 ops freeze',
  d: '2026-04-01 6pm ops freeze',
};

const pauses: Example = {
  name: 'four pauses that are not read as they are meant, on keys that are due',
  earlier: '4 keys are rotated',
  now: '0 keys are rotated',
  estate: { names: Object.keys(PAUSES) },
  config: configOf(Object.keys(PAUSES)),
  story: async (estate) => {
    await estate.settle();
    for (const [name, Value] of Object.entries(PAUSES)) {
      const SecretId = `keyturn/${name}`;
      const Tags = [{ Key: 'keyturn:paused', Value }];
      estate.world.account.invoke(estate.admin, 'secretsmanager', 'TagResource', { SecretId, Tags });
    }
    await estate.toDay(90);
    await estate.pass(9 * 3_600_000);
    const { rotated } = JSON.parse(await estate.run('rotate')) as { readonly rotated?: number };
    return `${rotated} keys are rotated`;
  },
};

/** Ways in which people write that a token ends on 20 January 2026, in the afternoon (UTC). */
const ENDS = ['2026-01-20 18:00:00Z', '2026-01-20 18:00 +0200', '20260120T150000Z'];

const expiry: Example = {
  name: 'the end of a token, spelled in three ways that people have',
  earlier: '0 of 3 are understood',
  now: '3 of 3 are understood',
  story: async (estate) => {
    let understood = 0;
    for (const [at, Value] of ENDS.entries()) {
      await estate.toDay(10 + at);
      const Tags = [{ Key: 'keyturn:expires', Value }];
      estate.world.account.invoke(estate.admin, 'secretsmanager', 'TagResource', { SecretId: TOKEN, Tags });
      const from = estate.world.logs.length;
      await estate.run('sync');
      const lines = estate.world.logs.slice(from).map(({ line }) => line);
      if (lines.some((line) => /"token-expires"/.test(line) && /ends at 2026-01-20T1[0-9]:/.test(line)))
        understood += 1;
    }
    return `${understood} of ${ENDS.length} are understood`;
  },
};

compare('what people ask for', [requests, pauses, expiry]);

compareSeen('what people read', [
  {
    name: 'commands that start a function and stop waiting before it ends',
    earlier: 'some',
    now: 'none',
    see: async ({ source }) =>
      invocationsIn(source).some(({ run }) => readTimeout(run) <= LONGEST_TIMEOUT) ? 'some' : 'none',
  },
  {
    name: 'what cdk.json starts, for a CDK that npx has not started',
    earlier: 'not found',
    now: 'found',
    see: async ({ source }) => (unfoundByCdk(source).length === 0 ? 'found' : 'not found'),
  },
  {
    name: 'the version of the AWS CLI on the first page',
    earlier: 'not named',
    now: 'named',
    see: async ({ source }) => (namesVersionOfCli(source, 'README.md') ? 'named' : 'not named'),
  },
]);
