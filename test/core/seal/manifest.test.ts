import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import {
  type AttemptEnd,
  type Attributed,
  DayEnds,
  daysToSeal,
  endsOf,
  manifestOf,
  manifestsOf,
} from '../../../functions/core/seal/manifest';
import { digestOf } from '../../../functions/core/sealed';

const at = (text: string) => new Date(text);
const end = (n: number): AttemptEnd => ({ attempt: `run-${n}-abc`, events: n, digest: `digest-${n}` });

/** A part of a day's manifest, as one attempt wrote it. */
function part(day: string, attempt = 'run-1', at = 1, parts = 1): Attributed {
  return { attempt, manifest: { day, part: at, parts, attempts: 1, events: 1, ends: [] } };
}
const daysOf = (month: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => `${month}-${String(from + n).padStart(2, '0')}`);

describe('the days to seal', () => {
  it.each<[string, string, readonly Attributed[], readonly string[]]>([
    ['yesterday, where none has a manifest', '2026-03-02T03:40:00Z', [], ['2026-03-01']],
    ['yesterday again, half an hour after its end', '2026-03-02T00:30:00Z', [], ['2026-03-01']],
    [
      'the day before that until then: its last attempts may still be at work',
      '2026-03-02T00:29:59Z',
      [],
      ['2026-02-28'],
    ],
    ['none, where yesterday has one', '2026-03-02T03:40:00Z', [part('2026-03-01')], []],
    [
      'all since the last one that has',
      '2026-03-02T03:40:00Z',
      [part('2026-02-26')],
      ['2026-02-27', '2026-02-28', '2026-03-01'],
    ],
    [
      'those between two that have one',
      '2026-03-05T03:40:00Z',
      [part('2026-03-01'), part('2026-03-04')],
      ['2026-03-02', '2026-03-03'],
    ],
    ['thirty-one at most', '2026-04-01T03:40:00Z', [part('2026-01-01')], daysOf('2026-03', 1, 31)],
    [
      'none, where the only one is of a day to come: a clock was wrong',
      '2026-03-02T03:40:00Z',
      [part('2026-03-05')],
      [],
    ],
    [
      'one of which a part only was recorded, also when it is the only one',
      '2026-03-02T03:40:00Z',
      [part('2026-03-01', 'run-1', 1, 2)],
      ['2026-03-01'],
    ],
    [
      'one of which a part only was recorded, also when later days have all of theirs',
      '2026-03-04T03:40:00Z',
      [part('2026-03-01', 'run-1', 2, 2), part('2026-03-02'), part('2026-03-03')],
      ['2026-03-01'],
    ],
    [
      'one whose parts are of two runs: each counted other attempts',
      '2026-03-02T03:40:00Z',
      [part('2026-03-01', 'run-1', 1, 2), part('2026-03-01', 'run-2', 2, 2)],
      ['2026-03-01'],
    ],
    [
      'none that has all parts, in whatever order, besides those of a run that died',
      '2026-03-02T03:40:00Z',
      [part('2026-03-01', 'run-2', 2, 2), part('2026-03-01', 'run-1', 1, 3), part('2026-03-01', 'run-2', 1, 2)],
      [],
    ],
    [
      'one of which one part was recorded twice',
      '2026-03-02T03:40:00Z',
      [part('2026-03-01', 'run-1', 1, 2), part('2026-03-01', 'run-1', 1, 2)],
      ['2026-03-01'],
    ],
  ])('are %s', (_what, now, manifests, days) => {
    expect(daysToSeal(at(now), manifests)).toEqual(days);
  });
});

describe('a manifest', () => {
  it('has no part for a day without a run, one for 400 attempts, and two for one more', () => {
    const ends = (count: number) => Array.from({ length: count }, (_, n) => end(n + 1));
    expect(manifestsOf('2026-03-01', [], undefined)).toEqual([]);
    expect(manifestsOf('2026-03-01', ends(400), undefined).map(({ part, parts }) => [part, parts])).toEqual([[1, 1]]);
    const two = manifestsOf('2026-03-01', ends(401), 'before');
    expect(two.map(({ part, parts, attempts, events, previous }) => [part, parts, attempts, events, previous])).toEqual(
      [
        [1, 2, 401, (401 * 402) / 2, 'before'],
        [2, 2, 401, (401 * 402) / 2, 'before'],
      ],
    );
    expect(two.flatMap(endsOf)).toEqual(ends(401));
  });

  it('is read from its event, and from no other', () => {
    const [facts] = manifestsOf('2026-03-01', [end(1)], undefined);
    const event = { event: 'manifest-written', facts } as unknown as AuditEvent;
    expect(manifestOf(event)).toEqual(facts);
    expect(manifestOf({ ...event, event: 'finding' })).toBeUndefined();
    expect(manifestOf({ ...event, facts: { ...facts, day: 'yesterday' } })).toBeUndefined();
    expect(manifestOf({ ...event, facts: { ...facts, ends: ['no end'] } })).toBeUndefined();
  });
});

describe('the ends of a day', () => {
  const event = (attempt: string, sequence: number, time: string) =>
    ({ id: `${attempt}-${sequence}`, sequence, time }) as AuditEvent;
  const endsAfter = (...events: readonly AuditEvent[]) => {
    const ends = new DayEnds('2026-03-01');
    for (const one of events) ends.add(one, one);
    return ends.ends();
  };
  const start = event('run-1-abc', 1, '2026-03-01T23:59:59.999Z');
  const last = event('run-1-abc', 2, '2026-03-02T00:10:00.000Z');

  it('are of the attempts that began on it, also where they ended on the next, in whatever order their events come', () => {
    const ends = [{ attempt: 'run-1-abc', events: 2, digest: digestOf(last) }];
    expect(endsAfter(start, last)).toEqual(ends);
    expect(endsAfter(last, start)).toEqual(ends);
  });

  it('are of no attempt that began on another day, or whose beginning is missing', () => {
    expect(
      endsAfter(event('run-2-abc', 1, '2026-02-28T23:59:59.999Z'), event('run-2-abc', 2, '2026-03-01T00:01:00.000Z')),
    ).toEqual([]);
    expect(endsAfter(event('run-3-abc', 1, '2026-03-02T00:00:00.000Z'))).toEqual([]);
    expect(endsAfter(last)).toEqual([]);
  });

  it('come in order of the attempts’ names', () => {
    const other = event('run-0-abc', 1, '2026-03-01T12:00:00.000Z');
    expect(endsAfter(start, other).map(({ attempt }) => attempt)).toEqual(['run-0-abc', 'run-1-abc']);
  });
});
