/** An event that a rule has sent to another event bus. */
export interface ForwardedEvent {
  readonly busArn: string;
  readonly event: unknown;
  /** ms since the epoch. */
  readonly at: number;
}

/** Whether an ARN is an event bus: one of another account or region, as there is one only here. */
export function isEventBus(arn: string): boolean {
  return /^arn:[^:]+:events:[^:]+:\d{12}:event-bus\//.test(arn);
}
