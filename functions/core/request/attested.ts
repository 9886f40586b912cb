import type { AuditEvent, AuditEventName } from '../audit';
import { type Compromised, SAYS, tagOfCompromised } from '../key/compromised';
import type { FunctionName, Level } from '../names';

/** The events that a compromised key can be proved by, and the only function that each is believed of. */
export const ATTESTING = [
  { event: 'ask-written', by: 'administrator' },
  // AWS itself has said it.
  { event: 'exposed', by: 'rotate' },
] as const satisfies readonly {
  readonly event: AuditEventName;
  readonly by: Level | FunctionName;
}[];

/**
 * Whether the record says of a key what its tag says: for that managed key, that access key, that time and that order, by
 * a function that only administrators reach.
 *
 * @param keys the id of the managed key, and the one that it had before
 * @param events of the record, each with a seal that was checked
 */
export function isAttested(said: Compromised, keys: readonly string[], events: readonly AuditEvent[]): boolean {
  return events.some(
    ({ event, outcome, function: by, key: of, facts }) =>
      ATTESTING.some((one) => one.event === event && one.by === by) &&
      outcome === 'ok' &&
      of !== undefined &&
      keys.includes(of) &&
      facts?.do === SAYS[said.order].do &&
      facts.tag === tagOfCompromised(said),
  );
}
