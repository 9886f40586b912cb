import { green, red } from 'yoctocolors';
import type { SimulateDocument } from '../documents/simulate';
import { hanging } from './hanging';

/** What stands under a promise. */
const UNDER = ' '.repeat(9);

/** A promise, whether it held, and by what, in 80 columns. */
export function renderPromise({
  promise,
  says,
  held,
  evidence,
}: SimulateDocument['promises'][number]): readonly string[] {
  const name = promise === 'delivery' ? 'all' : promise;
  const head = `${held ? 'held' : 'BROKE'} ${name}`.padEnd(UNDER.length - 1);
  const [first = '', ...more] = hanging(`${head} ${says}`, UNDER);
  const coloured = held ? first.replace(/^held/, green) : first.replace(/^BROKE/, red);
  return [coloured, ...more, ...hanging(UNDER + evidence, UNDER)];
}
