import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/duration';
import {
  noRootKey,
  oneActiveKey,
  rotatedWithin90,
  usedWithin45,
  usedWithin90,
} from '../../../functions/report/judge/benchmarks';
import type { JudgedKey, Judgement } from '../../../functions/report/judge/judged-key';
import type { KeyFacts } from '../../../functions/report/judge/key-facts';
import { day, entryOf } from '../../core/web-shop';

const now = day(200);
const managed = (rotateAfter = 90) => {
  const entry = entryOf({ policy: { rotateAfter, deactivateAfter: rotateAfter + 10, deleteAfter: rotateAfter + 20 } });
  return { entry, policy: entry.policy } as JudgedKey['managed'];
};
const key = (more: Partial<JudgedKey> = {}) =>
  ({
    id: 'KEY',
    accessKeyId: 'AKIA1',
    isRoot: false,
    role: 'current',
    status: 'Active',
    createdAt: day(150),
    lastUsed: 'never',
    managed: managed(),
    now,
    activeOfUser: 1,
    ...more,
  }) as JudgedKey;

const says = (verdict: Judgement['verdict'], why: string): Judgement => ({ verdict, why });
const excepted = (kind: 'due' | 'first-rotation', why: string, until: Date): Judgement => ({
  verdict: 'exception',
  why,
  exception: { kind, until, of: 'KEY' },
});
const ROOTS = says('not-applicable', 'A key of the root user; another control is about those.');
const GONE = says('not-applicable', 'It does not exist any more.');
const INACTIVE = says('not-applicable', 'It is Inactive: AWS accepts no request that is signed with it.');

it("the root user's key fails whatever its status, and no other is asked about", () => {
  expect(noRootKey(key())).toEqual(says('not-applicable', 'Not a key of the root user.'));
  for (const status of ['Active', 'Inactive'] as const) {
    expect(noRootKey(key({ isRoot: true, status }))).toEqual(
      says('fail', `The root user has an access key (${status}). Delete it.`),
    );
  }
});

it.each([
  ['rotation', rotatedWithin90],
  ['one key a user', oneActiveKey],
  ['use', usedWithin45],
] as const)('%s is asked of keys of users that can be used', (_what, judge) => {
  expect(judge(key({ isRoot: true }))).toEqual(ROOTS);
  expect(judge(key({ role: 'gone' }))).toEqual(GONE);
  expect(judge(key({ status: 'Inactive' }))).toEqual(INACTIVE);
});

describe('rotated every 90 days or less', () => {
  const old = (days: number, more: Partial<JudgedKey> = {}) => key({ createdAt: day(200 - days), ...more });
  const active = (days: number) => `Active at ${days} days.`;
  const LATE = ' In its 91st day: it passes by whole days, as the IAM console counts; who compares the hour says fail.';

  it.each<[string, JudgedKey, Judgement]>([
    ['a key of one day', old(1), says('pass', 'Active at 1 day.')],
    ['a key on its 90th day', old(90), says('pass', active(90))],
    ['a key in its 91st day', old(90, { createdAt: day(110, -1) }), says('pass', `${active(90)}${LATE}`)],
    ['a key of unknown age', key({ createdAt: undefined }), says('unknown', 'Its creation is not known.')],
    ['a key of another user', old(91, { managed: undefined }), says('fail', active(91))],
    [
      'a key that is managed no more',
      old(91, { managed: { ...managed(), entry: undefined } as JudgedKey['managed'] }),
      says('fail', active(91)),
    ],
    ['a foreign key', old(91, { role: 'foreign' }), says('fail', active(91))],
    [
      'a key of a slow policy',
      old(91, { managed: managed(91) }),
      says('fail', `${active(91)} Its policy rotates at 91 days, which is later than 90.`),
    ],
    [
      'a superseded key within its dates',
      old(95, { role: 'superseded', overlap: { state: 'overlap', until: day(205) } }),
      {
        verdict: 'exception',
        why: `${active(95)} AKIA1 overlaps with its successor until 2026-07-25 (policy 90/100/110).`,
        exception: { kind: 'overlap', until: day(205), of: 'AKIA1' },
      },
    ],
    [
      'a current key that the next run rotates',
      old(91),
      excepted('due', `${active(91)} Its rotation is due, and comes with the next run.`, day(200, 2 * HOUR)),
    ],
    [
      'a current key at the end of that',
      old(91, { createdAt: day(109, -2 * HOUR) }),
      excepted('due', `${active(91)} Its rotation is due, and comes with the next run.`, now),
    ],
    [
      'a current key that no run has rotated',
      old(91, { createdAt: day(109, -2 * HOUR - 1) }),
      says('fail', `${active(91)} Its rotation was due on 2026-07-19.`),
    ],
    [
      'an adopted key whose first rotation may still come',
      old(400, { role: 'superseded', firstRotationBy: now }),
      excepted(
        'first-rotation',
        `${active(400)} It was there before Keyturn, and is superseded by the first rotation.`,
        now,
      ),
    ],
    [
      'an adopted key whose first rotation should have come',
      old(400, { role: 'superseded', firstRotationBy: day(200, -1) }),
      says('fail', `${active(400)} It was there before Keyturn, and has no successor.`),
    ],
    [
      'an adopted key whose first rotation nobody knows of',
      old(400, { role: 'superseded' }),
      says('fail', `${active(400)} It was there before Keyturn, and has no successor.`),
    ],
  ])('%s', (_what, judged, expected) => {
    expect(rotatedWithin90(judged)).toEqual(expected);
  });
});

