import type { Paging } from '../../local/hosts/bitbucket/page';
import { compare, type Example } from './compared';
import { configOf, type Estate, keyOf } from './estate';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Other variables come between the two halves, or before both. */
function crowd(estate: Estate, { between = 0, before = 0 }): void {
  const { bitbucket } = estate.world.hosts;
  const place = estate.place('web-shop');
  const held = bitbucket.pipelineVariables('acme', 'web-shop', 'Production');
  for (const { uuid } of estate.variables('web-shop')) bitbucket.removeVariable(place, uuid);
  for (let n = 0; n < before; n += 1) estate.write('web-shop', `FIRST_${n}`, 'x', false);
  estate.write('web-shop', 'AWS_ACCESS_KEY_ID', held.AWS_ACCESS_KEY_ID ?? '', false);
  for (let n = 0; n < between; n += 1) estate.write('web-shop', `OTHER_${n}`, 'x', false);
  estate.write('web-shop', 'AWS_SECRET_ACCESS_KEY', held.AWS_SECRET_ACCESS_KEY ?? '', true);
}

/** The first key is made and delivered, hour by hour for half a day. */
async function deliverFirst(estate: Estate): Promise<string> {
  await estate.runs('rotate', 'sync');
  for (let hour = 0; hour < 3; hour += 1) {
    await estate.pass(60 * MINUTE);
    await estate.runs('sync');
  }
  const login = estate.login('web-shop');
  return login !== 'logs in' || estate.holdsNewest('web-shop') ? login : 'never delivered';
}

const lists: readonly Example[] = [
  {
    name: '101 variables, the ID first and the secret last, and no link to the next page',
    earlier: 'torn',
    now: 'logs in',
    story: (estate) => {
      crowd(estate, { between: 99 });
      return deliverWith(estate, { next: 'omitted' });
    },
  },
  {
    name: 'the same, and no size either',
    earlier: 'torn',
    now: 'logs in',
    story: (estate) => {
      crowd(estate, { between: 99 });
      return deliverWith(estate, { next: 'omitted', without: ['size'] });
    },
  },
  {
    name: 'a page length that is refused',
    earlier: 'never delivered',
    now: 'logs in',
    story: (estate) => deliverWith(estate, { pagelen: 'refused' }),
  },
  {
    name: '12 variables, ten a page whatever is asked, and no link',
    earlier: 'never delivered',
    now: 'logs in',
    story: (estate) => {
      crowd(estate, { before: 10 });
      return deliverWith(estate, { next: 'omitted', pagelen: 'ignored' });
    },
  },
  {
    name: 'the environment is the 101st, and no link',
    earlier: 'never delivered',
    now: 'logs in',
    story: (estate) => {
      const { bitbucket } = estate.world.hosts;
      const held = bitbucket.pipelineVariables('acme', 'web-shop', 'Production');
      bitbucket.removeEnvironment('acme', 'web-shop', 'Production');
      for (let n = 0; n < 100; n += 1) bitbucket.addEnvironment('acme', 'web-shop', `Review ${n}`);
      bitbucket.addEnvironment('acme', 'web-shop', 'Production');
      estate.paste('web-shop', {
        AccessKeyId: held.AWS_ACCESS_KEY_ID ?? '',
        SecretAccessKey: held.AWS_SECRET_ACCESS_KEY ?? '',
      });
      return deliverWith(estate, { next: 'omitted' });
    },
  },
  {
    name: 'an empty link on the only page',
    earlier: 'never delivered, with a hundred requests',
    now: 'logs in, with fewer than 20 requests',
    story: async (estate) => {
      estate.world.hosts.bitbucket.paging = { next: 'empty' };
      await estate.runs('rotate', 'sync');
      const end = estate.holdsNewest('web-shop') ? estate.login('web-shop') : 'never delivered';
      const { length } = estate.requests;
      return `${end}, with ${length >= 100 ? 'a hundred' : length < 20 ? 'fewer than 20' : length} requests`;
    },
  },
  {
    name: 'a link to another host',
    earlier: 'never delivered',
    now: 'logs in',
    story: (estate) => {
      crowd(estate, { between: 99 });
      return deliverWith(estate, { next: { origin: 'https://elsewhere.example.com' } });
    },
  },
];

function deliverWith(estate: Estate, paging: Paging): Promise<string> {
  estate.world.hosts.bitbucket.paging = paging;
  return deliverFirst(estate);
}

/** On a second rotation, after the other half is written, each write of the ID is refused, or each write at all. */
async function refuseSecond(estate: Estate, status: number, refused: 'the ID' | 'everything'): Promise<void> {
  await estate.settle();
  await estate.toDay(90);
  await refuseHalf(estate, status, refused);
  await estate.pass(5 * MINUTE);
}

