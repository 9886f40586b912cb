import { expect, it } from 'vitest';
import type { AuditEvent } from '../../functions/core/audit';
import { HOUR, MINUTE } from '../../functions/core/duration';
import { KeyturnError } from '../../functions/core/errors';
import { targetSchema, targetSetDigest } from '../../functions/core/hosts/target';
import type { AccessKey } from '../../functions/core/key/access-key';
import { checkTags } from '../../functions/core/key/check-mark';
import { deliveredLabel, type SecretState } from '../../functions/core/key/secret-state';
import { TAG } from '../../functions/core/names';
import { type SyncOptions, sync } from '../../functions/sync/sync';
import type { SyncRequest } from '../../functions/sync/trigger';
import { day, entryOf, keyOf, production, secretOf, staging, tagOf, versionOf } from '../core/web-shop';
import { failing, told } from '../runtime/doers/did';
import { ran, type World } from '../runtime/ran';

const one = (id: string, more: Parameters<typeof entryOf>[0] = {}) => entryOf({ id, user: `ci-${id}`, ...more });
const { connections } = entryOf();
const label = (targets = [production]) => deliveredLabel(targetSetDigest(targets, connections));
const [old, fresh] = [keyOf('old', day(0)), keyOf('fresh', day(90))];

/** The current key is at its targets, and was seen there. */
function there(
  id: string,
  tags: SecretState['tags'] = {},
  key: AccessKey = fresh,
  seen = day(94, 12 * HOUR),
): SecretState {
  const digest = targetSetDigest([production], connections);
  const looked = checkTags({ accessKeyId: key.accessKeyId, digest, revisions: [] }, seen);
  const versions = [versionOf(old, 'AWSPREVIOUS'), versionOf(key, 'AWSCURRENT', label())];
  return { ...secretOf(versions, { ...looked, ...tags }, day(0)), name: `keyturn/${id}` };
}

/** A key that was stored, and that no target has. */
function stored(id: string, tags: SecretState['tags'] = {}, key: AccessKey = fresh): SecretState {
  const versions = [versionOf(old, 'AWSPREVIOUS', label()), versionOf(key, 'AWSCURRENT')];
  return { ...secretOf(versions, tags, day(0)), name: `keyturn/${id}`, changedAt: key.createdAt };
}

const inspection = (more: object = {}) => ({
  compared: ['AWS_ACCESS_KEY_ID'],
  differences: [],
  holds: fresh.accessKeyId,
  places: ['p'],
  revision: undefined,
  ...more,
});
const hosts = {
  'Production.deliver': { wrote: ['both'] },
  'Production.inspect': inspection(),
  'Staging.deliver': { wrote: ['both'] },
  'Staging.inspect': inspection(),
};
const named = (secrets: readonly SecretState[]) => Object.fromEntries(secrets.map((secret) => [secret.name, secret]));

/** What a secret is, each time that it is described. */
function sequence(...states: readonly SecretState[]) {
  let at = 0;
  return { 'secrets.describe': () => states[Math.min(at++, states.length - 1)] };
}

function synced(
  secrets: readonly SecretState[],
  {
    request = { trigger: 'hourly' },
    options = {},
    answers = {},
    ...world
  }: World & {
    readonly request?: SyncRequest;
    readonly options?: Partial<SyncOptions>;
  } = {},
): Promise<string> {
  return ran((ports, run) => sync(ports, run, request, { tokenExpiresInDays: 14, ...options }), {
    function: 'sync',
    now: day(95),
    entries: secrets.map(({ name }) => one(name.replace('keyturn/', ''))),
    secrets: named(secrets),
    ...world,
    answers: { ...hosts, ...answers },
  });
}

const asked = (ids: readonly string[], more: Partial<SyncRequest> = {}): SyncRequest => ({
  trigger: 'request',
  ids,
  ...more,
});
const attested = (key: string, leaked: AccessKey, at: Date, word = TAG.compromised): Partial<AuditEvent> => ({
  event: 'ask-written',
  function: 'administrator',
  outcome: 'ok',
  key,
  facts: { do: word === TAG.compromised ? 'compromised' : 'disable-first', tag: tagOf(leaked, at) },
});

