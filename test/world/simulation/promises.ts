import type { Account } from '../../../local/account/account';
import { KeyPromises } from './key-promises';
import { PlacePromises } from './place-promises';
import { RecordPromises } from './record-promises';
import { RunPromises } from './run-promises';
import { Verdicts } from './verdicts';
import type { Witness } from './witness';

/** The judges of K1 to K7 and K10, who look at every change by what the witness sees. Each says what it found, in words. */
export class Promises extends Verdicts {
  readonly places: PlacePromises;
  readonly keys: KeyPromises;
  readonly record: RecordPromises;
  readonly runs: RunPromises;

  constructor(witness: Witness, account: Account, now: () => number) {
    super(now);
    this.places = new PlacePromises(this, witness);
    this.keys = new KeyPromises(this, witness, account);
    this.record = new RecordPromises(this, witness);
    this.runs = new RunPromises(this, witness);
  }
}
