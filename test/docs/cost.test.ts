import { expect, it } from 'vitest';
import { ALARM_NAMES } from '../../functions/core/config/alarm-names';
import { costs, fixedCost, metricsByAlarm, secondsOf } from './cost';
import { read } from './documents';
import { FREE, PRICES } from './prices';

const PAGE = read('docs/operate/cost.md');
const AIM = 6;
const said = (dollars: number) => dollars.toFixed(2);

it('says of the fixed part whether it meets its aim', () => {
  const { list, free } = fixedCost();
  expect(PAGE).toContain(`**${said(list)} dollars a month, or ${said(free)} in an account`);
  expect([list < AIM, free < AIM], 'then the page has to say so').toEqual([false, false]);
});

it('says what each alarm that can be switched off would save', () => {
  const metrics = metricsByAlarm();
  const rows = [...PAGE.matchAll(/^\| `alarms: \{ off: \[([a-z-]+)\] \}`[^|]*\| ([0-9.]+)/gm)];
  expect(rows.length).toBeGreaterThan(3);
  for (const [, name = '', dollars] of rows) {
    expect(ALARM_NAMES).toContain(name);
    expect(dollars, name).toBe(said((metrics.get(name) ?? 0) * PRICES.alarmMetric));
  }
});

it('says what the cuts would bring', () => {
  const [hourly] = costs().fixed.filter(({ what }) => what.includes('metrics a function'));
  const [count = ''] = /^\d+/.exec(hourly?.what ?? '') ?? [];
  const ofSync = Number(count) * PRICES.customMetric;
  expect(PAGE).toContain(`its ${count} metrics are ${said(ofSync)} of the ${said(hourly?.list[0] ?? 0)}`);
  const metrics = metricsByAlarm();
  const sums = ['record-incomplete', 'untold', 'failing'].reduce((sum, name) => sum + (metrics.get(name) ?? 0), 0);
  expect(PAGE).toContain(
    `look at ${sums} metrics, and could look at 4. That is ${said((sums - 4) * PRICES.alarmMetric)}`,
  );
  const left = (hourly?.list[0] ?? 0) - ofSync;
  expect(left / PRICES.customMetric).toBeLessThan(FREE.customMetrics);
  expect(PAGE).toContain(`pays ${said(fixedCost().free - (hourly?.free[0] ?? 0))}.`);
});

it('says for how long a run takes that is smaller than any that was measured', () => {
  expect(PAGE).toContain(`${secondsOf(1).toFixed(1)} and ${secondsOf(100).toFixed(1)} seconds a run`);
});
