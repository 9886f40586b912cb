import type { Verdicts } from '../../../cli/rehearsal/witness/verdicts';
import type { Witness } from '../../../cli/rehearsal/witness/witness';
import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import { type Change, isAbout, type RunRecord } from './run-record';

/** Events that tell of a change, each of which has to have happened. A delivery's mark may have been put there by hand before. */
const TELLS: ReadonlySet<AuditEventName> = new Set([
  'intent-written',
  'intent-cleared',
  'key-created',
  'key-stored',
  'key-discarded',
  'key-reactivated',
  'key-promoted',
  'key-deactivated',
  'key-deleted',
  'hold-recorded',
  'inactive-recorded',
  'reactivation-recorded',
]);

/** Judges the record of record by what came there, and not by what runs meant to send: K7. */
export class RecordPromises {
  readonly #verdicts: Verdicts;
  readonly #witness: Witness;

  constructor(verdicts: Verdicts, witness: Witness) {
    this.#verdicts = verdicts;
    this.#witness = witness;
  }

  /** At the instant of a change: the record has the event that announces it. Only what gives may go without, in an outage. */
  isAnnounced(run: RunRecord, change: Change): void {
    const { announcedBy, takesAway, about, subject } = change;
    if (announcedBy === undefined) return;
    this.#verdicts.counted('K7');
    if (run.hasLostRecord && !takesAway) {
      this.#verdicts.allowed.unannounced += 1;
      return;
    }
    const announcements = [...run.kept.values()].filter(
      (event) => event.event === announcedBy && isAbout(event, subject),
    ).length;
    // A run may create several keys, each under an intent of its own; what repeats another change needs no second one.
    const isOneEach = announcedBy === 'intent-written' && change.action === 'CreateAccessKey';
    const same = run.changes.filter(({ action, subject: other }) => action === change.action && other === subject);
    const needed = isOneEach ? same.length : 1;
    if (announcements < needed)
      this.#broken(run, `did ${change.action} to ${about} before the record had ${announcedBy}`);
  }

  /** When an event comes to the record: what it tells of has happened, and no event before it is missing. */
  isTrue(run: RunRecord, event: AuditEvent): void {
    this.#verdicts.counted('K7');
    const { sequence, event: name, accessKeyId } = event;
    if (sequence !== run.kept.size + 1) this.#broken(run, `has a gap in the record before event ${sequence}`);
    if (!TELLS.has(name)) return;
    const isTold = run.changes.some(
      (change) =>
        change.audits.includes(name) &&
        isAbout(event, change.about) &&
        // The tag that says when a key was made Inactive makes none Inactive.
        !(name === 'key-deactivated' && change.action === 'TagResource'),
    );
    // A key that another run, or a person, has deleted meanwhile counts as deleted.
    const isGone = /^key-d(eleted|isc)/.test(name) && this.#witness.keys.get(accessKeyId ?? '')?.status === 'Deleted';
    if (!isTold && !isGone)
      this.#broken(run, `has ${name} of ${accessKeyId ?? event.key} in the record, which did not happen`);
  }

  isNoEvent(run: RunRecord, message: string): void {
    this.#broken(run, `put something else into the record: ${message}`);
  }

  isUnfit(run: RunRecord, { event, sequence }: AuditEvent): void {
    this.#broken(run, `wrote ${event}, event ${sequence}, which is too long for the bus or has lines of its own`);
  }

  isTwice(run: RunRecord, { id }: AuditEvent): void {
    this.#broken(run, `used the ID ${id} of another run`);
  }

  /** When a run has ended: the record has all of it, or the run says how much it has not. */
  isWhole(run: RunRecord, unrecorded: number): void {
    this.#verdicts.counted('K7');
    const missing = run.audits.filter(({ id }) => !run.kept.has(id)).length;
    if (missing > unrecorded)
      this.#broken(run, `says that ${unrecorded} events are missing in the record, not ${missing}`);
    if (unrecorded > 0 && !run.hasLostRecord) this.#broken(run, `kept ${unrecorded} events from the record`);
  }

  #broken({ process }: RunRecord, what: string): void {
    this.#verdicts.broken('K7', undefined, `${process.name} ${what}`);
  }
}
