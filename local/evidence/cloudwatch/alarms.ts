import { AwsError } from '../../account/aws-error';
import type { Emit } from '../../account/event';
import type { Sns } from '../../account/sns';
import type { Clock } from '../../clock';
import type { Alarm } from './alarm';
import { type CheckedAlarm, checkAlarm, type Statistic } from './alarm-definition';
import { type AlarmState, EXTRA_PERIODS, evaluate, reasonOf } from './alarm-evaluation';
import { alarmEvent, alarmMessage } from './alarm-message';
import type { TimeSeries } from './metric-math';
import type { Metrics, StatisticSet } from './metrics';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A change of an alarm's state. */
export interface AlarmChange {
  readonly at: number;
  readonly alarm: string;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
}

interface Watched extends Alarm {
  readonly checked: CheckedAlarm;
  /** The revision of the metrics at which the whole evaluation range was empty: it is so until there is a new one. */
  readonly emptyAt: number | undefined;
}

export interface AlarmsOptions {
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly sns: Sns;
  readonly emit: Emit;
}

/** CloudWatch's metric alarms. Somebody has to call `evaluate` in time: see `stepOf`. */
export class Alarms {
  readonly #alarms = new Map<string, Watched>();
  readonly #history: AlarmChange[] = [];
  readonly #listeners: (() => void)[] = [];

  constructor(private readonly options: AlarmsOptions) {}

  /** By name. */
  list(): readonly Alarm[] {
    return [...this.#alarms.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Every change of state, oldest first. @param alarm only of this one */
  history(alarm?: string): readonly AlarmChange[] {
    return this.#history.filter((change) => alarm === undefined || change.alarm === alarm);
  }

  /** Calls back when an alarm has come, changed or gone. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Makes an alarm, or changes one and keeps its state. @throws AwsError ValidationError */
  put(input: unknown): Alarm {
    const checked = checkAlarm(input);
    const { accountId, region, clock } = this.options;
    const name = checked.definition.AlarmName;
    const [known, now] = [this.#alarms.get(name), clock.now()];
    // An expression that names what is not there fails now and not at night.
    this.#points(checked, now);
    const alarm: Watched = {
      name,
      arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`,
      definition: checked.definition,
      checked,
      state: known?.state ?? 'INSUFFICIENT_DATA',
      reason: known?.reason ?? 'Unchecked: Initial alarm creation',
      stateSince: known?.stateSince ?? now,
      updatedAt: now,
      emptyAt: undefined,
    };
    this.#alarms.set(name, alarm);
    for (const listener of this.#listeners) listener();
    return alarm;
  }

  delete(name: string): void {
    this.#alarms.delete(name);
    for (const listener of this.#listeners) listener();
  }

  /** @throws AwsError ResourceNotFound */
  get(name: string): Alarm {
    const alarm = this.#alarms.get(name);
    if (alarm === undefined) throw new AwsError('ResourceNotFound', 404, `There is no alarm ${name}`);
    return alarm;
  }

  /** In what steps, in ms, there are alarms to evaluate. */
  steps(): ReadonlySet<number> {
    return new Set(Array.from(this.#alarms.values(), stepOf));
  }

  /** Evaluates the alarms of a step at an instant: their periods end there. */
  evaluate(step: number, instant: number): void {
    const { revision } = this.options.metrics;
    for (const alarm of this.#alarms.values()) {
      if (stepOf(alarm) !== step || alarm.emptyAt === revision) continue;
      const { points, isEmpty } = this.#points(alarm.checked, instant);
      const { definition } = alarm;
      const state = evaluate(points, definition, alarm.state);
      this.#alarms.set(alarm.name, { ...alarm, emptyAt: isEmpty ? revision : undefined });
      if (state !== alarm.state) {
        this.#change(alarm, state, reasonOf(points, definition, state, alarm.state), isEmpty ? revision : undefined);
      }
    }
  }

  #change(alarm: Watched, state: AlarmState, reason: string, emptyAt: number | undefined): void {
    const { clock, sns, emit, accountId, region } = this.options;
    const at = clock.now();
    const changed: Watched = { ...alarm, state, reason, stateSince: at, emptyAt };
    this.#alarms.set(alarm.name, changed);
    this.#history.push({ at, alarm: alarm.name, from: alarm.state, to: state, reason });
    emit(alarmEvent(changed, alarm));
    const { ActionsEnabled, AlarmActions, OKActions, InsufficientDataActions } = alarm.definition;
    const actions = { OK: OKActions, ALARM: AlarmActions, INSUFFICIENT_DATA: InsufficientDataActions }[state];
    for (const arn of ActionsEnabled ? actions : []) {
      const message = alarmMessage(changed, alarm, { accountId, region });
      try {
        sns.publish({ TopicArn: arn, ...message });
      } catch (error) {
        // CloudWatch notes an action that fails in the alarm's history, and goes on.
        if (!(error instanceof AwsError)) throw error;
        this.#history.push({ at, alarm: alarm.name, from: state, to: state, reason: `Failed action ${arn}` });
      }
    }
  }

  /** The evaluation range, newest first. */
  #points({ definition, queries, period }: CheckedAlarm, instant: number) {
    const length = definition.EvaluationPeriods + EXTRA_PERIODS;
    const series = new Map<string, TimeSeries>();
    let isEmpty = true;
    for (const query of queries) {
      if (!('metric' in query)) continue;
      const values = Array.from({ length }, (_, index) => {
        const to = instant - index * period;
        const set = this.options.metrics.between(query.metric, to - period, to);
        return set === undefined ? undefined : statisticOf(set, query.statistic);
      });
      if (values.some((value) => value !== undefined)) isEmpty = false;
      series.set(query.id, values);
    }
    const metrics = [...series.values()];
    const resolve = (id: string, path: readonly string[]): TimeSeries => {
      const known = series.get(id);
      if (known !== undefined) return known;
      const query = queries.find((candidate) => candidate.id === id);
      if (query === undefined || !('expression' in query) || path.includes(id)) {
        throw new AwsError('ValidationError', 400, `Metric math: there is no ${id}`);
      }
      const found = query.expression({ series: (other) => resolve(other, [...path, id]), metrics: () => metrics });
      series.set(id, found);
      return found;
    };
    const returned = queries.find(({ isReturned }) => isReturned)?.id ?? '';
    return { points: resolve(returned, []), isEmpty };
  }
}

/**
 * How often an alarm is evaluated: once a period; once an hour when its period is longer, or when it looks back more
 * than a day, as CloudWatch does. CloudWatch looks every minute at all others, so a change may show up to one period
 * earlier there; every minute of a year would take minutes here.
 */
function stepOf({ checked: { definition, period } }: Watched): number {
  return period * definition.EvaluationPeriods > DAY ? HOUR : Math.min(Math.max(period, 60_000), HOUR);
}

function statisticOf({ sum, count, minimum, maximum }: StatisticSet, statistic: Statistic): number {
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return minimum;
    case 'Maximum':
      return maximum;
    case 'SampleCount':
      return count;
  }
}
