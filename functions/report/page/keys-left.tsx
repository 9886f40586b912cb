import type { KeysLeft as Month } from '../judge/model';
import { Table } from './table';

const COLUMNS = [
  { label: 'Month' },
  { label: 'Keys left', isNumber: true },
  { label: 'Replaced by roles', isNumber: true },
];

/** How many managed keys are left, month by month: the best rotated key is the one that no longer exists. */
export function KeysLeft({ months = [] }: { months: readonly Month[] | undefined }) {
  // While none is replaced every month says the same, on paper too.
  if (months.every(({ replaced }) => replaced === 0)) return null;
  return (
    <section aria-labelledby="keys-left">
      <h2 id="keys-left">Keys left</h2>
      <Table id="keys-left-table" caption="Managed keys that worked at the end of each month" columns={COLUMNS}>
        {months.map(({ month, keys, replaced }) => (
          <tr key={month}>
            <th scope="row">{month}</th>
            <td class="n">{keys}</td>
            <td class="n">{replaced}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
