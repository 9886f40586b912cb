import { expect, it } from 'vitest';
import type { AuditEvent } from '../../functions/core/audit';
import type { Exposure } from '../../functions/core/config/exposed';
import { HOUR, MINUTE } from '../../functions/core/duration';
import { targetSetDigest } from '../../functions/core/hosts/target';
import type { AccessKey } from '../../functions/core/key/access-key';
import { intentTag } from '../../functions/core/key/intent';
import { deliveredLabel, type SecretState } from '../../functions/core/key/secret-state';
import { TAG } from '../../functions/core/names';
import { type RotateOptions, rotate } from '../../functions/rotate/rotate';
import { day, entryOf, idOf, keyOf, production, secretOf, tagOf, versionOf } from '../core/web-shop';
import { credentialOf, failing, told } from '../runtime/doers/did';
import { ran, reportOf, type World } from '../runtime/ran';

const one = (id: string, more: Parameters<typeof entryOf>[0] = {}) => entryOf({ id, user: `ci-${id}`, ...more });
const { connections } = entryOf();
const LABEL = deliveredLabel(targetSetDigest([production], connections));

/** A managed key: what its secret and IAM have. */
interface Kept {
  readonly id: string;
  readonly keys: readonly AccessKey[];
  readonly secret: SecretState;
}

/** One key that is at its targets. */
function kept(id: string, since: Date, tags: SecretState['tags'] = {}, more: readonly AccessKey[] = []): Kept {
  const key = keyOf(id, since);
  const secret = secretOf([versionOf(key, 'AWSCURRENT', LABEL)], { [TAG.user]: `ci-${id}`, ...tags });
  return { id, keys: [key, ...more], secret };
}

const stuck = (id: string, since: Date): Kept => {
  const key = keyOf(id, since);
  return { id, keys: [key], secret: secretOf([versionOf(key, 'AWSCURRENT')], { [TAG.user]: `ci-${id}` }) };
};

type Given = World & { readonly options?: Partial<RotateOptions> };

function worldOf(all: readonly Kept[], { answers = {}, ...more }: World): World {
  return {
    now: day(95),
    entries: all.map(({ id }) => one(id)),
    secrets: Object.fromEntries(all.map(({ id, secret }) => [`keyturn/${id}`, secret])),
    keys: Object.fromEntries(all.map(({ id, keys }) => [`ci-${id}`, keys])),
    ...more,
    answers: {
      'iam.createAccessKey': (user: string) => credentialOf(`new${user.slice(3)}`, day(95), user),
      'trail.isOwn': true,
      ...answers,
    },
  };
}

function rotated(all: readonly Kept[], { options = {}, ...world }: Given = {}): Promise<string> {
  return ran((ports, run) => rotate(ports, run, { maxRotations: 25, ...options }), worldOf(all, world));
}

