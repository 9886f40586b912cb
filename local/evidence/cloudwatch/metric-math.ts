import { AwsError } from '../../account/aws-error';

/** The values of one metric or expression, one a period, newest first; undefined where there is none. */
export type TimeSeries = readonly (number | undefined)[];
type Value = number | TimeSeries | readonly SeriesOf[];
interface SeriesOf {
  readonly series: TimeSeries;
}

/** What an expression can refer to: the IDs of the alarm's other metrics and expressions. */
export interface MathScope {
  /** @throws AwsError for an ID that is not there */
  readonly series: (id: string) => TimeSeries;
  /** What METRICS() stands for. */
  readonly metrics: () => readonly TimeSeries[];
}

/** A compiled expression. */
export type MathExpression = (scope: MathScope) => TimeSeries;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|([-+*/(),[\]]))/y;

/**
 * Compiles what is supported of CloudWatch's metric math: numbers, IDs, `+ - * /`, parentheses, lists, and the
 * functions SUM, MIN, MAX, AVG, FILL and METRICS. Arithmetic has a value where both sides have one; a function over a
 * list takes the values that are there.
 *
 * @throws AwsError ValidationError for everything else, rather than computing something that CloudWatch does not.
 */
export function compileMath(expression: string): MathExpression {
  const tokens = tokensOf(expression);
  let position = 0;
  const fail = (why: string): AwsError =>
    new AwsError('ValidationError', 400, `Metric math expression '${expression}': ${why}`);
  const peek = () => tokens[position];
  const take = () => {
    const token = tokens[position];
    if (token === undefined) throw fail('it ends too early');
    position += 1;
    return token;
  };
  const expect = (token: string) => {
    const found = take();
    if (found !== token) throw fail(`expected ${token}, found ${found}`);
  };

  type Term = (scope: MathScope) => Value;
  const sum = (): Term => chain(product, ['+', '-']);
  const product = (): Term => chain(factor, ['*', '/']);
  const chain = (operand: () => Term, operators: readonly string[]): Term => {
    let left = operand();
    for (let operator = peek(); operator !== undefined && operators.includes(operator); operator = peek()) {
      take();
      const [first, second, name] = [left, operand(), operator];
      left = (scope) => arithmetic(name, first(scope), second(scope), fail);
    }
    return left;
  };
  const factor = (): Term => {
    const token = take();
    if (/^\d/.test(token)) return () => Number(token);
    if (token === '-') {
      const operand = factor();
      return (scope) => arithmetic('-', 0, operand(scope), fail);
    }
    if (token === '(') {
      const inner = sum();
      expect(')');
      return inner;
    }
    if (token === '[') {
      const items = list(']');
      return (scope) => items.map((item) => ({ series: asSeries(item(scope), fail) }));
    }
    if (!/^[A-Za-z_]/.test(token)) throw fail(`unexpected ${token}`);
    if (peek() !== '(') return (scope) => scope.series(token);
    take();
    return call(token, list(')'), fail);
  };
  const list = (end: string): Term[] => {
    const items: Term[] = [];
    if (peek() === end) {
      take();
      return items;
    }
    for (;;) {
      items.push(sum());
      const next = take();
      if (next === end) return items;
      if (next !== ',') throw fail(`expected , or ${end}, found ${next}`);
    }
  };

  const whole = sum();
  if (position < tokens.length) throw fail(`unexpected ${peek()}`);
  return (scope) => asSeries(whole(scope), fail);
}

type Fail = (why: string) => AwsError;

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const text = expression.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const [, number, name, sign] = TOKEN.exec(text) ?? [];
    const token = number ?? name ?? sign;
    if (token === undefined) {
      const message = `Metric math expression '${expression}': '${text.slice(at).trim()}' is not supported here`;
      throw new AwsError('ValidationError', 400, message);
    }
    tokens.push(token);
  }
  return tokens;
}

/** Reduces the values of one period; AVG by the number of values that are there. */
const REDUCERS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
};

function call(name: string, parameters: ((scope: MathScope) => Value)[], fail: Fail): (scope: MathScope) => Value {
  const [first, second] = parameters;
  if (name === 'METRICS') {
    if (first !== undefined) throw fail('METRICS takes no parameter here');
    return ({ metrics }) => metrics().map((series) => ({ series }));
  }
  if (name === 'FILL') {
    if (first === undefined || second === undefined || parameters.length > 2) throw fail('FILL needs two parameters');
    return (scope) => {
      const value = second(scope);
      if (typeof value !== 'number') throw fail('FILL needs a number');
      const fill = (series: TimeSeries) => series.map((present) => present ?? value);
      const filled = first(scope);
      return isList(filled) ? filled.map(({ series }) => ({ series: fill(series) })) : fill(asSeries(filled, fail));
    };
  }
  const reduce = REDUCERS[name];
  if (reduce === undefined) throw fail(`the function ${name} is not supported here`);
  if (first === undefined || parameters.length > 1) throw fail(`${name} needs one parameter`);
  return (scope) => {
    const reduced = first(scope);
    if (!isList(reduced))
      throw fail(`${name} of one series is a number: an alarm needs a list, as in ${name}([m1, m2])`);
    const longest = Math.max(0, ...reduced.map(({ series }) => series.length));
    return Array.from({ length: longest }, (_, index) => {
      const values: number[] = [];
      for (const { series } of reduced) {
        const value = series[index];
        if (value !== undefined) values.push(value);
      }
      return values.length === 0 ? undefined : reduce(values);
    });
  };
}

function arithmetic(operator: string, left: Value, right: Value, fail: Fail): Value {
  if (isList(left) || isList(right)) throw fail('arithmetic with lists is not supported here');
  if (typeof left === 'number' && typeof right === 'number') return compute(operator, left, right);
  const length = typeof left === 'number' ? (right as TimeSeries).length : left.length;
  const at = (value: number | TimeSeries, index: number) => (typeof value === 'number' ? value : value[index]);
  return Array.from({ length }, (_, index) => {
    const [a, b] = [at(left, index), at(right, index)];
    // A division by zero gives no value, as in CloudWatch.
    if (a === undefined || b === undefined || (operator === '/' && b === 0)) return undefined;
    return compute(operator, a, b);
  });
}

function compute(operator: string, a: number, b: number): number {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  return operator === '*' ? a * b : a / b;
}

function asSeries(value: Value, fail: Fail): TimeSeries {
  if (typeof value === 'number') throw fail('a number alone is no time series');
  if (isList(value)) throw fail('a list is not one time series');
  return value;
}

function isList(value: Value): value is readonly SeriesOf[] {
  return Array.isArray(value) && value.some((item) => typeof item === 'object');
}
