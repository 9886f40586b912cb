import jsep from 'jsep';
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

type Term = (scope: MathScope) => Value;
type Fail = (why: string) => AwsError;

/**
 * Compiles what is supported of CloudWatch's metric math: numbers, IDs, `+ - * /`, parentheses, lists, and the
 * functions SUM, MIN, MAX, AVG, FILL and METRICS. Arithmetic has a value where both sides have one; a function over a
 * list takes the values that are there.
 *
 * @throws AwsError ValidationError for everything else, rather than computing something that CloudWatch does not.
 */
export function compileMath(expression: string): MathExpression {
  const fail = (why: string): AwsError =>
    new AwsError('ValidationError', 400, `Metric math expression '${expression}': ${why}`);
  const whole = compile(parsed(expression, fail), fail);
  return (scope) => asSeries(whole(scope), fail);
}

function parsed(expression: string, fail: Fail): jsep.CoreExpression {
  try {
    return jsep(expression) as jsep.CoreExpression;
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error));
  }
}

function compile(node: jsep.CoreExpression, fail: Fail): Term {
  const inner = (child: jsep.Expression | null) => {
    if (child === null) throw fail('a list has a hole');
    return compile(child as jsep.CoreExpression, fail);
  };
  if (node.type === 'Literal') {
    const { value } = node;
    if (typeof value === 'number') return () => value;
  }
  if (node.type === 'Identifier') return ({ series }) => series(node.name);
  if (node.type === 'UnaryExpression' && node.operator === '-') {
    const operand = inner(node.argument);
    return (scope) => arithmetic('-', 0, operand(scope), fail);
  }
  if (node.type === 'BinaryExpression' && ['+', '-', '*', '/'].includes(node.operator)) {
    const [left, right] = [inner(node.left), inner(node.right)];
    return (scope) => arithmetic(node.operator, left(scope), right(scope), fail);
  }
  if (node.type === 'ArrayExpression') {
    const items = node.elements.map(inner);
    return (scope) => items.map((item) => ({ series: asSeries(item(scope), fail) }));
  }
  if (node.type === 'CallExpression' && typeof node.callee.name === 'string') {
    return call(node.callee.name, node.arguments.map(inner), fail);
  }
  throw fail(`${'operator' in node ? node.operator : node.type} is not supported here`);
}

/** Reduces the values of one period; AVG by the number of values that are there. */
const REDUCERS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
};

function call(name: string, parameters: readonly Term[], fail: Fail): Term {
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
