import { describe, expect, test } from 'vitest';
import { compileMath, type TimeSeries } from '../../evidence/cloudwatch/metric-math';

const SERIES: Readonly<Record<string, TimeSeries>> = {
  m1: [1, undefined, 3],
  m2: [10, 20, undefined],
  m3: [undefined, undefined, undefined],
};
const valuesOf = (expression: string) =>
  compileMath(expression)({ series: (id) => SERIES[id] ?? [], metrics: () => Object.values(SERIES) });

describe('metric math', () => {
  test.each<[string, TimeSeries]>([
    ['m1', [1, undefined, 3]],
    ['m1 + m2', [11, undefined, undefined]],
    ['m1+m2+m3', [undefined, undefined, undefined]],
    ['FILL(m1, 0) + FILL(m2, 0)', [11, 20, 3]],
    ['2 * (m1 - 1) / 4', [0, undefined, 1]],
    ['-m1', [-1, undefined, -3]],
    ['m2 / FILL(m1, 0)', [10, undefined, undefined]],
    ['SUM(METRICS())', [11, 20, 3]],
    ['SUM([m1, m2])', [11, 20, 3]],
    ['SUM(FILL(METRICS(), 0))', [11, 20, 3]],
    ['MAX([m1,m2])', [10, 20, 3]],
    ['MIN([m1, m2, m3])', [1, 20, 3]],
    ['AVG([m1,m2])', [5.5, 20, 3]],
    ['SUM([m3])', [undefined, undefined, undefined]],
  ])('%s', (expression, values) => {
    expect(valuesOf(expression)).toEqual(values);
  });

  test.each([
    ['IF(m1 > 2, 1, 0)', /> is not supported here/],
    ['RATE(m1)', /RATE is not supported here/],
    ['m1 +', /Expected expression after \+/],
    ['(m1', /Unclosed \(/],
    ['m1 m2', /Compound is not supported here/],
    ['m1, m2', /is not supported here/],
    ['m1 % m2', /% is not supported here/],
    ['!m1', /! is not supported here/],
    ['m1.m2', /MemberExpression is not supported here/],
    ['"m1"', /Literal is not supported here/],
    ['m1 ? m2 : m3', /ConditionalExpression is not supported here/],
    ['SUM([m1,,m2])', /a list has a hole/],
    ['FILL(m1)', /FILL needs two parameters/],
    ['SELECT AVG(x) FROM y', /Compound is not supported here/],
  ])('refuses %s when it is compiled', (expression, message) => {
    expect(() => compileMath(expression)).toThrow(message);
  });

  test.each([
    ['SUM(m1)', /an alarm needs a list/],
    ['METRICS()', /a list is not one time series/],
    ['1 + 1', /a number alone/],
    ['FILL(m1, m2)', /FILL needs a number/],
  ])('refuses what %s gives', (expression, message) => {
    expect(() => valuesOf(expression)).toThrow(message);
  });
});
