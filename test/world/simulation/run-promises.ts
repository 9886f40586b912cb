import type { Verdicts } from '../../../cli/rehearsal/witness/verdicts';
import type { Witness } from '../../../cli/rehearsal/witness/witness';
import { isAbout, type RunRecord } from './run-record';

/** Judges what runs write and tell: K6, K7, K10. */
export class RunPromises {
  readonly #verdicts: Verdicts;
  readonly #witness: Witness;

  constructor(verdicts: Verdicts, witness: Witness) {
    this.#verdicts = verdicts;
    this.#witness = witness;
  }

  /** K6: nothing that is written anywhere holds a secret. */
  isClean(text: string, where: string): void {
    this.#verdicts.counted('K6');
    const found = this.#witness.secrets.findIn(text);
    if (found === undefined) return;
    this.#verdicts.broken('K6', undefined, `${where} holds the secret of ${found.key.id} (${found.form})`);
  }

  /** K7, K10 and K11, when a run has ended. */
  isAccountedFor(run: RunRecord): void {
    const { process, changes, audits } = run;
    this.#verdicts.counted('K7');
    for (const change of changes) {
      const isTold = audits.some((audit) => change.audits.includes(audit.event) && isAbout(audit, change.about));
      if (change.isAnswered && !isTold) {
        this.#verdicts.broken(
          'K7',
          undefined,
          `${process.name} did ${change.action} to ${change.about} without ${change.audits.join(' or ')}`,
        );
      }
    }
    for (const event of ['run-started', 'run-finished'] as const) {
      if (!audits.some((audit) => audit.event === event)) {
        this.#verdicts.broken('K7', undefined, `${process.name} ended without ${event}`);
      }
    }
    this.#verdicts.counted('K10');
    const codes = audits.flatMap(({ event, reason }) => (event === 'finding' ? [reason] : []));
    if (run.hitKeyLimit && !codes.includes('two-keys')) {
      this.#verdicts.broken('K10', undefined, `${process.name} met the limit of two keys and did not say what to do`);
    }
    const crash = audits.find(({ code }) => code === 'unexpected');
    if (crash !== undefined) this.#verdicts.broken('K10', crash.key, `${process.name} crashed: ${crash.message}`);
  }
}
