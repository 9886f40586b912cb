/** What a metric is: CloudWatch keeps each set of dimensions apart. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A value that somebody has put; `at` is ms since the epoch. */
export interface Datum extends MetricId {
  readonly value: number;
  readonly at: number;
}

/** What CloudWatch keeps of the values of a period. */
export interface StatisticSet {
  readonly sum: number;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Metrics that are read off the state of a service when they are asked for, such as the length of a queue. */
export interface DerivedMetrics {
  readonly namespace: string;
  /** Values from an instant to another (exclusive); undefined when there are none. */
  readonly between: (metric: MetricId, from: number, to: number) => StatisticSet | undefined;
  /** Changes whenever the values of anything may have changed. */
  readonly revision: () => number;
}

const MINUTE = 60_000;

/**
 * CloudWatch's metrics: one set of statistics a minute, as CloudWatch keeps them. It forgets nothing: a year of hourly
 * runs is less than a hundred thousand sets.
 */
export class Metrics {
  readonly #series = new Map<string, Series>();
  readonly #ids = new Map<string, MetricId>();
  readonly #derived: DerivedMetrics[] = [];
  #puts = 0;

  /** Unchanged as long as every answer of `between` for the same instants is. */
  get revision(): number {
    return this.#derived.reduce((sum, { revision }) => sum + revision(), this.#puts);
  }

  /** Everything that has ever been put. */
  list(): readonly MetricId[] {
    return [...this.#ids.values()];
  }

  put({ namespace, name, dimensions, value, at }: Datum): void {
    const id = { namespace, name, dimensions };
    const key = keyOf(id);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = new Series();
      this.#series.set(key, series);
      this.#ids.set(key, id);
    }
    series.put(Math.floor(at / MINUTE), value);
    this.#puts += 1;
  }

  derive(metrics: DerivedMetrics): void {
    this.#derived.push(metrics);
  }

  /** All values from an instant to another (exclusive), in whole minutes; undefined when there are none. */
  between(metric: MetricId, from: number, to: number): StatisticSet | undefined {
    const derived = this.#derived.find(({ namespace }) => namespace === metric.namespace);
    if (derived !== undefined) return derived.between(metric, from, to);
    return this.#series.get(keyOf(metric))?.between(Math.floor(from / MINUTE), Math.floor(to / MINUTE));
  }
}

/** The minutes of one metric, in order. */
class Series {
  readonly #minutes: number[] = [];
  readonly #sets: StatisticSet[] = [];

  put(minute: number, value: number): void {
    const index = this.#first(minute);
    const set = { sum: value, count: 1, minimum: value, maximum: value };
    if (this.#minutes[index] === minute) {
      this.#sets[index] = together(this.#sets[index], set);
    } else {
      this.#minutes.splice(index, 0, minute);
      this.#sets.splice(index, 0, set);
    }
  }

  between(from: number, to: number): StatisticSet | undefined {
    let set: StatisticSet | undefined;
    for (let index = this.#first(from); index < this.#minutes.length; index += 1) {
      const minute = this.#minutes[index];
      const next = this.#sets[index];
      if (minute === undefined || next === undefined || minute >= to) break;
      set = together(set, next);
    }
    return set;
  }

  /** Index of the first minute that is not before this one; it is mostly the last. */
  #first(minute: number): number {
    const last = this.#minutes.at(-1);
    if (last === undefined || last < minute) return this.#minutes.length;
    let [low, high] = [0, this.#minutes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#minutes[middle] ?? 0) < minute) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function together(a: StatisticSet | undefined, b: StatisticSet): StatisticSet {
  if (a === undefined) return b;
  return {
    sum: a.sum + b.sum,
    count: a.count + b.count,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
  };
}

/** Alarms ask for the same few metrics again and again, for a year. */
const keys = new WeakMap<MetricId, string>();

function keyOf(metric: MetricId): string {
  const known = keys.get(metric);
  if (known !== undefined) return known;
  const pairs = Object.entries(metric.dimensions).map(([dimension, value]) => `${dimension}\0${value}`);
  const key = [metric.namespace, metric.name, ...pairs.sort()].join('\n');
  keys.set(metric, key);
  return key;
}
