import type { AgeBin } from './age-chart';
import { raw } from './raw';
import { Frame, Table } from './table';

const COLUMNS = [
  { label: 'Age in days' },
  { label: 'Managed', isNumber: true },
  { label: 'Not managed', isNumber: true },
];

/** How old the active access keys are: a picture, and the same as a table. */
export function Ages({ bins, svg }: { bins: readonly AgeBin[]; svg: string }) {
  return (
    <section class="ages" aria-labelledby="ages">
      <h2 id="ages">Ages of active access keys</h2>
      <figure class="chart">
        <figcaption id="ages-caption">
          Active access keys by age. Filled: managed by Keyturn. Hatched: not managed.
        </figcaption>
        <Frame labelledBy="ages-caption">
          <div {...raw(svg)} />
        </Frame>
      </figure>
      <details>
        <summary>The same as a table</summary>
        <Table id="ages-table" caption="Active access keys by age" columns={COLUMNS}>
          {bins.map(({ label, managed, unmanaged }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class="n">{managed}</td>
              <td class="n">{unmanaged}</td>
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}
