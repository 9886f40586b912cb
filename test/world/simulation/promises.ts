import { KeyPromises } from '../../../cli/rehearsal/witness/key-promises';
import { PlacePromises } from '../../../cli/rehearsal/witness/place-promises';
import { Verdicts } from '../../../cli/rehearsal/witness/verdicts';
import type { Witness } from '../../../cli/rehearsal/witness/witness';
import { RecordPromises } from './record-promises';
import { RunPromises } from './run-promises';

/** The judges of K1 to K7 and K10, who look at every change by what the witness sees. Each says what it found, in words. */
export class Promises extends Verdicts {
  readonly places: PlacePromises;
  readonly keys: KeyPromises;
  readonly record: RecordPromises;
  readonly runs: RunPromises;

  constructor(witness: Witness, now: () => number) {
    super(now);
    this.places = new PlacePromises(this, witness);
    this.keys = new KeyPromises(this, witness);
    this.record = new RecordPromises(this, witness);
    this.runs = new RunPromises(this, witness);
  }
}
