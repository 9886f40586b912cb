import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { TAG } from '../../../functions/core/names';
import type { KeyFacts } from '../../../functions/report/judge/key-facts';
import type { KeyLife } from '../../../functions/report/judge/model';
import { overlapAt, overlapOf } from '../../../functions/report/judge/overlap';
import { DELIVERED, day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../../core/web-shop';

/** A key that has to be made Inactive on day 100, and may be held for 10 days. */
const TIMES = { due: day(100), holdLimit: 10 };

describe('a superseded key that is Active', () => {
  it.each([
    ['on the day after its rotation', {}, day(91), 'overlap', day(100)],
    ['on the day on which it is due', {}, day(100), 'overlap', day(100)],
    ['until the run of that day has had its time', {}, day(101, 2 * HOUR), 'overlap', day(100)],
    ['when that run did not come', {}, day(101, 3 * HOUR), 'beyond', day(100)],
    ['held on its day', { heldSince: day(100) }, day(100, HOUR), 'held', day(110)],
    ['held to its limit', { heldSince: day(100) }, day(111, 2 * HOUR), 'held', day(110)],
    ['held for longer', { heldSince: day(100) }, day(111, 3 * HOUR), 'beyond', day(110)],
    ['held from later on, after a pause', { heldSince: day(105) }, day(114), 'held', day(115)],
    ['with a hold from before it was due', { heldSince: day(80) }, day(102), 'beyond', day(100)],
    ['where nothing may be held', { heldSince: day(100), holdLimit: 0 }, day(102), 'beyond', day(100)],
  ] as const)('%s', (_, times, now, state, until) => {
    expect(overlapAt({ ...TIMES, ...times }, now)).toEqual({ state, until });
  });
});

describe('the overlap of a key', () => {
  const [old, successor] = [keyOf('old', day(0)), keyOf('new', day(90))];
  const secret = secretOf([versionOf(successor, 'AWSCURRENT', DELIVERED), versionOf(old, 'AWSPREVIOUS')]);
  const entry = entryOf();
  const managed = { entry, policy: entry.policy, secret } as KeyFacts['managed'];
  const life = (to: number | undefined, ...holds: [label: string, at: number][]) =>
    ({
      phases: [
        { phase: 'current', from: day(0).toISOString(), ...(to === undefined ? {} : { to: day(to).toISOString() }) },
      ],
      marks: holds.map(([label, at]) => ({
        kind: at === 102 ? 'incident' : 'hold',
        at: day(at).toISOString(),
        label,
      })),
    }) as unknown as KeyLife;
  const of = (more: Partial<KeyFacts> = {}, now = day(95)) =>
    overlapOf(
      {
        role: 'superseded',
        status: 'Active',
        accessKeyId: old.accessKeyId,
        createdAt: old.createdAt,
        managed,
        ...more,
      } as KeyFacts,
      now,
    );
  const bySecret = (tags: Readonly<Record<string, string>>, of = secret) => ({
    managed: { ...managed, secret: { ...of, tags } } as KeyFacts['managed'],
  });
  const byRecord = (given: KeyLife | undefined) => ({
    managed: { ...managed, secret: undefined } as KeyFacts['managed'],
    life: given,
  });
  const overlap = (until: number) => ({ state: 'overlap', until: day(until) });

  it.each<[string, Partial<KeyFacts>, Date, object | undefined]>([
    ['its age', {}, day(95), overlap(100)],
    [
      'a late delivery of its successor',
      bySecret({ [TAG.delivered]: tagOf(successor, day(94)) }),
      day(95),
      overlap(104),
    ],
    [
      'no delivery that is still to come',
      bySecret({ [TAG.delivered]: tagOf(successor, day(99)) }),
      day(95),
      overlap(100),
    ],
    ['its hold', bySecret({ [TAG.held]: tagOf(old, day(100)) }), day(105), { state: 'held', until: day(110) }],
    ['no hold of another key', bySecret({ [TAG.held]: tagOf(successor, day(100)) }), day(101), overlap(100)],
    ['the record, where there is no secret', byRecord(life(90)), day(95), overlap(100)],
    ['the record, where it was superseded late', byRecord(life(95)), day(95), overlap(105)],
    [
      'the hold in the record',
      byRecord(life(90, ['in-use', 99], ['in-use, 2 times', 100], ['paused', 101], ['in-use', 102])),
      day(105),
      { state: 'held', until: day(110) },
    ],
    ['nothing where the record does not say that it is superseded', byRecord(life(undefined)), day(95), undefined],
    ['nothing where it has no life', byRecord(undefined), day(95), undefined],
    ['nothing where it is current', { role: 'current' }, day(95), undefined],
    ['nothing where it is Inactive', { status: 'Inactive' }, day(95), undefined],
    ['nothing where nobody manages it', { managed: undefined }, day(95), undefined],
    [
      'nothing where it is managed no more',
      { managed: { ...managed, entry: undefined } as KeyFacts['managed'] },
      day(95),
      undefined,
    ],
    ['nothing where its ID is not known', { accessKeyId: undefined }, day(95), undefined],
    ['nothing where its creation is not known', { createdAt: undefined }, day(95), undefined],
    ['nothing where the secret holds no key', bySecret({}, { ...secret, versions: [] }), day(95), undefined],
    [
      'nothing where it is the one that the secret holds',
      { accessKeyId: successor.accessKeyId, createdAt: successor.createdAt },
      day(95),
      undefined,
    ],
  ])('is told by %s', (_what, more, now, expected) => {
    expect(of(more, now)).toEqual(expected);
  });

  it('K8: of a key that was young ends early by the record too', () => {
    expect(of({ ...byRecord(life(10)), createdAt: day(9) }, day(20))).toEqual(overlap(79));
  });
});
