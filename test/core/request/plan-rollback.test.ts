import { describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import { MINUTE } from '../../../functions/core/duration';
import { intentTag } from '../../../functions/core/key/intent';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { placeIsFreeAt } from '../../../functions/core/lifecycle/rollback';
import { type Level, TAG } from '../../../functions/core/names';
import { planRequest } from '../../../functions/core/request/plan-request';
import { type OperatorRequest, requestSchema } from '../../../functions/core/request/request';
import { DELIVERED, day, entryOf, handMade, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const [older, newer] = [keyOf('older', day(0)), keyOf('newer', day(90))];
const CALLER = {
  arn: 'arn:aws:sts::111122223333:assumed-role/Admin/carol',
  userId: 'A:carol',
  accountId: '111122223333',
};
const versions = [versionOf(newer, 'AWSCURRENT', DELIVERED), versionOf(older, 'AWSPREVIOUS')];
const SECRET = secretOf(versions);
const BACK = [versionOf(older, 'AWSCURRENT', DELIVERED), versionOf(newer, 'AWSPREVIOUS')];
const WITHDRAWN = { [TAG.withdrawn]: tagOf(newer, day(92)) };

interface Given {
  readonly does?: OperatorRequest['do'];
  readonly secret?: SecretState;
  readonly level?: Level;
  readonly entry?: RegistryEntry;
  readonly now?: Date;
}
function plan({
  does = 'rollback',
  secret = SECRET,
  level = 'administrator',
  entry = entryOf(),
  now = day(92),
}: Given = {}) {
  const document = {
    schema: 'keyturn.request/v1',
    id: '0f8fad5b-d9cb-469f-a165-70867728950e',
    do: does,
    keys: [entry.id],
    why: 'it lacks a policy',
  };
  const result = planRequest({ request: requestSchema.parse(document), caller: CALLER, level, entry, secret, now });
  return 'refused' in result ? result : { ...result, words: result.words.join(' ') };
}

describe('what a rollback will do', () => {
  it('is one tag that names the newer key, and its words name both, and say what is not known', () => {
    const shown = plan();
    expect(shown).toMatchObject({ change: { do: 'rollback', tag: newer.accessKeyId, of: newer.accessKeyId } });
    const words = 'words' in shown ? shown.words : '';
    for (const said of [
      `goes back from ${newer.accessKeyId}, 2 days old, to ${older.accessKeyId}, 92 days old`,
      `${older.accessKeyId} was not made Inactive by Keyturn; if it is so, it is made Active.`,
      'delivered to its target',
      'Whether IAM still lists it is not known here',
      `${newer.accessKeyId} is withdrawn: never delivered again, kept Active until 2026-04-13 and until ${older.accessKeyId} has been everywhere for 10 days, then kept Inactive, and deleted on 2026-04-23`,
    ]) {
      expect(words).toContain(said);
    }
  });

  it('says the days that the deactivation and the deletion will have, where both keys are young', () => {
    const [first, second] = [keyOf('first', day(0)), keyOf('second', day(21))];
    const secret = secretOf([versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')]);
    const shown = plan({ secret, now: day(21) });
    // It has to be gone before the first one is 90 days old, and may be held for 10.
    const [deactivated, deleted] = [day(69), day(79)].map((at) => at.toISOString().slice(0, 10));
    expect('words' in shown && shown.words).toContain(`kept Active until ${deactivated} and until`);
    expect('words' in shown && shown.words).toContain(`deleted on ${deleted} at the soonest`);
    const back = secretOf([versionOf(first, 'AWSCURRENT', DELIVERED), versionOf(second, 'AWSPREVIOUS')], {
      [TAG.withdrawn]: tagOf(second, day(21)),
    });
    expect(placeIsFreeAt(entryOf(), back)).toEqual(day(79));
  });

  it('says since when the older one has been Inactive', () => {
    expect(plan({ secret: secretOf(versions, { [TAG.deactivated]: tagOf(older, day(91)) }) })).toMatchObject({
      words: expect.stringContaining(`has been Inactive since ${day(91).toISOString()}, and is made Active`),
    });
  });

  it('is another plan when another key is current, or another one asks', () => {
    const digest = (given: Given) => {
      const shown = plan(given);
      return 'digest' in shown ? shown.digest : undefined;
    };
    const next = keyOf('next', day(91));
    const later = secretOf([versionOf(next, 'AWSCURRENT'), versionOf(newer, 'AWSPREVIOUS')]);
    expect(new Set([digest({}), digest({ secret: later }), undefined]).size).toBe(3);
  });
});

describe('a rollback is refused', () => {
  it.each<[string, Given, string]>([
    ['to an operator', { level: 'operator' }, 'beyond-level'],
    [
      'while the key is paused',
      { secret: secretOf(versions, { [TAG.paused]: `${day(99).toISOString()} a b` }) },
      'held-back',
    ],
    ['while it is only observed', { entry: entryOf({ mode: 'observe' }) }, 'held-back'],
    ['where no key is before it', { secret: secretOf([versionOf(newer, 'AWSCURRENT')]) }, 'nothing-to-do'],
    ['where none was stored', { secret: secretOf([]) }, 'nothing-to-do'],
    [
      'where somebody has edited the secret',
      { secret: secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(older)]) },
      'nothing-to-do',
    ],
    ['when it was done', { secret: secretOf(BACK, WITHDRAWN) }, 'nothing-to-do'],
    ['while it is being done', { secret: secretOf(versions, WITHDRAWN), now: day(92, MINUTE) }, 'in-progress'],
    [
      'while a rotation is at work',
      { secret: secretOf(versions, { [TAG.intent]: intentTag({ at: day(92), run: 'r', before: [] }) }) },
      'in-progress',
    ],
    [
      'when the key has another user since',
      { secret: secretOf(versions, { [TAG.user]: 'somebody-else' }) },
      'nothing-to-do',
    ],
  ])('%s', (_what, given, refused) => {
    expect(plan(given)).toMatchObject({ refused });
  });

  it('and not any more, when nothing came of one that died before it could be recorded (K9)', () => {
    expect(plan({ secret: secretOf(versions, WITHDRAWN), now: day(92, 5 * MINUTE) })).toMatchObject({
      change: { from: WITHDRAWN[TAG.withdrawn] },
    });
  });
});

describe('a rotation after a rollback', () => {
  const secret = secretOf(BACK, { ...WITHDRAWN, [TAG.delivered]: tagOf(older, day(93)) });

  it('is refused with the day until when the withdrawn key has its place (K8, K14)', () => {
    const refused = plan({ does: 'rotate', level: 'operator', secret, now: day(100) });
    expect(refused).toMatchObject({
      refused: 'no-room',
      message: expect.stringContaining('deleted from 2026-04-24 on'),
    });
  });

  it('is taken when that day has come, whether or not the tag is there still', () => {
    expect(plan({ does: 'rotate', level: 'operator', secret, now: day(113) })).toMatchObject({
      change: { do: 'rotate' },
    });
  });
});
