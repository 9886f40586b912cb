import { expect, it } from 'vitest';
import type { AuditEvent } from '../../functions/core/audit';
import { HOUR, MINUTE } from '../../functions/core/duration';
import { targetSetDigest } from '../../functions/core/hosts/target';
import type { AccessKey } from '../../functions/core/key/access-key';
import { checkTags } from '../../functions/core/key/check-mark';
import { deliveredLabel, type SecretState } from '../../functions/core/key/secret-state';
import { TAG } from '../../functions/core/names';
import { type DeactivateOptions, deactivate } from '../../functions/deactivate/deactivate';
import { deleteKeys } from '../../functions/delete/delete';
import { day, entryOf, idOf, keyOf, production, secretOf, tagOf, versionOf } from '../core/web-shop';
import { failing, told } from '../runtime/doers/did';
import { ran, type World } from '../runtime/ran';

const { connections } = entryOf();
const digest = targetSetDigest([production], connections);
const [old, fresh] = [keyOf('old', day(0)), keyOf('fresh', day(90))];
const inactive: AccessKey = { ...old, status: 'Inactive' };

/** Two keys of the managed key `a`, of which the newer one was delivered and is there. */
function overlap(tags: SecretState['tags'] = {}, seen = day(100, -HOUR)): SecretState {
  const versions = [versionOf(old, 'AWSPREVIOUS'), versionOf(fresh, 'AWSCURRENT', deliveredLabel(digest))];
  const looked = checkTags({ accessKeyId: fresh.accessKeyId, digest, revisions: [] }, seen);
  return secretOf(versions, { [TAG.user]: 'ci-a', ...looked, ...tags });
}

const ROLE = 'arn:aws:iam::111122223333:role/shop';
const leaving = entryOf({ id: 'a', user: 'ci-a', replacedBy: { roles: [ROLE], idleFor: 30 } });
const alone: SecretState = { ...overlap(), versions: [versionOf(fresh, 'AWSCURRENT', deliveredLabel(digest))] };
const rolesUsed = { 'iam.roleLastUsed': { at: day(99) } };

type Given = World & {
  readonly secret?: SecretState;
  readonly listed?: readonly AccessKey[];
  readonly look?: DeactivateOptions['look'];
};

function worldOf({ secret = overlap(), listed = [old, fresh], look: _look, ...world }: Given, by: string): World {
  return {
    function: by,
    now: day(100),
    entries: [entryOf({ id: 'a', user: 'ci-a' })],
    secrets: { 'keyturn/a': secret },
    keys: { 'ci-a': listed },
    ...world,
    answers: { 'iam.accessKeyLastUsed': { at: day(50) }, 'trail.usesOf': [], 'trail.usesSince': [], ...world.answers },
  };
}

const deactivated = (given: Given = {}) =>
  ran((ports, run) => deactivate(ports, run, { look: given.look }), worldOf(given, 'deactivate'));
const deleted = (given: Given = {}) =>
  ran(
    deleteKeys,
    worldOf(
      {
        now: day(110),
        secret: overlap({ [TAG.deactivated]: tagOf(old, day(100)) }),
        listed: [inactive, fresh],
        ...given,
      },
      'delete',
    ),
  );

const leakedAt = day(99);
const leak = { [TAG.compromised]: tagOf(old, leakedAt) };
const attested: Partial<AuditEvent> = {
  event: 'ask-written',
  function: 'administrator',
  outcome: 'ok',
  key: 'a',
  facts: { do: 'compromised', tag: tagOf(old, leakedAt) },
};
const disabled: Partial<AuditEvent> = {
  event: 'key-deactivated',
  reason: 'compromised',
  function: 'deactivate',
  key: 'a',
  accessKeyId: old.accessKeyId,
  time: day(99, HOUR).toISOString(),
  facts: { since: leakedAt.toISOString(), minutes: 60 },
};
const heard: Partial<AuditEvent> = {
  event: 'people-told',
  reason: 'compromised-disabled',
  function: 'deactivate',
  key: 'a',
  time: day(99, HOUR).toISOString(),
  facts: { about: [old.accessKeyId] },
};

