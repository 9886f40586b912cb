import type { AlarmDefinition } from './alarm-definition';
import type { AlarmState } from './alarm-evaluation';

/** An alarm as it is now. */
export interface Alarm {
  readonly name: string;
  readonly arn: string;
  readonly definition: AlarmDefinition;
  readonly state: AlarmState;
  readonly reason: string;
  /** ms since the epoch. */
  readonly stateSince: number;
  readonly updatedAt: number;
}
