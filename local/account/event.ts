/** An event as EventBridge hands it to a rule. */
export interface AccountEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds, as EventBridge writes it. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Record<string, unknown>;
}

/** What a service needs in order to publish an event; the account adds the rest of the envelope. */
export interface EventDraft {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Record<string, unknown>;
  readonly resources?: readonly string[];
  /** Default: the account's region. */
  readonly region?: string;
  /** Default: now (ms since the epoch). */
  readonly time?: number;
}

/** Publishes an event on the account's bus and answers its ID. */
export type Emit = (draft: EventDraft) => string;

/** ISO 8601 in whole seconds, `2026-01-31T08:00:00Z`. */
export function isoSeconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
