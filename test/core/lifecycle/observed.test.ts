import { describe, expect, it } from 'vitest';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import type { Finding } from '../../../functions/core/findings/findings';
import { undelivered } from '../../../functions/core/lifecycle/breaker';
import { upcomingRotations } from '../../../functions/core/lifecycle/bring-forward';
import { inMode, isObserved, performable } from '../../../functions/core/lifecycle/observed';
import { daysOverdue } from '../../../functions/core/lifecycle/overdue';
import type { Step } from '../../../functions/core/lifecycle/steps';
import { codes, day, entryOf, keyOf, secretOf, versionOf } from '../web-shop';

const observing = entryOf({ mode: 'observe' });
const old = keyOf('old', day(-50));
const current = keyOf('new', day(50));
const secret = secretOf([versionOf(current, 'AWSCURRENT')]);
const empty = secretOf([]);
const key = observing.id;
const about = { key, accessKeyId: old.accessKeyId };
const rotate: Step = { do: 'rotate', reason: 'due' };
const foreign: Finding = { code: 'foreign-key', ...about, facts: { user: 'ci', createdAt: day(1) } };
const settling: Finding = { code: 'settling', key, facts: { since: day(1) } };
const orphan: Finding = { code: 'orphan-discarded', ...about, facts: { run: 'run-1' } };

describe('the mode of a key', () => {
  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['rotate', false],
    ['observe', true],
    // What no version of today writes: no leave to act (K14).
    ['canary', true],
    ['', true],
    ['Rotate', true],
  ])('%s: only observed is %s', (mode, expected) => {
    const entry = entryOf({ mode: mode as RegistryEntry['mode'] });
    expect(isObserved(entry)).toBe(expected);
    expect(performable(entry, [rotate])).toEqual(expected ? [] : [rotate]);
  });

  it('leaves a plan of a key that is rotated as it is', () => {
    const plan = { steps: [rotate], findings: [foreign, settling] };
    expect(inMode({ entry: entryOf(), secret, now: day(147), isAsked: true }, plan)).toBe(plan);
  });
});

describe('a key that is only observed', () => {
  const input = { entry: observing, secret, now: day(147) };

  it('has no step, and one finding that says what would be done and how old its current key is', () => {
    expect(inMode({ ...input, keys: [old, current] }, { steps: [rotate], findings: [] })).toEqual({
      steps: [],
      findings: [
        {
          code: 'observed',
          key,
          facts: { would: [rotate], waits: [], oldest: { accessKeyId: current.accessKeyId, days: 97 } },
        },
      ],
    });
  });

  it.each([
    [
      'the oldest one of its user, where nothing is stored',
      empty,
      [current, old],
      { accessKeyId: old.accessKeyId, days: 197 },
    ],
    ['none, where there is none', empty, [], undefined],
    ['none, where IAM was not asked', empty, undefined, undefined],
  ])('names %s', (_what, given, keys, oldest) => {
    const { findings } = inMode({ ...input, secret: given, keys }, { steps: [rotate], findings: [] });
    expect(findings[0]?.facts).toMatchObject({ oldest });
  });

  it('tells what people did, with a word that nothing is done about it; and nothing more where nothing is planned', () => {
    expect(inMode(input, { steps: [], findings: [foreign] })).toEqual({
      steps: [],
      findings: [{ ...foreign, isObserved: true }],
    });
  });

  it('tells what is told as if it were done as what would be, and what is waited for with it', () => {
    const { findings } = inMode(input, {
      steps: [{ do: 'discard-orphan', accessKeyId: old.accessKeyId }],
      findings: [orphan, settling, settling],
    });
    expect(codes({ findings })).toEqual(['observed']);
    expect(findings[0]?.facts).toMatchObject({ waits: ['settling'] });
    expect(codes(inMode(input, { steps: [], findings: [settling] }))).toEqual(['observed']);
  });

  it('refuses what a person asks for, whether anything is planned or not (K14)', () => {
    const asked = { ...input, isAsked: true };
    expect(codes(inMode(asked, { steps: [rotate], findings: [] }))).toEqual(['observed', 'request-refused']);
    expect(codes(inMode(asked, { steps: [], findings: [] }))).toEqual(['request-refused']);
  });

  it('is late for no first rotation, is on no list of what is to come, and waits for no delivery', () => {
    const managed = (entry: RegistryEntry, given = empty) => ({ entry, secret: given });
    expect([entryOf(), observing].map((entry) => daysOverdue(managed(entry), day(10)))).toEqual([10, 0]);
    expect([entryOf(), observing].map((entry) => daysOverdue(managed(entry, secret), day(150)))).toEqual([10, 10]);
    for (const [entry, count] of [
      [entryOf(), 1],
      [observing, 0],
    ] as const) {
      expect(undelivered([managed(entry, secret)], day(60))).toHaveLength(count);
      expect(upcomingRotations([managed(entry, secret)], undefined, new Set(), day(60))).toHaveLength(count);
    }
  });
});
