import { compare, type Example } from './compared';
import { configOf } from './estate';

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

compare('what people ask for', [requests, pauses]);
