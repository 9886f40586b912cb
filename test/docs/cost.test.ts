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

it('says what a month of a flood costs where there is an endpoint of a provider', () => {
  const requests = 20 * 86_400 * 30;
  const api = requests * PRICES.httpApiRequest;
  const lambda = requests * (PRICES.lambdaRequest + (512 / 1_024) * 0.02 * PRICES.lambdaGbSecond);
  const logs = (requests / 1_000_000) * PRICES.logsIn;
  const [all, ...parts] = [api + lambda + logs, api, lambda, logs].map((dollars) => dollars.toFixed(0));
  const text = PAGE.replace(/\s+/g, ' ');
  expect(text).toContain(
    `makes ${(requests / 1_000_000).toFixed(0)} million of them, 20 a second, and about ${all} dollars`,
  );
  expect(text).toContain(
    `${parts[0]} for API Gateway, ${parts[1]} for Lambda (20 milliseconds each), ${parts[2]} for logs`,
  );
});

it('says for how long a run takes that is smaller than any that was measured', () => {
  expect(PAGE).toContain(`${secondsOf(1).toFixed(1)} and ${secondsOf(100).toFixed(1)} seconds a run`);
});