async function refuseHalf(estate: Estate, status: number, refused: 'the ID' | 'everything'): Promise<void> {
  let secretWritten = false;
  estate.hostFault = ({ method, key }) => {
    if (method === 'GET') return undefined;
    if (key === 'AWS_ACCESS_KEY_ID' || (secretWritten && refused === 'everything')) return { kind: 'status', status };
    if (key === 'AWS_SECRET_ACCESS_KEY') secretWritten = true;
    return undefined;
  };
  await estate.run('rotate');
  estate.runsByItself = true;
  await estate.run('sync');
}

const halves: readonly Example[] = [
  ...[400, 403].map((status) => ({
    name: `the secret is written, and then each write of the ID is answered ${status}`,
    earlier: 'torn',
    now: 'logs in',
    story: async (estate: Estate) => {
      await refuseSecond(estate, status, 'the ID');
      return estate.login('web-shop');
    },
  })),
  {
    name: 'on a first delivery',
    earlier: 'half of a pair stays',
    now: 'nothing stays',
    story: async (estate) => {
      const { bitbucket } = estate.world.hosts;
      for (const { uuid } of estate.variables('web-shop')) bitbucket.removeVariable(estate.place('web-shop'), uuid);
      await refuseHalf(estate, 400, 'the ID');
      await estate.pass(5 * MINUTE);
      return estate.variables('web-shop').length === 0 ? 'nothing stays' : 'half of a pair stays';
    },
  },
  {
    name: 'the first request to write is answered 503, and no other one',
    earlier: 'the halves are written seconds apart',
    now: 'the halves are written at the same moment',
    story: async (estate) => {
      await estate.settle();
      await estate.toDay(90);
      const writes: number[] = [];
      estate.world.hosts.bitbucket.onWrite(({ at }) => writes.push(at));
      let isFirst = true;
      estate.hostFault = ({ method }) => {
        if (method === 'GET' || !isFirst) return undefined;
        isFirst = false;
        return { kind: 'status', status: 503 };
      };
      await estate.runs('rotate', 'sync');
      if (!estate.holdsNewest('web-shop')) return 'never delivered';
      const isApart = Math.max(...writes) - Math.min(...writes) > SECOND / 4;
      return `the halves are written ${isApart ? 'seconds apart' : 'at the same moment'}`;
    },
  },
  {
    name: 'neither half is accepted any more, and people are told',
    earlier: 'that the old key keeps working',
    now: 'which two variables are torn, and what to set',
    story: async (estate) => {
      await refuseSecond(estate, 403, 'everything');
      const mail = estate.mails().find((text) => /torn/.test(text)) ?? '';
      if (/old key keeps working/.test(mail)) return 'that the old key keeps working';
      return /Set AWS_ACCESS_KEY_ID to AKIA\w{16} by hand: .* whose secret AWS_SECRET_ACCESS_KEY holds/.test(mail)
        ? 'which two variables are torn, and what to set'
        : mail;
    },
  },
];

/** A pipeline's logins in the two minutes after a delivery, at an endpoint that has not settled. */
const uneven: Example = {
  name: 'a key that its endpoint knows, and then does not, for 45 seconds',
  earlier: 'logins fail after the delivery',
  now: 'every login is good',
  estate: { world: { account: { newKeySpread: () => ({ first: 0, steady: 45 * SECOND }) } } },
  story: async (estate) => {
    const { bitbucket } = estate.world.hosts;
    const logins = new Set<string>();
    bitbucket.onWrite(() => {
      for (let second = 1; second < 120; second += 1) {
        estate.world.scheduler.at(estate.world.clock.now() + second * SECOND, 'login', async () => {
          logins.add(estate.login('web-shop'));
        });
      }
    });
    await estate.run('rotate');
    await estate.run('sync');
    await estate.pass(3 * MINUTE);
    if (logins.size === 0) return 'no login at all';
    return logins.has('dead') ? 'logins fail after the delivery' : 'every login is good';
  },
};

/** Days 0 to 90 as they are; what is delivered then is undone by people on day 95. */
async function undoneByPeople(estate: Estate, undo: (old: { AccessKeyId: string; SecretAccessKey: string }) => void) {
  await estate.settle();
  const { AWS_ACCESS_KEY_ID: AccessKeyId = '', AWS_SECRET_ACCESS_KEY: SecretAccessKey = '' } =
    estate.world.hosts.bitbucket.pipelineVariables('acme', 'web-shop', 'Production');
  await estate.days(90);
  await estate.toDay(95);
  undo({ AccessKeyId, SecretAccessKey });
  await estate.days(96, 100, 101);
}

