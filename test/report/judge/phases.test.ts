import { describe, expect, it } from 'vitest';
import { type CurrentPeriod, currentPeriodsOf } from '../../../functions/report/judge/current-periods';
import type { KeyEvent } from '../../../functions/report/judge/key-events';
import { type KeyTimes, phasesOf } from '../../../functions/report/judge/phases';
import { day } from '../../core/web-shop';

const event = (what: KeyEvent['what'], at: number, accessKeyId = 'A'): KeyEvent => ({ accessKeyId, at: day(at), what });
const period = (accessKeyId: string, from: number, to?: number): CurrentPeriod => ({
  accessKeyId,
  from: day(from),
  to: to === undefined ? undefined : day(to),
});

it('each key is current from the storing of its value until that of the next', () => {
  const events = [
    event('created', 0),
    event('stored', 1),
    event('stored', 2),
    event('delivered', 3, 'B'),
    event('stored', 4, 'B'),
    event('stored', 5),
  ];
  expect(currentPeriodsOf(events)).toEqual([period('A', 1, 4), period('B', 4, 5), period('A', 5)]);
  expect(currentPeriodsOf([])).toEqual([]);
});

describe('the phases of a key', () => {
  const phases = (given: Partial<KeyTimes>) =>
    phasesOf({
      accessKeyId: 'A',
      origin: 'keyturn',
      born: day(0),
      events: [],
      periods: [],
      isPresumed: false,
      ...given,
    }).map(({ phase, from, to }) => {
      const at = (time: string) => (Date.parse(time) - day(0).getTime()) / (day(1).getTime() - day(0).getTime());
      return to === undefined ? [phase, at(from)] : [phase, at(from), at(to)];
    });

  it.each<[string, Partial<KeyTimes>, readonly (readonly (string | number)[])[]]>([
    ['never stored', {}, [['undelivered', 0]]],
    ['stored', { periods: [period('A', 0)] }, [['undelivered', 0]]],
    [
      'stored and delivered',
      { periods: [period('A', 0)], events: [event('delivered', 1)] },
      [
        ['undelivered', 0, 1],
        ['current', 1],
      ],
    ],
    [
      'delivered in the instant of its birth',
      { periods: [period('A', 0)], events: [event('delivered', 0)] },
      [['current', 0]],
    ],
    ['older than the record', { periods: [period('A', 0)], isPresumed: true }, [['current', 0]]],
    [
      'superseded, deactivated and deleted',
      {
        periods: [period('A', 0, 90), period('B', 90)],
        events: [event('delivered', 1), event('inactive', 100), event('deleted', 110)],
      },
      [
        ['undelivered', 0, 1],
        ['current', 1, 90],
        ['overlap', 90, 100],
        ['inactive', 100, 110],
      ],
    ],
    [
      'made Active again',
      {
        periods: [period('A', 0, 90), period('B', 90)],
        events: [event('delivered', 0), event('inactive', 100), event('active', 101)],
      },
      [
        ['current', 0, 90],
        ['overlap', 90, 100],
        ['inactive', 100, 101],
        ['overlap', 101],
      ],
    ],
    [
      'current once more',
      {
        periods: [period('A', 0, 90), period('B', 90, 95), period('A', 95)],
        events: [event('delivered', 0)],
      },
      [
        ['current', 0, 90],
        ['overlap', 90, 95],
        ['current', 95],
      ],
    ],
    [
      'Inactive for no time',
      { periods: [period('A', 0)], events: [event('delivered', 0), event('inactive', 5), event('active', 5)] },
      [['current', 0]],
    ],
    [
      'superseded for no time',
      { periods: [period('A', 0, 5), period('B', 5, 5), period('A', 5)], events: [event('delivered', 0)] },
      [['current', 0]],
    ],
    [
      'discarded before it was stored',
      { events: [event('discarded', 3)], periods: [period('B', 1)] },
      [['undelivered', 0, 3]],
    ],
    [
      'deleted, whatever is told afterwards',
      { events: [event('deleted', 3), event('inactive', 4)], periods: [period('A', 0, 5), period('B', 5)] },
      [['undelivered', 0, 3]],
    ],
    [
      'delivered once more while it is Inactive',
      { periods: [period('A', 0)], events: [event('delivered', 0), event('inactive', 5), event('delivered', 6)] },
      [
        ['current', 0, 5],
        ['inactive', 5],
      ],
    ],
    [
      'older than the record, and stored later',
      { periods: [period('A', 2)], isPresumed: true },
      [
        ['undelivered', 0, 2],
        ['current', 2],
      ],
    ],
    [
      'current for no time',
      { periods: [period('B', -9, 5), period('A', 5, 5), period('C', 5)] },
      [
        ['undelivered', 0, 5],
        ['overlap', 5],
      ],
    ],
    ['deleted in the instant of its birth', { events: [event('deleted', 0)] }, []],
    [
      'stored late',
      { periods: [period('B', -90, 2), period('A', 2)], events: [event('delivered', 3)] },
      [
        ['undelivered', 0, 3],
        ['current', 3],
      ],
    ],
    [
      'stored late, and superseded before it was delivered',
      { periods: [period('A', 2, 4), period('B', 4)] },
      [
        ['undelivered', 0, 4],
        ['overlap', 4],
      ],
    ],
  ])('that was %s', (_what, given, expected) => {
    expect(phases(given)).toEqual(expected);
  });

  it.each<[KeyTimes['origin'], readonly CurrentPeriod[], readonly (readonly (string | number)[])[]]>([
    ['adopted', [], [['current', -9]]],
    ['adopted', [period('B', -10)], [['overlap', -9]]],
    ['adopted', [period('B', -9)], [['overlap', -9]]],
    [
      'unknown',
      [period('B', 5, 90), period('C', 90)],
      [
        ['current', -9, 5],
        ['overlap', 5],
      ],
    ],
    ['foreign', [period('B', 5)], [['overlap', -9]]],
  ])('that is %s, where %j were current, are told from before the first of them', (origin, periods, expected) => {
    expect(phases({ origin, born: day(-9), periods })).toEqual(expected);
  });
});
