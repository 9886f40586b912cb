import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../functions/core/duration';
import { intentTag } from '../../functions/core/intent';
import { TAG } from '../../functions/core/names';
import { keysToQuery, planRotation, type RotationInput } from '../../functions/core/plan-rotation';
import type { AccessKey } from '../../functions/core/ports';
import { first, plan, quiet } from './quiet-key';
import { DELIVERED, day, deeds, idOf, keyOf, secretOf, usesOf, versionOf } from './web-shop';

const adopted = keyOf('adopted', day(-400));
const foreign = keyOf('foreign', day(50));

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
    expect(keysToQuery(input)).toEqual([]);
    const { steps, findings } = planRotation(input);
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([{ code: 'rotation-in-progress', severity: 'notice', since: at }]);
    expect(findings[0]?.message).toContain(run);
  });

  it('of an hour counts as left behind', () => {
    expect(deeds(planRotation(withIntent([first], { now: day(90, HOUR) })))).toEqual(['clear-intent', 'rotate']);
  });

  it('whose run created nothing is cleared, and the rotation begins anew', () => {
    expect(planRotation(withIntent([first]))).toEqual({
      steps: [{ do: 'clear-intent' }, { do: 'rotate', reason: 'due' }],
      findings: [],
    });
  });

  it('whose run has stored its key is over, at once, and stays until the next one', () => {
    const secret = secretOf([versionOf(orphan, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')], {
      [TAG.intent]: intentTag({ at, run, before: [first.accessKeyId] }),
    });
    expect(planRotation(withIntent([first, orphan], { secret }))).toEqual({ steps: [], findings: [] });
    const byHand = keyOf('by-hand', day(90, 4 * SECOND));
    const input = withIntent([orphan, byHand], { secret, lastUsed: usesOf([byHand, undefined]) });
    expect(keysToQuery(input)).toEqual([]);
    expect(planRotation(input)).toMatchObject({ steps: [], findings: [{ code: 'foreign-key' }] });
  });

  it.each<[string, number, readonly [AccessKey, Date | undefined, string?][]]>([
    ['an hour after the run', HOUR, []],
    ['almost half a day after it', 12 * HOUR, [[orphan, undefined]]],
    ['though it is known to be used by somebody', 3 * HOUR, [[orphan, day(90, 8 * SECOND), 's3']]],
  ])(
    'K5: whose run may have left a key decides nothing while a use of that key may not show yet: %s',
    (_when, age, uses) => {
      const input = withIntent([first, orphan], { now: new Date(at.getTime() + age), lastUsed: usesOf(...uses) });
      const { steps, findings } = planRotation(input);
      expect(steps).toEqual([]);
      expect(findings).toMatchObject([{ code: 'rotation-in-progress', severity: 'notice', since: at }]);
      expect(findings[0]?.message).toContain(orphan.accessKeyId);
    },
  );

  it('decides when every use of that key would show', () => {
    const now = new Date(orphan.createdAt.getTime() + 12 * HOUR);
    expect(deeds(planRotation(withIntent([first, orphan], { now, lastUsed: usesOf([orphan, undefined]) })))).toEqual([
      'discard-orphan',
      'clear-intent',
      'rotate',
    ]);
  });

  it.each<[string, readonly [AccessKey, Date | undefined, string?]]>([
    ['never used', [orphan, undefined]],
    ['used by its proof only', [orphan, day(90, 8 * SECOND), 'sts']],
  ])('whose run left a key that was %s: the key goes, and the rotation begins anew', (_what, use) => {
    const input = withIntent([first, orphan]);
    expect(keysToQuery(input)).toEqual([orphan]);
    const { steps, findings } = planRotation({ ...input, lastUsed: usesOf(use) });
    expect(steps).toEqual([
      { do: 'discard-orphan', accessKeyId: orphan.accessKeyId, intentAt: at },
      { do: 'clear-intent' },
      { do: 'rotate', reason: 'due' },
    ]);
    expect(findings).toMatchObject([{ code: 'orphan-discarded', severity: 'notice', accessKeyId: orphan.accessKeyId }]);
  });

  it.each<[string, AccessKey, (readonly [AccessKey, Date | undefined, string?])[]]>([
    ['somebody uses', orphan, [[orphan, day(90, 8 * SECOND), 's3']]],
    ['STS saw later', orphan, [[orphan, day(90, 2 * HOUR), 'sts']]],
    ['was created before the intent', keyOf('early', day(90, -10 * MINUTE)), []],
    ['was created when the run was over', keyOf('late', day(90, 16 * MINUTE)), []],
  ])('K5: a key that %s is foreign, whatever the intent says', (_what, key, uses) => {
    const { steps, findings } = planRotation(withIntent([first, key], { lastUsed: usesOf(...uses) }));
    expect(steps).toEqual([{ do: 'clear-intent' }]);
    expect(findings.map(({ code }) => code)).toEqual(['foreign-key', 'two-keys']);
  });

  it('K5: a key that was there before the intent is foreign, even one that nobody has used', () => {
    const input = withIntent([first, orphan]);
    const before = [first.accessKeyId, orphan.accessKeyId];
    const secret = { ...input.secret, tags: { [TAG.intent]: intentTag({ at, run, before }) } };
    const { steps } = planRotation({ ...input, secret, lastUsed: usesOf([orphan, undefined]) });
    expect(steps).toEqual([{ do: 'clear-intent' }]);
  });

  it('K5: a run leaves one key at most: of two that could be it, neither is touched', () => {
    const twin = keyOf('twin', day(90, 5 * MINUTE));
    const secret = secretOf([], { [TAG.intent]: intentTag({ at, run, before: [] }) });
    const lastUsed = usesOf([orphan, undefined], [twin, undefined]);
    const { steps, findings } = planRotation(withIntent([orphan, twin], { secret, lastUsed }));
    expect(steps).toEqual([{ do: 'clear-intent' }]);
    expect(findings.map(({ code }) => code)).toEqual(['foreign-key', 'foreign-key', 'two-keys']);
  });

  it('left behind before the first rotation: the orphan goes, and the first one is made', () => {
    const secret = secretOf([], { [TAG.intent]: intentTag({ at, run, before: [adopted.accessKeyId] }) });
    const lastUsed = usesOf([orphan, undefined]);
    expect(deeds(planRotation(withIntent([adopted, orphan], { secret, lastUsed })))).toEqual([
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
    expect(findings[0]?.message).toContain('remove the tag');
  });

  it('of a run whose clock is a little ahead is young', () => {
    const { findings } = planRotation(withIntent([first], { now: day(90, -2 * MINUTE) }));
    expect(findings).toMatchObject([{ code: 'rotation-in-progress', severity: 'notice' }]);
  });
});

describe('the keys whose last use a plan needs', () => {
  it('are none without an intent', () => {
    expect(keysToQuery({ ...quiet, keys: [first, foreign] })).toEqual([]);
  });

  it('are none with an intent that cannot be read', () => {
    expect(keysToQuery({ ...quiet, secret: { ...quiet.secret, tags: { [TAG.intent]: 'x' } } })).toEqual([]);
  });

  it('never are the ones that it knows', () => {
    const tags = { [TAG.intent]: intentTag({ at: day(0, HOUR), run: 'r', before: [idOf('other')] }) };
    expect(keysToQuery({ ...quiet, secret: { ...quiet.secret, tags } })).toEqual([]);
  });
});