describe('one active key a user', () => {
  const changeover = {
    older: { accessKeyId: 'AKIA0', managed: managed() } as KeyFacts,
    overlap: { state: 'held', until: day(205) },
  } as const;

  it.each<[string, JudgedKey, Judgement]>([
    ['one', key(), says('pass', 'The only Active key of its user.')],
    ['two', key({ activeOfUser: 2 }), says('fail', 'Its user has two Active keys.')],
    [
      'two while pipelines change over',
      key({ activeOfUser: 2, changeover }),
      {
        verdict: 'exception',
        why: 'Its user has two Active keys. AKIA0 is held, because it is in use, until 2026-07-25 at the latest (policy 90/100/110).',
        exception: { kind: 'held', until: day(205), of: 'AKIA0' },
      },
    ],
  ])('%s', (_what, judged, expected) => {
    expect(oneActiveKey(judged)).toEqual(expected);
  });
});

describe.each([
  [45, usedWithin45],
  [90, usedWithin90],
] as const)('used within %i days', (limit, judge) => {
  const ago = (days: number) => day(200 - days);

  it.each<[string, () => JudgedKey, Judgement]>([
    ['on the last day', () => key({ lastUsed: ago(limit - 1) }), says('pass', `Last used ${limit - 1} days ago.`)],
    ['a moment before', () => key({ lastUsed: day(200 - limit, 1) }), says('pass', `Last used ${limit - 1} days ago.`)],
    ['not any more', () => key({ lastUsed: ago(limit) }), says('fail', `Last used ${limit} days ago.`)],
    [
      'since by a clock that is ahead',
      () => key({ lastUsed: new Date(now.getTime() + DAY) }),
      says('pass', 'Last used 0 days ago.'),
    ],
    ['never, and young', () => key({ createdAt: ago(1) }), says('pass', 'Never used since its creation 1 day ago.')],
    [
      'never, and old',
      () => key({ createdAt: ago(limit) }),
      says('fail', `Never used since its creation ${limit} days ago.`),
    ],
    [
      'never since a creation that nobody knows',
      () => key({ createdAt: undefined }),
      says('unknown', 'It was never used, and its creation is not known.'),
    ],
    [
      'nobody knows when, and young',
      () => key({ lastUsed: 'unknown', createdAt: ago(limit - 1) }),
      says('pass', `Its last use is not known; created ${limit - 1} days ago.`),
    ],
    [
      'nobody knows when, and made by a clock that is ahead',
      () => key({ lastUsed: 'unknown', createdAt: new Date(now.getTime() + DAY) }),
      says('pass', 'Its last use is not known; created 0 days ago.'),
    ],
    [
      'nobody knows when, and old',
      () => key({ lastUsed: 'unknown', createdAt: ago(limit) }),
      says('unknown', 'Its last use is not known.'),
    ],
    [
      'nobody knows when, nor since when it is there',
      () => key({ lastUsed: 'unknown', createdAt: undefined }),
      says('unknown', 'Its last use is not known.'),
    ],
  ])('%s', (_what, judged, expected) => {
    expect(judge(judged())).toEqual(expected);
  });
});

it("used within 90 days is asked of the root user's key too, and of none that is gone or Inactive", () => {
  expect(usedWithin90(key({ isRoot: true }))).toMatchObject({ verdict: 'pass' });
  expect(usedWithin90(key({ role: 'gone' }))).toEqual(GONE);
  expect(usedWithin90(key({ status: 'Inactive' }))).toEqual(INACTIVE);
});
