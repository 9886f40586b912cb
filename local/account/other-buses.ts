import type { Clock } from '../clock';
import type { AccountEvent } from './event';

/** What an event bus of another account or region is asked to take, as its resource policy can look at it. */
export interface Arrival {
  readonly busArn: string;
  readonly source: string;
  readonly detailType: string;
  /** Whether a rule of an event bus sends it, and not a call of PutEvents: `events:eventBusInvocation`. */
  readonly isForwarded: boolean;
  /** ARN of whoever called PutEvents; of a role the role's own. */
  readonly principalArn?: string;
}

/** An event that another event bus has taken. */
export interface ArrivedEvent {
  readonly busArn: string;
  readonly event: AccountEvent;
  /** ms since the epoch. */
  readonly at: number;
}

/** The event buses of other accounts and regions: they are not here, so what they have taken stays readable. */
export class OtherBuses {
  /** Oldest first. */
  readonly arrived: ArrivedEvent[] = [];

  /** @param admits what their resource policies say */
  constructor(
    private readonly clock: Clock,
    private readonly admits: (arrival: Arrival) => boolean,
  ) {}

  /** @returns whether the bus has taken it */
  put(event: AccountEvent, to: Pick<Arrival, 'busArn' | 'isForwarded' | 'principalArn'>): boolean {
    if (!this.admits({ ...to, source: event.source, detailType: event['detail-type'] })) return false;
    this.arrived.push({ busArn: to.busArn, event, at: this.clock.now() });
    return true;
  }
}

/** Whether an ARN is an event bus. */
export function isEventBus(arn: string): boolean {
  return /^arn:[^:]+:events:[^:]+:\d{12}:event-bus\//.test(arn);
}
