import type { AlarmName } from '../../functions/core/config/alarm-names';

/** One metric of CloudWatch. */
export interface AlarmMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Maximum' | 'Sum';
}

/** One alarm as data: what CloudWatch watches, and what people are told. */
export interface AlarmDefinition {
  readonly name: AlarmName;
  /** What it means, and whether anything is broken. */
  readonly text: string;
  /** What is watched; several ones are added up, and of Keyturn's own the highest is taken. */
  readonly metrics: readonly AlarmMetric[];
  /** What is taken off the one metric, in each period that has both. @default - nothing */
  readonly less?: AlarmMetric;
  /** Breaching is a value above, or below, the threshold. */
  readonly breaching: 'above' | 'below';
  readonly threshold: number;
  readonly periodMinutes: number;
  /** How many periods are looked at. */
  readonly periods: number;
  /** How many of them have to breach. */
  readonly outOf: number;
  /** Whether a period without a value breaches: silence is what some alarms are about. */
  readonly silence: 'breaching' | 'notBreaching';
  /** Whether people are told that it is over, too. */
  readonly tellsEnd: boolean;
}
