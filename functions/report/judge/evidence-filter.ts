import type { AuditEvent, AuditEventName } from '../../core/audit';
import { EXEMPTS } from '../../core/key/exemption';
import { LEVELS, RECORDING_FUNCTIONS, type RecordingFunction } from '../../core/names';
import type { Evidence, UnreadableLine } from '../evidence/evidence';

/** The evidence without the events that prove nothing, and those that no function of Keyturn writes. */
export interface FilteredEvidence {
  readonly evidence: Evidence;
  readonly forged: readonly AuditEvent[];
}

const KNOWN: ReadonlySet<string> = new Set(RECORDING_FUNCTIONS);

/** Which function tells of which action: each has a role that may do no other, so who tells of another's made it up. */
const WRITERS: { readonly [Name in AuditEventName]?: readonly RecordingFunction[] } = {
  'intent-written': ['rotate'],
  'intent-cleared': ['rotate'],
  'key-created': ['rotate'],
  'key-proved': ['rotate', 'sync'],
  'key-stored': ['rotate'],
  'key-reactivation-begun': ['rotate'],
  'key-reactivated': ['rotate'],
  'key-promotion-begun': ['rotate'],
  'key-promoted': ['rotate'],
  'key-discarded': ['rotate'],
  'key-deactivation-begun': ['deactivate'],
  'key-deactivated': ['deactivate'],
  'key-deletion-begun': ['delete', 'rotate'],
  'key-deleted': ['delete'],
  'manifest-written': ['delete'],
  'target-begun': ['sync'],
  'restart-ended': ['sync'],
  'target-delivered': ['sync'],
  'target-failed': ['sync'],
  'target-drifted': ['sync'],
  'check-recorded': ['sync'],
  'drift-recorded': ['sync'],
  'version-delivered': ['sync'],
  requested: LEVELS,
  'pause-written': LEVELS,
  'pause-removed': LEVELS,
  'ask-written': LEVELS,
  'check-started': LEVELS,
  'exception-accepted': [EXEMPTS],
  'exception-ended': [EXEMPTS],
  exposed: ['rotate'],
  // A provider tells them, and not here.
  'secrets-given': [],
  'secrets-refused': [],
};

/**
 * Whoever may write into the record may write anything there. What cannot be of this account's Keyturn takes no part in
 * the judgement: it would account for changes that somebody else made.
 */
export function filterEvidence(evidence: Evidence): FilteredEvidence {
  const { record, account, region } = evidence;
  if (record === undefined) return { evidence, forged: [] };
  const events: AuditEvent[] = [];
  const forged: AuditEvent[] = [];
  const elsewhere: UnreadableLine[] = [];
  for (const event of record.events) {
    if (event.account !== account || event.region !== region) {
      elsewhere.push({ at: new Date(event.time), why: 'elsewhere' });
    } else if (mayWrite(event)) events.push(event);
    else forged.push(event);
  }
  const unreadable = [...record.unreadable, ...elsewhere];
  const exemptions = record.exemptions?.filter(
    (event) => event.account === account && event.region === region && mayWrite(event),
  );
  return { evidence: { ...evidence, record: { ...record, events, exemptions, unreadable } }, forged };
}

function mayWrite({ event, function: name }: AuditEvent): boolean {
  const writers: readonly string[] | undefined = WRITERS[event];
  return KNOWN.has(name) && (writers === undefined || writers.includes(name));
}