it('a day of rotations', async () => {
  const [due, young] = [kept('due', day(0)), kept('young', day(90))];
  const edited: Kept = {
    id: 'edited',
    keys: [keyOf('edited', day(50))],
    secret: secretOf([{ versionId: 'by-hand', labels: ['AWSCURRENT'] }]),
  };
  const orphan = intentTag({ at: day(94), run: 'run-0', before: [idOf('due')] });
  const withTwo = kept('due', day(0), { [TAG.intent]: orphan }, [keyOf('orphan', day(94, MINUTE))]);
  const foreign = kept('young', day(90), {}, [keyOf('foreign', day(91))]);
  const crowded = Array.from({ length: 8 }, (_, at) => kept(`k${at}`, day(10, at)));
  const cases = {
    'one that is due, and one that is not': rotated([young, due]),
    'the one that is due sooner comes first': rotated([kept('b', day(2)), kept('a', day(1)), edited]),
    'no more than a run may': rotated([kept('b', day(2)), kept('a', day(1))], { options: { maxRotations: 1 } }),
    'what would be too much for a later day': rotated(crowded, { now: day(98), options: { maxRotations: 4 } }),
    'two at a time, in the order in which they are due': rotated(
      [kept('b', day(2)), kept('a', day(1)), kept('c', day(3))],
      {
        options: { maxRotations: 1 },
        concurrency: 2,
        answers: {
          'iam.listAccessKeys': async (user: string) => {
            // The first one answers last.
            if (user === 'ci-a') for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
            return [keyOf(user.slice(3), day(1))];
          },
        },
      },
    ),
    'right after a deployment': rotated([due], { options: { justDeployed: true } }),
    'an entry that is another than was deployed': rotated([due], { answers: { 'secrets.pins': ['another'] } }),
    'a key that is only observed': rotated([due], { entries: [one('due', { mode: 'observe' })] }),
    'a key that is only observed, and not due': rotated([young], { entries: [one('young', { mode: 'observe' })] }),
    'a key that is only observed, not due and not as deployed': rotated([young], {
      entries: [one('young', { mode: 'observe' })],
      answers: { 'secrets.pins': ['another'] },
    }),
    'a key without targets, not due': rotated([young], { entries: [one('young', { targets: [] })] }),
    'a key that a run left behind': rotated([withTwo]),
    'a key that a run left behind, when no more may be rotated': rotated([withTwo], { options: { maxRotations: 0 } }),
    'one of which IAM does not answer, and the one behind it': rotated([kept('b', day(2)), kept('a', day(1))], {
      concurrency: 2,
      answers: {
        'iam.listAccessKeys': (user: string) => (user === 'ci-a' ? failing('aws-denied') : [keyOf('b', day(2))]),
      },
    }),
    'one that never was, behind one that is due': rotated([{ id: 'never', keys: [], secret: secretOf([]) }, due], {
      options: { maxRotations: 1 },
    }),
    'a key of which nobody says who made it': rotated([withTwo], { answers: { 'trail.isOwn': undefined } }),
    'a key that somebody made by hand': rotated([foreign]),
    'a user that is gone': rotated([due], { keys: {} }),
    'users under a path': rotated([young], { options: { usersPath: '/pipelines/' } }),
    'a user in another spelling': rotated([young], {
      keys: { 'CI-young': young.keys },
      answers: { 'iam.listAccessKeys': young.keys },
    }),
    'a key that has leaked': rotated(
      [kept('young', day(90), { [TAG.compromised]: tagOf(keyOf('young', day(90)), day(94)) })],
      {
        record: [said('young', day(94))],
      },
    ),
    'a key of which a tag alone says so': rotated([
      kept('young', day(90), { [TAG.compromised]: tagOf(keyOf('young', day(90)), day(94)) }),
    ]),
    'nothing where the time is up': rotated([due], { lifetime: 1 }),
    'secrets of another deployment': rotated([due], { deployedBy: { stacks: new Set(['Keyturn']) } as never }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/day.txt');
});

/** An administrator has said that a key leaked. */
function said(id: string, at: Date): Partial<AuditEvent> {
  return {
    event: 'ask-written',
    function: 'administrator',
    outcome: 'ok',
    key: id,
    facts: { do: 'compromised', tag: tagOf(keyOf(id, at), at) },
  };
}

it('what is asked for by name', async () => {
  const all = [kept('b', day(90)), kept('a', day(91)), kept('c', day(0))];
  const taken = kept('a', day(91), { [TAG.withdrawn]: tagOf(keyOf('a', day(91)), day(95, -10 * MINUTE)) }, [
    keyOf('older', day(0)),
  ]);
  const back: Partial<AuditEvent> = {
    event: 'ask-written',
    function: 'administrator',
    outcome: 'ok',
    key: 'a',
    facts: { do: 'rollback', tag: tagOf(keyOf('a', day(91)), day(95, -10 * MINUTE)) },
  };
  const withOlder: Kept = {
    ...taken,
    secret: { ...taken.secret, versions: [versionOf(keyOf('older', day(0)), 'AWSPREVIOUS'), ...taken.secret.versions] },
  };
  const cases = {
    'keys that an operator wants rotated': rotated(all, { options: { requested: ['a', 'b', 'nobody'] } }),
    'keys that are looked at': rotated(all, { options: { look: ['a', 'c', 'nobody'] } }),
    'a key that is taken back': rotated([withOlder], { options: { look: ['a'] }, record: [back] }),
    'a key that a tag alone takes back': rotated([withOlder], { options: { look: ['a'] } }),
    'a key that is taken back while the one before may be retired': rotated(
      [
        {
          ...withOlder,
          secret: {
            ...withOlder.secret,
            tags: {
              ...withOlder.secret.tags,
              [TAG.withdrawn]: tagOf(keyOf('a', day(91)), day(95, -20_000)),
              [TAG.deactivated]: tagOf(keyOf('older', day(0)), day(94)),
            },
          },
        },
      ],
      {
        options: { look: ['a'] },
        record: [{ ...back, facts: { do: 'rollback', tag: tagOf(keyOf('a', day(91)), day(95, -20_000)) } }],
      },
    ),
    'an observed key that an operator wants rotated': rotated(all, {
      entries: [one('a', { mode: 'observe' }), one('b'), one('c')],
      options: { requested: ['a'] },
    }),
    nobody: rotated(all, { options: { requested: [] } }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/asked-for.txt');
});

it('a day without the credential report: every user is looked at, from where the last run stopped', async () => {
  const all = ['d', 'b', 'c', 'a'].map((id) => kept(id, day(90)));
  const missing = { 'iam.credentialReport': failing('aws-denied') };
  const before = (next: string | undefined, more: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
    event: 'finding',
    reason: 'report-unavailable',
    function: 'rotate',
    time: day(94).toISOString(),
    facts: { next },
    ...more,
  });
  const throttled = (user: string) => ({
    ...missing,
    'iam.listAccessKeys': (asked: string) =>
      asked === user ? failing('aws-throttled') : all.find(({ id }) => `ci-${id}` === asked)?.keys,
  });
  const cases = {
    'the first one': rotated(all, { answers: missing }),
    'after one that stopped at c': rotated(all, { answers: missing, record: [before('c')] }),
    'after one that stopped at a key that is gone': rotated(all, { answers: missing, record: [before('bb')] }),
    'after one that stopped at the last of all': rotated(all, { answers: missing, record: [before('z')] }),
    'with one that is due': rotated([...all, kept('due', day(0))], { answers: missing }),
    'with one that IAM throttles': rotated(all, { answers: throttled('ci-b'), lifetime: 5 }),
    'with one that is due and that IAM throttles': rotated([...all, kept('due', day(0))], {
      answers: throttled('ci-due'),
    }),
    'with no time': rotated(all, { answers: missing, lifetime: 1 }),
    'while the record cannot be read': rotated(all, {
      answers: { ...missing, 'record.recorded': failing('aws-denied') },
    }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/without-report.txt');
});

it('connections over which nothing is delivered hold up what is due (K1)', async () => {
  const three = ['a', 'b', 'c'].map((id) => stuck(id, day(94)));
  const due = kept('due', day(0));
  const tried = (key: string, more: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
    event: 'target-failed',
    function: 'sync',
    key,
    accessKeyId: idOf(key),
    target: 'bitbucket acme/web-shop environment Production',
    outcome: 'failed',
    code: 'host-down',
    time: day(95, -HOUR).toISOString(),
    ...more,
  });
  const ids = ['a', 'b', 'c'];
  const delivered = (key: string, time: Date) =>
    tried(key, { event: 'target-delivered', outcome: 'ok', code: undefined, time: time.toISOString() });
  const all = [...three, due];
  const cases = {
    'three keys': rotated(all, { record: ids.map((id) => tried(id)) }),
    'two keys': rotated([...three.slice(1), due], { record: ids.map((id) => tried(id)) }),
    'three of which one was delivered since': rotated(all, {
      record: [delivered('a', day(95, -MINUTE)), ...ids.map((id) => tried(id))],
    }),
    'three of which one was delivered before': rotated(all, {
      record: [delivered('a', day(95, -2 * HOUR)), ...ids.map((id) => tried(id))],
    }),
    'three places that fail alone': rotated(all, {
      record: ids.map((id) => tried(id, { facts: { concerns: 'place' } })),
    }),
    'three of which one failed before any target': rotated(all, {
      record: [tried('a', { event: 'step-failed', target: undefined }), tried('b'), tried('c')],
    }),
    'three that failed without a code': rotated(all, { record: ids.map((id) => tried(id, { code: undefined })) }),
    'three that another function failed with': rotated(all, {
      record: ids.map((id) => tried(id, { function: 'rotate' })),
    }),
    'three of which one has a code of its own place': rotated(all, {
      record: [tried('a', { code: 'repository-not-found' }), tried('b'), tried('c')],
    }),
    'one that was delivered by sync, as another function says': rotated(all, {
      record: [delivered('a', day(95, -MINUTE)), ...ids.map((id) => tried(id))].map((event, at) =>
        at === 0 ? { ...event, function: 'rotate' } : event,
      ),
    }),
    'events that name no key': rotated(all, { record: ids.map((id) => tried(id, { key: undefined })) }),
    'events that name no access key': rotated(all, { record: ids.map((id) => tried(id, { accessKeyId: undefined })) }),
    'attempts of long ago': rotated(all, {
      record: ids.map((id) => tried(id, { time: day(95, -7 * HOUR).toISOString() })),
    }),
    'while the record cannot be read': rotated(all, { answers: { 'record.recorded': failing('aws-denied') } }),
    'and an operator wants it all the same': rotated(all, {
      record: ids.map((id) => tried(id)),
      options: { requested: ['due'] },
    }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/breaker.txt');
});

it('users whom AWS has put in quarantine, and users of before', async () => {
  const all = [kept('a', day(90))];
  const users = [
    { user: 'ci-a', policies: ['p'] },
    { user: 'stranger', policies: ['p'] },
  ];
  const unseen = { users: [], failed: failing('aws-denied') };
  const found = (facts: AuditEvent['facts'], more: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
    event: 'finding',
    reason: 'quarantined',
    function: 'rotate',
    time: day(94).toISOString(),
    facts,
    ...more,
  });
  const quarantine = (says: object, record: World['record'] = [], more: Given = {}) =>
    rotated(all, {
      answers: { 'iam.quarantinedUsers': says, ...more.answers },
      record,
      ...(more.lifetime ? { lifetime: more.lifetime } : {}),
    });
  const changed = (id: string) => kept(id, day(90), { [TAG.formerUsers]: `before ${day(80).toISOString()}` });
  const cases = {
    'a managed one and another': quarantine({ users }),
    'one of whom people know': quarantine({ users }, [found({ known: ['stranger'] })]),
    'one of whom people were told': quarantine({ users }, [found({ about: ['stranger'] }, { event: 'people-told' })]),
    'one of whom people were told by another function': quarantine({ users }, [
      found({ about: ['stranger'] }, { event: 'people-told', function: 'sync' }),
    ]),
    'one of whom people were told long ago': quarantine({ users }, [
      found({ about: ['stranger'] }, { event: 'people-told', time: day(93).toISOString() }),
    ]),
    'facts of another form': quarantine({ users }, [found({ known: 'stranger' }), found(undefined)]),
    'a managed one alone': quarantine({ users: users.slice(0, 1) }),
    'nobody can say': quarantine(unseen),
    'nobody can say, since before': quarantine(unseen, [
      found({ unknownSince: day(93).toISOString() }),
      found({ unknownSince: day(92).toISOString() }),
      found({ unknownSince: 7 }),
    ]),
    'nobody can say, nor read the record': quarantine(unseen, [], {
      answers: { 'record.recorded': failing('aws-denied') },
    }),
    'no time to ask': quarantine({ users }, [], { lifetime: 1 }),
    'a user of before, whose keys are gone': rotated([changed('a')]),
    'a user of before, whose keys are there': rotated([changed('a')], {
      answers: {
        'iam.credentialReport': reportOf({ 'ci-a': [keyOf('a', day(90))], before: [keyOf('old', day(1))] }, day(95)),
      },
    }),
    'a user of before, of a key that is observed': rotated([changed('a')], {
      entries: [one('a', { mode: 'observe' })],
    }),
    'a user of before, who has another managed key now': rotated([changed('a'), kept('b', day(90))], {
      entries: [one('a'), one('b', { user: 'before' })],
      keys: { 'ci-a': [keyOf('a', day(90))], before: [keyOf('b', day(90))] },
    }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/users.txt');
});

it('keys that AWS says have leaked', async () => {
  const all = [kept('one', day(60)), kept('two', day(61))];
  const exposure = (ids: readonly string[], more: Partial<Exposure> = {}): Exposure => ({
    source: 'aws.health',
    what: 'AWS_RISK_CREDENTIALS_EXPOSED',
    accessKeyIds: ids,
    saidAt: day(95, -MINUTE),
    ...more,
  });
  const exposed = (
    ids: readonly string[],
    { options = {}, about = {}, ...world }: Given & { readonly about?: Partial<Exposure> } = {},
    these = all,
  ) => rotated(these, { ...world, options: { exposure: exposure(ids, about), onExposed: 'rotate', ...options } });
  const [first, second] = ['one', 'two'].map(idOf) as [string, string];
  const before = (id: string, more: SecretState['tags'] = {}, status: AccessKey['status'] = 'Active'): Kept => {
    const [was, is] = [keyOf('was', day(0), status), keyOf(id, day(60))];
    return {
      id,
      keys: [was, is],
      secret: secretOf([versionOf(was, 'AWSPREVIOUS'), versionOf(is, 'AWSCURRENT', LABEL)], {
        [TAG.user]: `ci-${id}`,
        ...more,
      }),
    };
  };
  const known = kept('one', day(60), { [TAG.compromised]: tagOf(keyOf('one', day(60)), day(94)) });
  const gone = (tags: SecretState['tags'] = {}): Kept => ({ ...before('one', tags), keys: [keyOf('one', day(60))] });
  const written = new Map<string, string>();
  const kept2 = {
    'secrets.tag': (_name: string, tags: Record<string, string>) => {
      for (const [name, value] of Object.entries(tags)) written.set(name, value);
    },
  };
  // Each second look shows a tag that somebody has written over.
  const lost: unknown[][] = [];
  let looks = 0;
  const overwritten = () => {
    looks += 1;
    const tags = looks === 4 ? {} : ((lost.at(-1)?.[1] ?? {}) as Record<string, string>);
    return { ...kept('one', day(60), tags).secret, name: 'keyturn/one' };
  };
  const writtenLater = new Map<string, string>();
  let asked = 0;
  const keptLater = {
    'secrets.tag': (_name: string, tags: Record<string, string>) => {
      for (const [name, value] of Object.entries(tags)) writtenLater.set(name, value);
    },
  };
  const cases = {
    one: exposed([first]),
    'one that is to go first': exposed([first], { options: { onExposed: 'disable-first' } }),
    'two, of which one cannot be written': exposed([first, second], {
      answers: {
        'secrets.tag': (name: string) =>
          name === 'keyturn/one' ? failing('aws-throttled', { retryable: true }) : undefined,
      },
    }),
    'one that may not be written': exposed([first], { answers: { 'secrets.tag': failing('aws-denied') } }),
    'one that people are only told of': exposed([first], { options: { onExposed: 'notify' } }),
    'one that is paused': exposed([first], {}, [
      kept('one', day(60), { [TAG.paused]: `${day(99).toISOString()} alice` }),
    ]),
    'one that is observed': exposed([first], { entries: [one('one', { mode: 'observe' })] }, [kept('one', day(60))]),
    'one whose entry is another than was deployed': exposed([first], { answers: { 'secrets.pins': ['another'] } }),
    'one of a user of nobody': exposed(['AKIASTRANGE'], { about: { user: 'stranger' } }),
    'one of a managed user, that no version names': exposed(['AKIASTRANGE'], { about: { user: 'CI-two' } }),
    'one of whoever': exposed([idOf('strange')], {
      keys: { 'ci-one': all[0]?.keys ?? [], 'ci-two': [keyOf('strange', day(1))] },
    }),
    'one of whoever, while IAM does not answer': exposed([idOf('strange')], {
      answers: { 'iam.listAccessKeys': failing('aws-denied') },
    }),
    'one of whoever, where the time is up': exposed([idOf('strange')], { lifetime: 1 }),
    'one before the current one': exposed([idOf('was')], {}, [before('one')]),
    'one that is Inactive': exposed([idOf('was')], {}, [before('one', {}, 'Inactive')]),
    'one that Keyturn has deleted': exposed([idOf('was')], {}, [gone()]),
    'one that is gone of a user that was changed': exposed([idOf('was')], {}, [gone({ [TAG.user]: 'before' })]),
    'one that is gone of a user with users before it': exposed([idOf('was')], {}, [
      gone({ [TAG.formerUsers]: `x ${day(1).toISOString()}` }),
    ]),
    'one of which is known already': exposed(
      [first],
      {
        record: [said('one', day(94))].map((event) => ({
          ...event,
          facts: { ...event.facts, tag: tagOf(keyOf('one', day(60)), day(94)) },
        })),
      },
      [known],
    ),
    'one before the current one, of which is known already': exposed(
      [idOf('was')],
      {
        record: [{ ...said('one', day(94)), facts: { do: 'compromised', tag: tagOf(keyOf('was', day(0)), day(94)) } }],
      },
      [before('one', { [TAG.compromised]: tagOf(keyOf('was', day(0)), day(94)) })],
    ),
    'one while deactivate cannot be started': exposed([first], {
      answers: { 'starter.start': failing('aws-throttled', { retryable: true }) },
    }),
    'one while deactivate may not be started': exposed([first], {
      answers: { 'starter.start': failing('aws-denied') },
    }),
    'one whose tag stays': exposed(
      [first],
      {
        answers: {
          ...kept2,
          'secrets.describe': () => ({
            ...kept('one', day(60), Object.fromEntries(written)).secret,
            name: 'keyturn/one',
          }),
        },
      },
      [kept('one', day(60))],
    ),
    'one in a run without an end to come': exposed([first], { lifetime: 3 }),
    'one whose tag somebody writes over': exposed(
      [first],
      { answers: { 'secrets.tag': (...tagged: unknown[]) => lost.push(tagged), 'secrets.describe': overwritten } },
      [kept('one', day(60))],
    ),
    'one whose tag does not stay': exposed([first], { answers: { 'secrets.tag': undefined } }),
    'one whose secret is gone in the end': exposed(
      [first],
      {
        answers: {
          ...keptLater,
          'secrets.describe': () =>
            asked++ > 4
              ? failing('secret-missing')
              : { ...kept('one', day(60), Object.fromEntries(writtenLater)).secret, name: 'keyturn/one' },
        },
      },
      [kept('one', day(60))],
    ),
    'one of a secret without a current key': exposed(
      [idOf('was')],
      {
        record: [{ ...said('one', day(94)), facts: { do: 'compromised', tag: tagOf(keyOf('was', day(0)), day(94)) } }],
      },
      [
        {
          ...before('one'),
          secret: secretOf([versionOf(keyOf('was', day(0)), 'AWSPREVIOUS')], {
            [TAG.user]: 'ci-one',
            [TAG.compromised]: tagOf(keyOf('was', day(0)), day(94)),
          }),
        },
      ],
    ),
    'one of which it is not said when': exposed([first], { about: { saidAt: undefined } }),
    'one that nobody has asked to be told of': exposed([first], { options: { onExposed: undefined } }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/exposed.txt');
});
