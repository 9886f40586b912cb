import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/duration';
import { Anchors } from '../../../functions/report/page/anchors';
import { draw } from '../../../functions/report/page/draw';
import { timeTicks } from '../../../functions/report/page/time-ticks';
import { timelineChart } from '../../../functions/report/page/timeline-chart';
import { sampleReport } from './sample-report';

const UNTIL = Date.parse('2026-03-31T09:30:00Z');
const report = sampleReport(1);
const anchors = new Anchors(report);

/** The texts of the axis in the drawn timeline, each with its place. */
async function labelsOf(length: number) {
  const [since, until] = [new Date(UNTIL - length).toISOString(), new Date(UNTIL).toISOString()];
  const svg = await draw(timelineChart({ keys: report.managedKeys, since, until, anchors }));
  const [, width] = /<svg [^>]*width="([\d.]+)"/.exec(svg) ?? [];
  const [, left] = /transform="translate\(([\d.]+),26\)"/.exec(svg) ?? [];
  const labels = [...svg.matchAll(/<text text-anchor="middle" transform="translate\(([\d.]+),[^>]*>([^<]*)<\/text>/g)];
  return {
    width: Number(width),
    labels: labels.map(([, x, text = '']) => ({ at: Number(left) + Number(x), text })),
  };
}

describe('the labels of an axis of time', () => {
  it.each([
    ['6 hours', 6 * HOUR, '03-31 04:00', '03-31 09:00'],
    ['2 days', 2 * DAY, '03-29 12:00', '03-31 06:00'],
    ['a week', 7 * DAY, '2026-03-25', '2026-03-31'],
    ['30 days', 30 * DAY, '2026-03-04', '2026-03-28'],
    ['a quarter', 90 * DAY, '2026-01-01', '2026-03-26'],
    ['a year', 365 * DAY, '2025-04', '2026-03'],
    ['2 years', 730 * DAY, '2024-05', '2026-03'],
    ['7 years', 7 * 365 * DAY, '2020-01', '2026-01'],
    ['40 years', 40 * 365 * DAY, '1988-01', '2024-01'],
  ])('of %s are as fine as it is short, none comes twice, and all have their room', async (_, length, first, last) => {
    const { labels, width } = await labelsOf(length);
    const texts = labels.map(({ text }) => text);

    expect([texts[0], texts.at(-1)]).toEqual([first, last]);
    expect(texts.length).toBeGreaterThanOrEqual(4);
    expect(new Set(texts).size).toBe(texts.length);
    // A letter of 12 pixels is 7 wide at most in the fonts that a page has without loading any.
    for (const [index, { at, text }] of labels.entries()) {
      const half = (text.length * 7) / 2;
      expect(at + half).toBeLessThanOrEqual(width);
      expect(at - half).toBeGreaterThan((labels[index - 1]?.at ?? 0) + (index === 0 ? 0 : half));
    }
  });

  it('are within the period', () => {
    const [since, until] = [new Date(UNTIL - 30 * DAY).toISOString(), new Date(UNTIL).toISOString()];
    for (const value of timeTicks(since, until).values) {
      expect(value).toBeGreaterThanOrEqual(Date.parse(since));
      expect(value).toBeLessThanOrEqual(UNTIL);
    }
  });
});
