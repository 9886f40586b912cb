import type { AuditEvent } from '../audit';
import type { Finding } from '../lifecycle/plan';
import type { FindingCode } from './codes';

const HELD: ReadonlySet<FindingCode> = new Set(['in-use', 'paused']);
const BLOCKED: ReadonlySet<FindingCode> = new Set([
  'two-keys',
  'undelivered',
  'rotation-in-progress',
  'settling',
  'user-missing',
  'secret-missing',
  'secret-edited',
  'invalid-entry',
  'invalid-pause',
  'breaker-open',
  'rotation-cap',
]);

/** What a finding means: its key waits because it is in use, something stands in its way, or a person has to act. */
export function outcomeOf({ code, severity }: Pick<Finding, 'code' | 'severity'>): AuditEvent['outcome'] {
  if (HELD.has(code)) return 'held';
  if (BLOCKED.has(code)) return 'blocked';
  return severity === 'attention' ? 'failed' : 'ok';
}
