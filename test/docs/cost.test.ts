import { expect, it } from 'vitest';
import { ALARM_NAMES } from '../../functions/core/config/alarm-names';
import { fixedCost, metricsByAlarm, secondsOf } from './cost';
import { read } from './documents';
import { PRICES } from './prices';

const PAGE = read('docs/operate/cost.md');
const AIM = 6;
const said = (dollars: number) => dollars.toFixed(2);

it('says of the fixed part whether it meets its aim', () => {
  const { list, free } = fixedCost();
  expect(PAGE).toContain(`**${said(free)} dollars a month in an account`);
  expect(PAGE).toContain(`and ${said(list)} in any`);
  expect([free < AIM, list < AIM], 'then the page has to say so').toEqual([true, false]);
});

it('says what each alarm that can be switched off would save', () => {
  const metrics = metricsByAlarm();
  const rows = [...PAGE.matchAll(/^\| `alarms: \{ off: \[([a-z-]+)\] \}`[^|]*\| ([0-9.]+)/gm)];
  expect(rows).toHaveLength(4);
  for (const [, name = '', dollars] of rows) {
    expect(ALARM_NAMES).toContain(name);
    expect(dollars, name).toBe(said((metrics.get(name) ?? 0) * PRICES.alarmMetric));
  }
});

it('says for how long a run takes that is smaller than any that was measured', () => {
  expect(PAGE).toContain(`${secondsOf(1).toFixed(1)} and ${secondsOf(100).toFixed(1)} seconds a run`);
});
