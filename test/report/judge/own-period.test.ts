import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import type { JudgedKey } from '../../../functions/report/judge/judged-key';
import type { KeyLife } from '../../../functions/report/judge/model';
import { underProcess, withinOwnPeriod } from '../../../functions/report/judge/own-period';
import { day, entryOf, idOf } from '../../core/web-shop';

const entry = entryOf();
const NOW = day(200);

const keyturns: KeyLife = {
  accessKeyId: idOf('old'),
  origin: 'keyturn',
  phases: [],
  marks: [],
};

/** A current key of 50 days. */
function key(more: Partial<JudgedKey> = {}): JudgedKey {
  return {
    id: 'web-shop-production/old',
    user: entry.user,
    arn: 'arn:aws:iam::111122223333:user/bitbucket-web-shop',
    isRoot: false,
    accessKeyId: idOf('old'),
    managed: {
      key: entry.id,
      user: entry.user,
      policy: entry.policy,
      entry,
      changedAt: undefined,
      secret: undefined,
      events: [],
      listed: undefined,
      since: day(0),
    },
    life: keyturns,
    role: 'current',
    status: 'Active',
    createdAt: day(150),
    endedAt: undefined,
    lastUsed: 'never',
    now: NOW,
    isReported: true,
    activeOfUser: 1,
    overlap: undefined,
    changeover: undefined,
    firstRotationBy: undefined,
    ...more,
  };
}

const gone = (life: Partial<KeyLife> | undefined) =>
  key({ role: 'gone', life: life === undefined ? undefined : { ...keyturns, ...life } });
const superseded = (state: 'overlap' | 'held' | 'beyond', life: Partial<KeyLife> = {}) =>
  key({ role: 'superseded', overlap: { state, until: day(203) }, life: { ...keyturns, ...life } });

describe('whether a key keeps the period of its own policy', () => {
  it.each<[string, JudgedKey, string, string]>([
    ['a current key within it', key(), 'pass', 'Current, 50 days of 90.'],
    ['on its last day', key({ createdAt: day(110) }), 'pass', 'Current, 90 days of 90.'],
    ['due, before the next run', key({ createdAt: day(109, -HOUR) }), 'pass', 'due, and the next run rotates it.'],
    ['at the end of that run', key({ createdAt: day(109, -2 * HOUR) }), 'pass', 'due, and the next run rotates it.'],
    ['when that run is over', key({ createdAt: day(109, -2 * HOUR - 1) }), 'fail', 'Current, 91 days of 90: overdue.'],
    ['a key whose creation is not known', key({ createdAt: undefined }), 'unknown', 'Its creation is not known.'],
    ['a foreign one', key({ role: 'foreign' }), 'fail', 'Made by hand for a managed user; nothing rotates it.'],
    ['one that nobody manages', key({ managed: undefined }), 'unknown', 'Keyturn knows no period for it.'],
    [
      'one that is Inactive',
      key({ status: 'Inactive' }),
      'not-applicable',
      'It is Inactive: AWS accepts no request that is signed with it.',
    ],
    ['one that is gone, in time', gone({}), 'pass', 'It was replaced within its period, and is gone.'],
    ['one that is gone, late', gone({ lateDays: 4 }), 'fail', 'It was replaced 4 days after its period, and is gone.'],
    ['one that was adopted, and is gone', gone({ origin: 'adopted' }), 'not-applicable', 'It does not exist any more.'],
    ['one that is gone without a trace', gone(undefined), 'not-applicable', 'It does not exist any more.'],
    [
      'a superseded one in its overlap',
      superseded('overlap'),
      'pass',
      'Superseded, within its overlap, until 2026-07-23.',
    ],
    [
      'a superseded one of which the record knows nothing',
      { ...superseded('overlap'), life: undefined },
      'pass',
      'Superseded, within its overlap, until 2026-07-23.',
    ],
    ['a held one', superseded('held'), 'pass', 'Superseded, and held because it is in use, until 2026-07-23.'],
    [
      'one beyond its dates',
      superseded('beyond'),
      'fail',
      `${idOf('old')} should have been made Inactive on 2026-07-23`,
    ],
    ['one that was superseded late', superseded('overlap', { lateDays: 2 }), 'fail', 'It was superseded 2 days late.'],
    [
      'one that waits for its first rotation',
      key({ role: 'superseded' }),
      'unknown',
      'its period begins with its first rotation',
    ],
  ])('%s', (_what, judged, verdict, why) => {
    const said = withinOwnPeriod(judged);
    expect(said.verdict).toBe(verdict);
    expect(said.why).toContain(why);
  });

  it('is no question of a root user’s key, which no process rotates', () => {
    expect(underProcess(key({ isRoot: true }))).toEqual({
      verdict: 'fail',
      why: 'A key of the root user is under no process of rotation.',
    });
    expect(underProcess(key())).toEqual(withinOwnPeriod(key()));
  });
});
