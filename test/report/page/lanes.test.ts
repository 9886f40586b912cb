import { describe, expect, it } from 'vitest';
import { laneNumbers } from '../../../functions/report/page/timeline-shapes';

const at = (day: number) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString();
const life = (from: number, to?: number) => ({
  phases: [{ phase: 'current' as const, from: at(from), ...(to === undefined ? {} : { to: at(to) }) }],
  marks: [],
});

describe('the lane of an access key', () => {
  it.each([
    ['alternates from rotation to rotation', [life(0, 110), life(90, 200), life(180, 290), life(270)], [0, 1, 0, 1]],
    // `replace-idle`: of two keys from before, one goes, and the first one of Keyturn's comes while the other lives.
    ['is its own where the older of two stays and the younger goes', [life(0, 100), life(1, 20), life(20)], [0, 1, 1]],
    ['is its own where the younger of two stays', [life(0, 20), life(1, 100), life(20)], [0, 1, 0]],
    ['is a third one where three lives cross', [life(0, 100), life(1, 50), life(20)], [0, 1, 2]],
    ['is that of a key which ended at the same moment', [life(0, 20), life(20, 40), life(40)], [0, 0, 0]],
    ['is found for a key of which only a mark is known', [{ phases: [], marks: [] }, life(1)], [0, 0]],
  ])('%s', (_, lives, lanes) => {
    expect(laneNumbers(lives)).toEqual(lanes);
  });

  it('is never that of a key whose life crosses its own', () => {
    // Each pair of days of a small world, three lives at a time.
    const spans = [0, 1, 2, 3].flatMap((from) => [1, 2, 3, 4].flatMap((to) => (from < to ? [{ from, to }] : [])));
    for (const a of spans) {
      for (const b of spans) {
        for (const c of spans) {
          const lives = [a, b, c].sort((x, y) => x.from - y.from);
          const lanes = laneNumbers(lives.map(({ from, to }) => life(from, to)));
          for (let first = 0; first < 3; first++) {
            for (let second = first + 1; second < 3; second++) {
              const [x, y] = [lives[first], lives[second]];
              if (x !== undefined && y !== undefined && x.from < y.to && y.from < x.to) {
                expect(lanes[first], JSON.stringify([lives, lanes])).not.toBe(lanes[second]);
              }
            }
          }
        }
      }
    }
  });
});
