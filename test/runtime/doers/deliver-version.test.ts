import { expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { nameThatMayPass, targetId } from '../../../functions/core/hosts/target';
import { placeDigest as nameDigest } from '../../../functions/core/key/known-places';
import { placeDigest, writtenTag } from '../../../functions/core/key/written-places';
import type { Managed } from '../../../functions/core/lifecycle/managed';
import type { Delivery } from '../../../functions/core/lifecycle/steps';
import { TAG } from '../../../functions/core/names';
import { deliverVersion } from '../../../functions/runtime/doers/deliver-version';
import {
  day,
  entryOf,
  handMade,
  idOf,
  keyOf,
  production,
  secretOf,
  staging,
  tagOf,
  versionOf,
} from '../../core/web-shop';
import { type Answers, credentialOf, did, failing, type Given, newer, older, secret, told } from './did';

const DIGEST = '0123456789abcdef';
const LABEL = `DELIVERED-${DIGEST}`;
const [before, current] = [versionOf(older).versionId, versionOf(newer).versionId];
const step: Delivery = {
  do: 'deliver',
  versionId: current,
  accessKeyId: newer.accessKeyId,
  createdAt: newer.createdAt,
  digest: DIGEST,
  markedBefore: before,
  conclusive: true,
  fresh: false,
  returned: false,
  again: false,
};
const SOON = day(90, HOUR);
const works: Answers = {
  'secrets.read': (_name: string, version: string) =>
    version === before ? credentialOf('older', older.createdAt) : credentialOf('newer', newer.createdAt),
  'sts.identify': { arn: 'arn:aws:iam::111122223333:user/bitbucket-web-shop', accountId: '111122223333' },
  'Production.deliver': { wrote: ['both'] },
  'Staging.deliver': { wrote: ['both'], revision: 'r1' },
};
const two: Partial<Managed> = { entry: entryOf({ targets: [production, staging] }) };
const withTags = (tags: Record<string, string>, more: Partial<Managed> = {}) => ({
  ...more,
  secret: secretOf(secret.versions, tags),
});

function delivered(more: Partial<Delivery> = {}, { answers = {}, ...given }: Given = {}): Promise<string> {
  return did(deliverVersion as never, { ...step, ...more }, { now: SOON, ...given, answers: { ...works, ...answers } });
}

interface Earlier {
  readonly torn: boolean;
  beforeWriting(): Promise<void>;
  canPutBack(id: string | undefined): boolean;
  read(id: string | undefined): Promise<unknown>;
}

/** What the secret knows of the place, and of one that is no target any more. */
function knownTo(identity: string): Partial<Managed> {
  const name = nameThatMayPass(production, entryOf().connections.acme) ?? '';
  return withTags({ [TAG.places]: `${nameDigest(name)}=${identity} zzzzzz=w/gone` });
}

/** A target that writes, and then fails as it is told. */
const writing =
  (fails?: Error) =>
  async (_credential: unknown, _stored: unknown, earlier: Earlier): Promise<object> => {
    await earlier.beforeWriting();
    if (fails !== undefined) throw fails;
    return { wrote: ['both'] };
  };

/** A target that asks what was there before: whether it can be put back, and then for it. */
const asking =
  (...ids: readonly (string | undefined)[]) =>
  async (_credential: unknown, _stored: unknown, earlier: Earlier): Promise<object> => {
    const seen = [];
    for (const id of ids) {
      const read = (await earlier.read(id)) as { accessKeyId: string } | undefined;
      seen.push(`${id ?? 'nothing shown'}: ${earlier.canPutBack(id)}, ${read?.accessKeyId ?? 'none'}`);
    }
    return { wrote: seen, torn: earlier.torn };
  };

it('a delivery: proved, written, marked', async () => {
  const overtaken = secretOf([versionOf(older, 'AWSPREVIOUS'), versionOf(keyOf('newest', day(91)), 'AWSCURRENT')]);
  const marked = secretOf([versionOf(older, 'AWSPREVIOUS'), versionOf(newer, 'AWSCURRENT', LABEL)]);
  const cases = {
    'that is complete': delivered(),
    'to two targets, of which one shows a revision': delivered({}, { managed: two }),
    'that is an hour late': delivered({}, { now: day(90, HOUR + 1) }),
    'that is an hour late, and overtaken': delivered(
      {},
      {
        now: day(90, HOUR + 1),
        answers: { 'secrets.describe': overtaken },
      },
    ),
    'of a version that was delivered before': delivered({ returned: true }),
    'once more, as a person wants': delivered({ again: true, returned: true }),
    'with a revision, and overtaken': delivered({}, { managed: two, answers: { 'secrets.describe': overtaken } }),
    'that another run has marked': delivered({}, { answers: { 'secrets.moveLabel': failing('label-moved') } }),
    'that cannot be marked': delivered({}, { answers: { 'secrets.moveLabel': failing('aws-denied') } }),
    'of a torn pair': delivered({}, { managed: withTags({ [TAG.torn]: tagOf(newer, day(90)) }) }),
    'after which another may come': delivered({ conclusive: false }),
    'after which another may come, and has': delivered(
      { conclusive: false },
      { answers: { 'secrets.describe': overtaken } },
    ),
    'of a key that does not work': delivered({}, { answers: { 'sts.identify': failing('proof-failed') } }),
    'of a key that does not work, and that is overtaken': delivered(
      {},
      {
        answers: { 'sts.identify': failing('aws-denied'), 'secrets.describe': overtaken },
      },
    ),
    'of which one target fails': delivered(
      {},
      {
        managed: two,
        answers: { 'Production.deliver': failing('host-down', { concerns: 'place' }) },
      },
    ),
    'after which nothing is current': delivered(
      { conclusive: false },
      { answers: { 'secrets.describe': secretOf([]) } },
    ),
    'that is late, and nothing is current': delivered(
      {},
      { now: day(90, HOUR + 1), answers: { 'secrets.describe': secretOf([]) } },
    ),
    'whose place is known': delivered({}, { managed: knownTo('w/r'), answers: { 'Production.identify': 'w/r' } }),
    'whose place is known, and cannot be told any more': delivered({}, { managed: knownTo('w/r') }),
    'whose place is another one now': delivered(
      {},
      { managed: knownTo('w/r'), answers: { 'Production.identify': 'w/other' } },
    ),
    'whose place nobody knew': delivered({}, { answers: { 'Production.identify': 'w/r' } }),
    'of which all targets fail': delivered({}, { answers: { 'Production.deliver': failing('host-down') } }),
    'without targets': delivered({}, { managed: { entry: entryOf({ targets: [] }) } }),
    'of which one half is refused': delivered(
      {},
      {
        answers: { 'Production.deliver': failing('scope-missing', { halved: true }) },
      },
    ),
    'of which one half is refused, and that another run has marked': delivered(
      {},
      {
        answers: { 'Production.deliver': failing('scope-missing', { halved: true }), 'secrets.describe': marked },
      },
    ),
    'of which one half is refused, and that is overtaken': delivered(
      {},
      {
        answers: { 'Production.deliver': failing('scope-missing', { halved: true }), 'secrets.describe': overtaken },
      },
    ),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/delivered.txt');
});

it('a refusal: what people hear', async () => {
  const torn = { tornPair: { id: 'AWS_ACCESS_KEY_ID', secretKey: 'AWS_SECRET_ACCESS_KEY' } as never };
  const refused = (code: Parameters<typeof failing>[0], options?: Parameters<typeof failing>[1], given: Given = {}) =>
    delivered({}, { ...given, answers: { 'Production.deliver': failing(code, options), ...given.answers } });
  const cases = {
    'of the token': refused('token-rejected'),
    'of the token, with a pair that was torn before': refused(
      'token-rejected',
      {},
      {
        managed: withTags({ [TAG.torn]: tagOf(newer, day(90)) }),
      },
    ),
    'of something else, with a pair that was torn before': refused(
      'host-rejected',
      {},
      {
        managed: withTags({ [TAG.torn]: tagOf(newer, day(90)) }),
      },
    ),
    'that tears a pair': refused('host-rejected', torn),
    'that tears a pair, by a missing right': refused('scope-missing', torn),
    'that tears a pair, which cannot be kept': refused('host-rejected', torn, {
      answers: { 'secrets.tag': failing('aws-denied') },
    }),
    'of a place that is another one now': refused('place-replaced'),
    'of a token where there is no connection': delivered(
      {},
      {
        managed: { entry: entryOf({ connections: {} }) },
      },
    ),
    'of a target that cannot be opened': delivered({}, { answers: { 'open Production': failing('token-rejected') } }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/refused.txt');
});

it('what is kept of the places that may hold a key, and of what they held before', async () => {
  const [here, there] = [production, staging].map((target) => placeDigest(targetId(target, entryOf().connections)));
  const place = (digest = '') => digest.replaceAll(/./g, '.');
  const held = (...digests: readonly string[]) => withTags(writtenTag(newer.accessKeyId, digests), two);
  const both = (one?: Error, other?: Error): Answers => ({
    'Production.deliver': writing(one),
    'Staging.deliver': writing(other),
  });
  const unchanged = failing('host-rejected', { unchanged: true });
  const three = secretOf([
    versionOf(keyOf('oldest', day(-9))),
    versionOf(older, 'AWSPREVIOUS'),
    versionOf(newer, 'AWSCURRENT'),
    { versionId: handMade, labels: [] },
  ]);
  const asked = (more: Partial<Delivery> = {}, managed: Partial<Managed> = {}, answers: Answers = {}) =>
    delivered(more, {
      managed: { secret: three, ...managed },
      answers: {
        'Production.deliver': asking(undefined, idOf('oldest'), newer.accessKeyId, 'AKIASTRANGE'),
        ...answers,
      },
    });
  const cases = {
    'two that are written to': delivered({}, { managed: two, answers: both() }),
    'two of which one fails in the middle': delivered({}, { managed: two, answers: both(failing('host-down')) }),
    'two of which one is as it was': delivered({}, { managed: two, answers: both(unchanged) }),
    'two of which one is not begun and the other as it was': delivered(
      {},
      {
        managed: two,
        answers: { 'open Production': failing('host-down'), 'Staging.deliver': writing(unchanged) },
      },
    ),
    'two of which both are as they were': delivered({}, { managed: two, answers: both(unchanged, unchanged) }),
    'two of which both are as they were, which cannot be kept': delivered(
      {},
      {
        managed: two,
        answers: {
          ...both(unchanged, unchanged),
          'secrets.tag': (_name: string, tags: Record<string, string>) =>
            (tags[TAG.written] ?? '').split(' ').length === 1 ? failing('aws-denied') : undefined,
        },
      },
    ),
    'one that may hold it already': delivered({}, { managed: held(here ?? ''), answers: both() }),
    'two that may hold it already': delivered({}, { managed: held(here ?? '', there ?? ''), answers: both() }),
    'one that may hold it already, and one that is as it was': delivered(
      {},
      {
        managed: held(here ?? ''),
        answers: both(undefined, unchanged),
      },
    ),
    'two of a key that became current again': delivered({ returned: true }, { managed: two, answers: both() }),
    'one that cannot be kept': delivered(
      {},
      {
        answers: { 'Production.deliver': writing(), 'secrets.tag': failing('aws-denied') },
      },
    ),
    'what was there before': asked(),
    'what was there before, where nothing was marked': asked({ markedBefore: undefined }),
    'what was there before, where the oldest was marked': asked({
      markedBefore: versionOf(keyOf('oldest', day(-9))).versionId,
    }),
    'what was there before, where it may hold the new one': asked({ returned: true }),
    'what was there before, that does not work any more': asked(
      {},
      {},
      {
        'sts.identify': ({ accessKeyId }: { accessKeyId: string }) =>
          accessKeyId === newer.accessKeyId ? works['sts.identify'] : failing('aws-denied'),
      },
    ),
    'what was there before, by a torn pair': asked({}, withTags({ [TAG.torn]: tagOf(newer, day(90)) })),
  };
  const text = await told(cases);
  expect([here, there].map(place)).toEqual(['........', '........']);
  await expect(text).toMatchFileSnapshot('did/places-written.txt');
});
