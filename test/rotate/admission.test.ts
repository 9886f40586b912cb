import { describe, expect, it } from 'vitest';
import type { Finding } from '../../functions/core/findings/findings';
import type { RotationReason } from '../../functions/core/lifecycle/steps';
import { Admission } from '../../functions/rotate/admission';
import { ArrivalOrder } from '../../functions/rotate/arrival-order';

type Given = readonly [maxRotations: number, come: readonly (readonly [string, RotationReason])[], heldUp?: string[]];

/** What is admitted, of keys that come one after the other, and what people hear. */
function admitted([maxRotations, come, heldUp = []]: Given) {
  const admission = new Admission({ maxRotations, heldUp: new Set(heldUp) });
  const ids = come.filter(([id, reason]) => admission.admits(id, reason)).map(([id]) => id);
  return { ids: ids.join(), finding: admission.finding };
}

const capped = (limit: number, waiting: readonly string[], isFirst = false): Finding => ({
  code: 'rotation-cap',
  facts: { limit, waiting, isFirst },
});

describe('a run rotates', () => {
  it.each<[string, Given, ReturnType<typeof admitted>]>([
    [
      'as many keys as it may',
      [
        2,
        [
          ['a', 'due'],
          ['b', 'first'],
        ],
      ],
      { ids: 'a,b', finding: undefined },
    ],
    [
      'no more of them, and names those that wait',
      [
        2,
        [
          ['a', 'due'],
          ['b', 'due'],
          ['c', 'due'],
          ['d', 'first'],
        ],
      ],
      { ids: 'a,b', finding: capped(2, ['c', 'd']) },
    ],
    [
      'first keys day after day, which is no cause for alarm',
      [
        0,
        [
          ['a', 'first'],
          ['b', 'first'],
        ],
      ],
      { ids: '', finding: capped(0, ['a', 'b'], true) },
    ],
    [
      'what pipelines wait for in any case, and does not count it (K1)',
      [
        1,
        [
          ['a', 'current-key-missing'],
          ['b', 'due'],
          ['c', 'compromised'],
        ],
      ],
      { ids: 'a,b,c', finding: undefined },
    ],
    [
      'what is brought forward where there is room, and its day is still to come',
      [
        1,
        [
          ['a', 'brought-forward'],
          ['b', 'brought-forward'],
        ],
      ],
      { ids: 'a', finding: undefined },
    ],
    [
      'nothing over a connection that delivers nothing, but for repairs, and that is another finding',
      [
        1,
        [
          ['a', 'due'],
          ['b', 'current-key-missing'],
          ['c', 'due'],
        ],
        ['a', 'b'],
      ],
      { ids: 'b,c', finding: undefined },
    ],
  ])('%s', (_what, given, expected) => {
    expect(admitted(given)).toEqual(expected);
  });
});

describe('those who work at the same time', () => {
  it('pass in the order in which they came, when all before them have left', async () => {
    const order = new ArrivalOrder();
    const places = [order.enter(), order.enter(), order.enter()];
    const passed: number[] = [];
    places.forEach(({ turn }, at) => void turn.then(() => passed.push(at)));
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    await settled();
    expect(passed).toEqual([0]);
    places[1]?.leave();
    await settled();
    expect(passed).toEqual([0]);
    places[0]?.leave();
    await settled();
    expect(passed).toEqual([0, 1, 2]);
  });
});