it('what is brought to its targets', async () => {
  const young = keyOf('young', day(95, -MINUTE));
  const cases = {
    'nothing where all is there': synced([there('a')]),
    'a key that was stored': synced([stored('a')]),
    'a key that was stored just now, and is proved everywhere first': synced([stored('a', {}, young)]),
    'two keys, of which one is not known everywhere': synced([stored('a', {}, young), stored('b')], {
      answers: {
        'sts.identify': ({ userName }: { userName: string }) =>
          userName === 'ci-a'
            ? failing('proof-failed')
            : { arn: `arn:aws:iam::111122223333:user/${userName}`, accountId: '1' },
      },
    }),
    'a key whose entry is another than was deployed': synced([stored('a')], {
      answers: { 'secrets.pins': ['another'] },
    }),
    'three keys, every hour another one first': synced([stored('a'), stored('b'), stored('c')], { now: day(95, HOUR) }),
    'three keys, of which one has left a torn pair, which goes first (K1)': synced([
      stored('a'),
      stored('b', { [TAG.torn]: tagOf(fresh, day(94)) }),
      stored('c'),
    ]),
    'keys behind a host that is down': synced([stored('a'), stored('b')], {
      answers: { 'Production.deliver': failing('host-down') },
    }),
    'a key that is only observed': synced([stored('a')], { entries: [one('a', { mode: 'observe' })] }),
    'a key that is only observed, and asked for': synced([stored('a')], {
      entries: [one('a', { mode: 'observe' })],
      request: asked(['a']),
    }),
    'a key that is paused': synced([stored('a', { [TAG.paused]: `${day(99).toISOString()} alice` })]),
    'a stale mark': synced([
      {
        ...there('a'),
        versions: [
          versionOf(old, 'AWSPREVIOUS', 'DELIVERED-0000000000000000'),
          versionOf(fresh, 'AWSCURRENT', label()),
        ],
      },
    ]),
    'nothing where the time is up': synced([stored('a'), stored('b')], { lifetime: 1 }),
    'a key that is asked for by an event': synced([stored('a'), stored('b')], {
      request: { trigger: 'event', ids: ['a'] },
    }),
    'two keys that are asked for by an event': synced([stored('a'), stored('b')], {
      request: { trigger: 'event', ids: ['a', 'b', 'a'] },
    }),
    'an observed key, by an event': synced([stored('a')], {
      entries: [one('a', { mode: 'observe' })],
      request: { trigger: 'event', ids: ['a'] },
    }),
    'an observed key, when everything is asked for': synced([stored('a')], {
      entries: [one('a', { mode: 'observe' })],
      request: { trigger: 'request' },
    }),
    'nothing of a key without targets, that is asked for': synced([there('a')], {
      entries: [one('a', { targets: [] })],
      request: asked(['a']),
    }),
    'a key with a stale mark, behind a host that is down': synced(
      [
        {
          ...stored('a'),
          versions: [
            versionOf(old, 'AWSPREVIOUS', label(), 'DELIVERED-0000000000000000'),
            versionOf(fresh, 'AWSCURRENT', 'DELIVERED-1111111111111111'),
          ],
        },
      ],
      { answers: { 'Production.deliver': failing('host-down') } },
    ),
    'an event that nobody knows': synced([there('a')], { request: { trigger: 'event', unknown: true } }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/brought.txt');
});

it('what is asked for by name', async () => {
  const lost = failing('aws-denied');
  const byName = (answer: (name: string) => unknown) => ({ 'secrets.describe': answer });
  const past = { ...there('before', { [TAG.user]: 'ci-a' }), name: 'keyturn/before' };
  const empty = { ...secretOf([], {}, day(94)), name: 'keyturn/a' };
  const cases = {
    'a key that nobody manages': synced([there('a')], { request: asked(['nobody']) }),
    'an event about a key that nobody manages': synced([there('a')], {
      request: { trigger: 'event', ids: ['nobody'] },
    }),
    'a key whose secret is gone': synced([there('a')], {
      request: asked(['a']),
      secrets: { 'keyturn/a': undefined },
      answers: byName(() => lost),
    }),
    'a key whose secret is gone, beside another one': synced([there('a'), there('ab')], {
      request: asked(['a']),
      secrets: { 'keyturn/a': undefined },
      answers: byName(() => lost),
    }),
    'a key whose secret may not be read': synced([there('a')], { request: asked(['a']), answers: byName(() => lost) }),
    'a key whose secret does not answer': synced([there('a')], {
      request: asked(['a']),
      answers: byName(() => failing('aws-uncertain')),
    }),
    'a key whose entry cannot be read': synced([there('a')], {
      request: asked(['a', 'b']),
      answers: {
        'registry.get': (id: string) => (id === 'a' ? new KeyturnError('invalid-entry', 'it is no entry') : undefined),
      },
    }),
    'a key whose entry may not be read': synced([there('a')], {
      request: asked(['a']),
      answers: { 'registry.get': lost },
    }),
    'a key that goes on after a retained secret': synced([empty, past], {
      entries: [one('a')],
      request: asked(['a']),
      answers: {},
    }),
    'an event about a key that goes on after a retained secret': synced([empty, past], {
      entries: [one('a')],
      request: { trigger: 'event', ids: ['a'] },
    }),
    'a key that is there': synced([there('a')], { request: asked(['a']) }),
    'two keys of which one goes on after a retained secret': synced([there('b'), empty, past], {
      entries: [one('b'), one('a')],
      request: asked(['a', 'b']),
    }),
    'a comparison': synced([there('a'), stored('b')], { request: asked(['a', 'b'], { only: 'check' }) }),
    'a comparison that finds drift': synced([there('a')], {
      request: asked(['a'], { only: 'check' }),
      answers: { 'Production.inspect': inspection({ differences: ['AWS_ACCESS_KEY_ID is missing'] }) },
    }),
    'a comparison with an entry that was not deployed': synced([there('a')], {
      request: asked(['a'], { only: 'check' }),
      answers: { 'secrets.pins': ['another'] },
    }),
    'a comparison of a key that has leaked': synced([there('a', { [TAG.compromised]: tagOf(fresh, day(94)) })], {
      request: asked(['a'], { only: 'check' }),
      record: [attested('a', fresh, day(94))],
    }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/asked-for.txt');
});

it('what is looked at, and what is done about drift', async () => {
  const due = (id: string, seen = day(94, HOUR)) => there(id, {}, fresh, seen);
  const drifted = { 'Production.inspect': inspection({ differences: ['AWS_ACCESS_KEY_ID is missing'] }) };
  const many = Array.from({ length: 27 }, (_, at) => due(`k${String(at).padStart(2, '0')}`, day(93, at * MINUTE)));
  const looksAt = (text: Promise<string>) =>
    text.then((all) =>
      all
        .split('\n')
        .filter((line) => line.includes('check-recorded'))
        .map((line) => line.trim().split(' ')[2])
        .join(),
    );
  const more = [...many, ...Array.from({ length: 300 }, (_, at) => there(`z${at}`))];
  const newest = keyOf('newest', day(94));
  const unmarked = (id: string): SecretState => ({
    ...due(id),
    versions: [versionOf(old, 'AWSPREVIOUS'), versionOf(fresh, 'AWSCURRENT')],
    changedAt: day(95),
  });
  const other = { host: 'bitbucket', url: 'https://other.example/2.0', secret: 'keyturn/connections/other' } as const;
  const twoHosts = (id: string) =>
    one(id, { connections: { ...connections, other }, targets: [production, { ...production, connection: 'other' }] });
  const cases = {
    'a key that nobody has looked at for a day': synced([due('a')]),
    'two keys, the longest unseen first': synced([due('a'), due('b', day(93))]),
    'none by an event': synced([due('a')], { request: { trigger: 'event' } }),
    'all that a person asks for': synced([there('a', {}, fresh, day(94, 23 * HOUR))], {
      request: { trigger: 'request' },
    }),
    'a key with targets at two hosts, of which one has its share': looksAt(
      synced([...many.slice(0, 25), due('z')], {
        entries: [...many.slice(0, 25).map(({ name }) => one(name.replace('keyturn/', ''))), twoHosts('z')],
      }),
    ),
    'drift of a key that nobody changed since': synced([unmarked('a')], {
      answers: { ...drifted, ...sequence(due('a'), due('a'), unmarked('a')) },
    }),
    'drift of a key beside which another one has become current': synced([due('a')], {
      answers: {
        ...drifted,
        ...sequence(due('a'), due('a'), {
          ...unmarked('a'),
          versions: [versionOf(fresh, 'AWSPREVIOUS'), versionOf(newest, 'AWSCURRENT')],
        }),
      },
    }),
    'drift of a key that is gone by then': synced([due('a')], {
      answers: { ...drifted, ...sequence(due('a'), due('a'), { ...secretOf([]), name: 'keyturn/a' }) },
    }),
    'no more than 25 of a host': looksAt(synced(many)),
    'all that a person asks for, however many': looksAt(synced(many, { request: { trigger: 'request' } })),
    'more of a host where there are many': looksAt(synced(more)),
    'drift that is put right': synced([due('a')], { answers: drifted }),
    'drift that is told': synced([due('a')], { answers: drifted, options: { drift: 'report' } }),
    'drift that is told again': synced(
      [due('a')].map((secret) => ({
        ...secret,
        tags: { ...secret.tags, [TAG.drifted]: tagOf(fresh, day(94, 2 * HOUR)) },
      })),
      { answers: drifted, options: { drift: 'report' } },
    ),
    'a token that ends soon': synced(
      [there('a'), { ...secretOf([], { 'keyturn:token-expires': '2026-04-10' }), name: 'keyturn/connections/acme' }],
      { entries: [one('a')] },
    ),
    'no look where the entry is another than was deployed': synced([due('a')], { answers: { 'secrets.pins': [] } }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/looked-at.txt');
});

it('halves that were refused are tried again, three times, a minute apart; their marks are in doubt (K1)', async () => {
  const halved = failing('scope-missing', { halved: true });
  const times = (refusals: number) => {
    let left = refusals;
    return { 'Production.deliver': () => (left-- > 0 ? halved : { wrote: ['both'] }) };
  };
  const torn = failing('scope-missing', { halved: true, tornPair: { is: 'torn' } as never });
  let described = 0;
  const cases = {
    once: synced([stored('a')], { answers: times(1) }),
    'for ever': synced([stored('a')], { answers: times(9) }),
    'where a pair is torn': synced([stored('a')], { answers: { 'Production.deliver': torn } }),
    'once, of a key that is proved everywhere first': synced([stored('a', {}, keyOf('young', day(95, -MINUTE)))], {
      answers: times(1),
    }),
    'where there is no time': synced([stored('a')], { answers: times(1), lifetime: 2 }),
    'where there is little time': synced([stored('a')], { answers: times(9), lifetime: 3 }),
    'where another run has marked it meanwhile': synced([stored('a')], {
      answers: {
        ...times(9),
        'secrets.describe': () => {
          described += 1;
          return described > 2 ? there('a') : stored('a');
        },
      },
    }),
    'where drift is put right by half, by this run alone': synced([there('a', {}, fresh, day(94))], {
      answers: {
        ...times(1),
        ...sequence(there('a'), there('a'), stored('a')),
        'Production.inspect': inspection({ differences: ['AWS_ACCESS_KEY_ID is missing'] }),
      },
    }),
    'where drift is put right by half': synced([there('a', {}, fresh, day(94))], {
      answers: { ...times(9), 'Production.inspect': inspection({ differences: ['AWS_ACCESS_KEY_ID is missing'] }) },
    }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/halved.txt');
});

it('what may have leaked, or is taken back, waits for the word of the record', async () => {
  const leaked = (id: string, make = stored) => make(id, { [TAG.compromised]: tagOf(fresh, day(94)) });
  const taken = (id: string) => stored(id, { [TAG.withdrawn]: tagOf(fresh, day(94, 20 * HOUR)) });
  const unreadable = { 'record.recorded': failing('aws-denied') };
  const cases = {
    'a key that has leaked': synced([leaked('a')], { record: [attested('a', fresh, day(94))] }),
    'a key of which a tag alone says so': synced([leaked('a')]),
    'a key of which the record cannot be read': synced([leaked('a')], { answers: unreadable }),
    'a key that is there, and has leaked': synced([leaked('a', there)], { record: [attested('a', fresh, day(94))] }),
    'a key that is there, and has leaked, whose replacement cannot be started': synced([leaked('a', there)], {
      record: [attested('a', fresh, day(94))],
      answers: { 'starter.start': failing('aws-throttled') },
    }),
    'a key that has leaked, and one that has not': synced([leaked('a'), stored('b')], {
      record: [attested('a', fresh, day(94))],
    }),
    'a key that has leaked, by an event': synced([leaked('a', there)], {
      record: [attested('a', fresh, day(94))],
      request: { trigger: 'event', ids: ['a'] },
    }),
    'a key that is taken back': synced([taken('a')], {
      record: [
        {
          event: 'ask-written',
          function: 'administrator',
          outcome: 'ok',
          key: 'a',
          facts: { do: 'rollback', tag: tagOf(fresh, day(94, 20 * HOUR)) },
        },
      ],
    }),
    'a key that a tag alone takes back': synced([taken('a')]),
    'a key of which nobody can tell whether it is taken back': synced([taken('a')], { answers: unreadable }),
    'a key of which the time is up to ask': synced([leaked('a'), leaked('b')], { lifetime: 1 }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/in-doubt.txt');
});

it('a delivery of one key goes on with what is current by then', async () => {
  const young = keyOf('young', day(95, -MINUTE));
  const newest = keyOf('newest', day(95));
  const ofTwo = {
    ...stored('a', {}, newest),
    versions: [versionOf(fresh, 'AWSPREVIOUS'), versionOf(newest, 'AWSCURRENT')],
  };
  const moved = { 'secrets.moveLabel': failing('label-moved') };
  const event: SyncRequest = { trigger: 'event', ids: ['a'] };
  const neverMarked = {
    ...stored('a'),
    versions: [versionOf(old, 'AWSPREVIOUS'), versionOf(fresh, 'AWSCURRENT')],
    changedAt: day(94),
  };
  const cases = {
    'another one is current': synced([stored('a')], { request: event, answers: { ...sequence(stored('a'), ofTwo) } }),
    'another run marks it again and again': synced([stored('a')], { request: event, answers: moved }),
    'a young one that changes while it is proved': synced([stored('a', {}, young)], {
      request: event,
      answers: sequence(stored('a', {}, young), stored('a')),
    }),
    'a young one for which there is no time': synced([stored('a', {}, young)], { request: event, lifetime: 4 }),
    'a silent endpoint': synced([stored('a', {}, young)], {
      request: event,
      answers: { 'sts.identify': { arn: 'arn:aws:iam::111122223333:user/ci-a', accountId: '1' } },
    }),
    'another young one that becomes current while it is proved': synced([stored('a', {}, young)], {
      request: event,
      answers: sequence(stored('a', {}, young), stored('a', {}, newest)),
    }),
    'another young one, for which there is no time any more': synced([stored('a', {}, young)], {
      request: event,
      lifetime: 5,
      answers: sequence(stored('a', {}, young), stored('a', {}, newest)),
    }),
    'an endpoint that gives no answer': synced([stored('a', {}, young)], {
      request: event,
      answers: {
        'sts.identify': (_credential: unknown, region?: string) =>
          region === 'us-east-1'
            ? failing('aws-uncertain')
            : { arn: 'arn:aws:iam::111122223333:user/ci-a', accountId: '1' },
      },
    }),
    'another run is at work, and nothing was marked before': synced([neverMarked], {
      request: event,
      answers: { ...moved, ...sequence(neverMarked) },
    }),
    'two targets, of which one is new': synced([there('a')], {
      request: event,
      entries: [one('a', { targets: [production, staging] })],
    }),
    'the secret loses its current key': synced([stored('a')], {
      request: event,
      answers: { ...moved, ...sequence(stored('a'), { ...secretOf([]), name: 'keyturn/a' }) },
    }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/one-key.txt');
});

it('the registry is read once for what comes within ten minutes in one process', async () => {
  const rival = one('b', {
    targets: [targetSchema.parse({ ...production, environment: '{33333333-3333-4333-8333-333333333333}' })],
  });
  const runs = (answers: World['answers'], waits: readonly number[]) =>
    ran(
      async (ports, run) => {
        for (const wait of [0, ...waits]) {
          if (wait > 0) await run.time.sleep(wait);
          await sync(ports, run, { trigger: 'event', ids: ['a'] }, { tokenExpiresInDays: 14 });
        }
      },
      {
        function: 'sync',
        lifetime: 60,
        entries: [one('a'), rival],
        secrets: named([stored('a'), there('b')]),
        answers: { ...hosts, 'Production.inspect': inspection({ holds: undefined }), ...answers },
      },
    ).then((text) =>
      text
        .split('\n')
        .filter((line) => /registry\.list|sleeps|delivery-failed|version-delivered/.test(line))
        .join('\n'),
    );
  let times = 0;
  const cases = {
    'soon after': runs({}, [MINUTE, 9 * MINUTE - 1]),
    later: runs({}, [10 * MINUTE]),
    'after it could not be read': runs(
      {
        'registry.list': () =>
          ++times === 1 ? failing('aws-throttled') : { entries: [one('a')], digests: new Map(), invalid: [] },
      },
      [MINUTE, MINUTE],
    ),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/registry.txt');
});