it('a day of retirements', async () => {
  const cases = {
    'a superseded key whose time has come': deactivated(),
    'one that is still in use': deactivated({
      answers: { 'iam.accessKeyLastUsed': { at: day(99), service: 's3', region: 'eu-central-1' } },
    }),
    'nothing before its time': deactivated({ now: day(99) }),
    'an entry that is another than was deployed': deactivated({ answers: { 'secrets.pins': ['another'] } }),
    'a key that is only observed': deactivated({ entries: [entryOf({ id: 'a', user: 'ci-a', mode: 'observe' })] }),
    'a key that a role is to replace': deactivated({
      entries: [leaving],
      answers: rolesUsed,
      listed: [fresh],
      secret: alone,
    }),
    'a key that a role is to replace, and is gone': deactivated({
      entries: [leaving],
      answers: rolesUsed,
      listed: [],
      secret: alone,
    }),
    'without the credential report': deactivated({ answers: { 'iam.credentialReport': failing('aws-denied') } }),
    'a key that is current for another one too': deactivated({
      entries: [entryOf({ id: 'a', user: 'ci-a' }), entryOf({ id: 'b', user: 'ci-a' })],
      secrets: { 'keyturn/a': overlap(), 'keyturn/b': secretOf([versionOf(old, 'AWSCURRENT')]) },
    }),
    'a user that is gone': deactivated({ keys: {} }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/day.txt');
});

it('keys that have leaked', async () => {
  const secret = overlap(leak);
  const current = overlap({ [TAG.disableFirst]: tagOf(fresh, leakedAt) });
  const gone = overlap({ ...leak, [TAG.deactivated]: tagOf(old, day(99, HOUR)) });
  const told1 = { secret: gone, listed: [inactive, fresh] };
  const two = (record: World['record'] = []) => ({
    entries: ['a', 'b'].map((id) => entryOf({ id, user: `ci-${id}` })),
    secrets: { 'keyturn/a': gone, 'keyturn/b': { ...gone, tags: { ...gone.tags, [TAG.user]: 'ci-b' } } },
    keys: { 'ci-a': [inactive, fresh], 'ci-b': [inactive, fresh] },
    record,
  });
  const cases = {
    'is made Inactive at once': deactivated({ secret, record: [attested] }),
    'is made Inactive where it is looked at': deactivated({ secret, record: [attested], look: ['a'] }),
    'is made Inactive before its successor is there': deactivated({
      secret: current,
      look: ['a'],
      record: [{ ...attested, facts: { do: 'disable-first', tag: tagOf(fresh, leakedAt) } }],
    }),
    'is left where a tag alone says so': deactivated({ secret, look: ['a'] }),
    'is not looked for where no tag names one': deactivated({ look: ['a', 'nobody'] }),
    'is looked for among none': deactivated({ look: [] }),
    'may be one that cannot be described': deactivated({
      secret,
      record: [attested],
      look: ['a'],
      answers: { 'secrets.describe': failing('aws-throttled', { retryable: true }) },
    }),
    'fails, and is tried again': deactivated({
      secret,
      record: [attested],
      look: ['a'],
      answers: { 'iam.deactivateAccessKey': failing('aws-throttled', { retryable: true }) },
    }),
    'fails for good': deactivated({
      secret,
      record: [attested],
      look: ['a'],
      answers: { 'iam.deactivateAccessKey': failing('aws-denied') },
    }),
    'is told a day later with what it did': deactivated({ ...told1, record: [disabled, heard] }),
    'is told nothing of where the record has nothing': deactivated({ ...told1, record: [heard] }),
    'is told a day later where nobody was told': deactivated({ ...told1, record: [disabled] }),
    'is told a day later, with no time to ask': deactivated({ ...told1, record: [disabled, heard], lifetime: 1 }),
    'is told a day later, while the record cannot be read': deactivated({
      ...told1,
      answers: { 'record.recorded': failing('aws-denied') },
    }),
    'is told a day later of two keys, by one look at the record': deactivated(
      two([disabled, heard, { ...disabled, key: 'b' }]),
    ),
    'was current, and nobody was told': deactivated({
      secret: overlap({ [TAG.compromised]: tagOf(fresh, leakedAt), [TAG.deactivated]: tagOf(fresh, day(99, HOUR)) }),
      listed: [old, { ...fresh, status: 'Inactive' }],
      record: [{ ...disabled, accessKeyId: idOf('fresh') }],
    }),
    'is told where none is current': deactivated({
      secret: { ...gone, versions: [versionOf(old, 'AWSPREVIOUS')] },
      listed: [inactive],
      record: [disabled],
    }),
    'is told a day later, where the time is up in the middle': deactivated({
      ...told1,
      record: [disabled, heard],
      lifetime: 2,
      answers: { 'iam.listAccessKeys': [inactive, fresh] },
    }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/leaked.txt');
});

it('a day of deletions', async () => {
  const cases = {
    'a key that was Inactive for long enough': deleted(),
    'nothing before its time': deleted({ now: day(109) }),
    'one that was used since': deleted({ answers: { 'iam.accessKeyLastUsed': { at: day(105) } } }),
    'an entry that is another than was deployed': deleted({ answers: { 'secrets.pins': ['another'] } }),
    'a key that is only observed': deleted({ entries: [entryOf({ id: 'a', user: 'ci-a', mode: 'observe' })] }),
    'a key that a role has replaced': deleted({
      now: day(200),
      entries: [leaving],
      listed: [{ ...fresh, status: 'Inactive' }],
      secret: {
        ...alone,
        tags: { ...alone.tags, [TAG.replaced]: tagOf(fresh, day(150)), [TAG.deactivated]: tagOf(fresh, day(150)) },
      },
    }),
    'a key that a role is to replace': deleted({ now: day(200), entries: [leaving], listed: [fresh], secret: alone }),
    'without the credential report': deleted({ answers: { 'iam.credentialReport': failing('aws-denied') } }),
    'a key that is there and Active': deleted({ listed: [old, fresh] }),
    'a key that is current for another one too': deleted({
      entries: [entryOf({ id: 'a', user: 'ci-a' }), entryOf({ id: 'b', user: 'ci-a' })],
      secrets: {
        'keyturn/a': overlap({ [TAG.deactivated]: tagOf(old, day(100)) }),
        'keyturn/b': secretOf([versionOf(old, 'AWSCURRENT')]),
      },
    }),
    'a key that is taken back': deleted({
      now: day(110, MINUTE),
      secret: overlap({ [TAG.deactivated]: tagOf(old, day(100)), [TAG.withdrawn]: tagOf(fresh, day(110)) }),
      answers: { 'record.recorded': failing('aws-denied') },
    }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/deleted.txt');
});
