import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { intentTag } from '../../../functions/core/key/intent';
import { keysToTrace, type RotationInput } from '../../../functions/core/lifecycle/plan-rotation';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, deeds, idOf, keyOf, secretOf, versionOf } from '../web-shop';
import { first, plan, quiet } from './quiet-key';

const adopted = keyOf('adopted', day(-400));
const foreign = keyOf('foreign', day(50));

/** What CloudTrail says of keys. */
function madeBy({ own = [], others = [] }: { own?: readonly AccessKey[]; others?: readonly AccessKey[] }) {
  const said = (keys: readonly AccessKey[], isOwn: boolean) => keys.map((key) => [key.accessKeyId, isOwn] as const);
  return new Map([...said(own, true), ...said(others, false)]);
}

describe('K9: an intent', () => {
  const at = day(90);
  const run = 'run-that-crashed';
  const orphan = keyOf('orphan', day(90, 3 * SECOND));
  const withIntent = (keys: readonly AccessKey[], more: Partial<RotationInput> = {}): RotationInput => ({
    ...quiet,
    secret: secretOf([versionOf(first, 'AWSCURRENT', DELIVERED)], {
      [TAG.intent]: intentTag({ at, run, before: [first.accessKeyId] }),
    }),
    keys,
    now: day(91),
    ...more,
  });

  it.each([
    ['just written', 0],
    ['almost an hour old', HOUR - 1],
  ])('that was %s blocks: its run may be at work', (_what, age) => {
    const input = withIntent([first, orphan], { now: new Date(at.getTime() + age) });
    expect(keysToTrace(input)).toEqual([]);
    const { steps, findings } = plan(input);
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([{ code: 'rotation-in-progress', severity: 'notice', since: at }]);
  });

  it('of an hour counts as left behind', () => {
    expect(deeds(plan(withIntent([first], { now: day(90, HOUR) })))).toEqual(['clear-intent', 'rotate']);
  });

  it('whose run created nothing is cleared, and the rotation begins anew', () => {
    expect(plan(withIntent([first]))).toEqual({
      steps: [{ do: 'clear-intent' }, { do: 'rotate', reason: 'due' }],
      findings: [],
    });
  });

  it('whose run has stored its key is over, at once, and stays until the next one', () => {
    const secret = secretOf([versionOf(orphan, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')], {
      [TAG.intent]: intentTag({ at, run, before: [first.accessKeyId] }),
    });
    expect(plan(withIntent([first, orphan], { secret }))).toEqual({ steps: [], findings: [] });
    const byHand = keyOf('by-hand', day(90, 4 * SECOND));
    const input = withIntent([orphan, byHand], { secret });
    expect(keysToTrace(input)).toEqual([byHand]);
    for (const isOwn of [new Map<string, boolean>(), madeBy({ others: [byHand] })]) {
      expect(plan({ ...input, isOwn })).toMatchObject({ steps: [], findings: [{ code: 'foreign-key' }] });
    }
  });

  it('of two runs at the same time of which one died: its key goes, though the other one has stored its own (K9)', () => {
    const secret = secretOf([versionOf(orphan, 'AWSCURRENT', DELIVERED)], {
      [TAG.intent]: intentTag({ at, run, before: [] }),
    });
    const left = keyOf('left', day(90, 4 * SECOND));
    const { steps } = plan(withIntent([orphan, left], { secret, isOwn: madeBy({ own: [left] }) }));
    expect(steps).toEqual([{ do: 'discard-orphan', accessKeyId: left.accessKeyId }]);
  });

  it('K1: does not keep a dead current key waiting for CloudTrail while there is room for a new one', () => {
    const input = withIntent([orphan], { now: day(90, 2 * HOUR) });
    expect(deeds(plan(input))).toEqual(['clear-intent', 'rotate']);
    const crowded = withIntent([{ ...first, status: 'Inactive' }, orphan], { now: day(90, 2 * HOUR) });
    expect(plan(crowded)).toMatchObject({
      steps: [],
      findings: [{ code: 'rotation-in-progress', severity: 'attention' }],
    });
  });

  it.each<[string, number]>([
    ['an hour after the run', HOUR],
    ['almost three days after it', 3 * DAY - 1],
  ])(
    'K5: whose run may have left a key decides nothing while CloudTrail does not say whose it is: %s',
    (_when, age) => {
      const input = withIntent([first, orphan], { now: new Date(at.getTime() + age) });
      expect(keysToTrace(input)).toEqual([orphan]);
      const { steps, findings } = plan(input);
      expect(steps).toEqual([]);
      expect(findings).toMatchObject([{ code: 'rotation-in-progress', severity: 'notice', since: at }]);
    },
  );

  it('K5: whose key CloudTrail never tells about leaves it alone in the end, and a person decides', () => {
    const { steps, findings } = plan(withIntent([first, orphan], { now: new Date(at.getTime() + 3 * DAY) }));
    expect(steps).toEqual([{ do: 'clear-intent' }]);
    expect(findings.map(({ code }) => code)).toEqual(['foreign-key', 'two-keys']);
  });

  it('whose run left a key behind: the key goes as soon as CloudTrail says so, and the rotation begins anew', () => {
    const input = withIntent([first, orphan], { now: day(90, HOUR), isOwn: madeBy({ own: [orphan] }) });
    const { steps, findings } = plan(input);
    expect(steps).toEqual([
      { do: 'discard-orphan', accessKeyId: orphan.accessKeyId },
      { do: 'clear-intent' },
      { do: 'rotate', reason: 'due' },
    ]);
    expect(findings).toMatchObject([{ code: 'orphan-discarded', severity: 'notice', accessKeyId: orphan.accessKeyId }]);
  });

  it.each<[string, AccessKey]>([
    ['somebody else created in the minutes of the rotation', orphan],
    ['was created before the intent', keyOf('early', day(90, -10 * MINUTE))],
    ['was created when the run was over', keyOf('late', day(90, 16 * MINUTE))],
  ])('K5: a key that %s is foreign, whatever the intent says', (_what, key) => {
    const { steps, findings } = plan(withIntent([first, key], { isOwn: madeBy({ others: [orphan] }) }));
    expect(steps).toEqual([{ do: 'clear-intent' }]);
    expect(findings.map(({ code }) => code)).toEqual(['foreign-key', 'two-keys']);
  });

  it('K5: a key that was there before the intent is foreign, whoever created it', () => {
    const input = withIntent([first, orphan]);
    const before = [first.accessKeyId, orphan.accessKeyId];
    const secret = { ...input.secret, tags: { [TAG.intent]: intentTag({ at, run, before }) } };
    const { steps } = plan({ ...input, secret, isOwn: madeBy({ own: [orphan] }) });
    expect(steps).toEqual([{ do: 'clear-intent' }]);
  });

  it('K5: of two keys that could be what the run left, the one that it created goes', () => {
    const twin = keyOf('twin', day(90, 5 * MINUTE));
    const secret = secretOf([], { [TAG.intent]: intentTag({ at, run, before: [] }) });
    const isOwn = madeBy({ own: [orphan], others: [twin] });
    const { steps, findings } = plan(withIntent([orphan, twin], { secret, isOwn }));
    expect(steps).toMatchObject([
      { do: 'discard-orphan', accessKeyId: orphan.accessKeyId },
      { do: 'clear-intent' },
      { do: 'rotate' },
    ]);
    expect(findings).toMatchObject([
      { code: 'orphan-discarded' },
      { code: 'foreign-key', accessKeyId: twin.accessKeyId },
    ]);
  });

  it('left behind before the first rotation: the orphan goes, and the first one is made', () => {
    const secret = secretOf([], { [TAG.intent]: intentTag({ at, run, before: [adopted.accessKeyId] }) });
    const isOwn = madeBy({ own: [orphan] });
    expect(deeds(plan(withIntent([adopted, orphan], { secret, isOwn })))).toEqual([
      'discard-orphan',
      'clear-intent',
      'rotate',
    ]);
  });

  it.each<[string, string]>([
    ['was edited', 'soon'],
    ['is empty', ''],
    ['lies in the future', intentTag({ at: day(4000), run, before: [] })],
  ])('that %s blocks, and a person is told', (_what, tag) => {
    const secret = { ...quiet.secret, tags: { [TAG.intent]: tag } };
    const { steps, findings } = plan({ secret, keys: [first, orphan], now: day(95) });
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([{ code: 'rotation-in-progress', severity: 'attention' }]);
  });

  it('of a run whose clock is a little ahead is young', () => {
    const { findings } = plan(withIntent([first], { now: day(90, -2 * MINUTE) }));
    expect(findings).toMatchObject([{ code: 'rotation-in-progress', severity: 'notice' }]);
  });
});

describe('the keys whose creator a plan has to know', () => {
  it('are none without an intent', () => {
    expect(keysToTrace({ ...quiet, keys: [first, foreign] })).toEqual([]);
  });

  it('are none with an intent that cannot be read', () => {
    expect(keysToTrace({ ...quiet, secret: { ...quiet.secret, tags: { [TAG.intent]: 'x' } } })).toEqual([]);
  });

  it('never are the ones that it knows', () => {
    const tags = { [TAG.intent]: intentTag({ at: day(0, HOUR), run: 'r', before: [idOf('other')] }) };
    expect(keysToTrace({ ...quiet, secret: { ...quiet.secret, tags } })).toEqual([]);
  });
});