const drift: readonly Example[] = [
  {
    name: 'variables restored by hand to the key before',
    earlier: 'dead',
    now: 'logs in',
    story: async (estate) => {
      await undoneByPeople(estate, (old) => estate.paste('web-shop', old));
      return estate.login('web-shop');
    },
  },
  {
    name: 'an environment that is deleted, and made again under its name',
    earlier: 'holds nothing on day 101',
    now: 'logs in',
    story: async (estate) => {
      const { bitbucket } = estate.world.hosts;
      await undoneByPeople(estate, () => {
        bitbucket.removeEnvironment('acme', 'web-shop', 'Production');
        bitbucket.addEnvironment('acme', 'web-shop', 'Production');
      });
      return estate.variables('web-shop').length === 0 ? 'holds nothing on day 101' : estate.login('web-shop');
    },
  },
  {
    name: 'an ID that people have set secured',
    earlier: 'made readable',
    now: 'stays secured',
    story: async (estate) => {
      const [{ value = '' } = {}] = estate.variables('web-shop').filter(({ key }) => key === 'AWS_ACCESS_KEY_ID');
      estate.write('web-shop', 'AWS_ACCESS_KEY_ID', value, true);
      await estate.runs('rotate', 'sync');
      if (!estate.holdsNewest('web-shop')) return 'never delivered';
      const id = estate.variables('web-shop').find(({ key }) => key === 'AWS_ACCESS_KEY_ID');
      return id?.secured === true ? 'stays secured' : 'made readable';
    },
  },
];

const WEB_SHOP = { repository: 'acme/web-shop', environment: 'Production' };
const UUID = '7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10';

/** What is delivered of two keys that have one place. */
async function inTurns(estate: Estate): Promise<string> {
  const { bitbucket } = estate.world.hosts;
  const written = new Set<string>();
  bitbucket.onWrite(() => {
    written.add(bitbucket.pipelineVariables('acme', 'web-shop', 'Production').AWS_ACCESS_KEY_ID ?? '');
  });
  await estate.runs('rotate', 'sync');
  if (['web-shop', 'api'].every((name) => written.has(newestOf(name, estate)))) return 'both are delivered, in turns';
  return written.size === 0 && estate.findings().includes('delivery-failed')
    ? 'neither is delivered, and people are told'
    : `${written.size} are delivered, ${estate.findings()}`;
}

/** Two keys whose places are one place under two names. */
function onePlace(name: string, connection: object, target: object, first: object = {}): Example {
  const { connections } = configOf([]);
  return {
    name: `two keys for one place: ${name}`,
    earlier: 'deployed',
    now: 'refused',
    config: {
      connections: { ...connections, other: { bitbucket: { secret: 'keyturn/connections/acme', ...connection } } },
      keys: [
        keyOf('web-shop', { deliverTo: [{ connection: 'acme', ...WEB_SHOP, ...first }] }),
        keyOf('api', { deliverTo: [{ connection: 'other', ...WEB_SHOP, ...target }] }),
      ],
    },
    story: async () => 'deployed',
  };
}

const spellings: readonly Example[] = [
  onePlace('…/2.0 and …/2.0/', { url: 'https://api.bitbucket.org/2.0/' }, {}),
  onePlace('with :443', { url: 'https://api.bitbucket.org:443/2.0' }, {}),
  onePlace('acme/web-shop.git', {}, { repository: 'acme/web-shop.git' }),
  onePlace('a host that ends in a dot', { url: 'https://api.bitbucket.org./2.0' }, {}),
  onePlace('a UUID with and without braces', {}, { environment: UUID }, { environment: `{${UUID}}` }),
  {
    ...onePlace('an environment by name and by UUID', {}, { environment: `{${UUID}}` }),
    earlier: 'both are delivered, in turns',
    now: 'neither is delivered, and people are told',
    estate: { names: ['web-shop', 'api'] },
    story: (estate) => {
      const { bitbucket } = estate.world.hosts;
      bitbucket.removeEnvironment('acme', 'web-shop', 'Production');
      bitbucket.addEnvironment('acme', 'web-shop', 'Production', 'Production', `{${UUID}}`);
      return inTurns(estate);
    },
  },
  {
    name: 'two keys for one place: a workspace by slug and by UUID',
    earlier: 'both are delivered, in turns',
    now: 'neither is delivered, and people are told',
    estate: { names: ['web-shop', 'api'] },
    story: async (estate, commit) => {
      const api = { connection: 'acme', repository: `${estate.workspace}/web-shop`, environment: 'Production' };
      await estate.update(commit, configOf([], { keys: [keyOf('web-shop'), keyOf('api', { deliverTo: [api] })] }));
      return inTurns(estate);
    },
  },
  {
    name: '../.. as a repository',
    earlier: 'deployed',
    now: 'refused',
    config: {
      ...configOf([]),
      keys: [
        keyOf('web-shop', { deliverTo: [{ connection: 'acme', repository: '../..', environment: 'Production' }] }),
      ],
    },
    story: async () => 'deployed',
  },
];

function newestOf(name: string, estate: Estate): string {
  return estate.keys(`ci-${name}`).at(-1)?.id ?? '';
}

compare('lists without a good link', lists);
compare('one half refused', halves);
compare('a key that is not known everywhere', [uneven]);
compare('what was delivered and is not there any more', drift);
compare('two names of one place', spellings);
