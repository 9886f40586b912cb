import { groupBy } from '../group-by';
import type { Report } from '../judge/model';
import { Table } from './table';

const COLUMNS = [
  { label: 'Day', means: 'Coordinated Universal Time' },
  { label: 'Function' },
  { label: 'Runs', isNumber: true },
  { label: 'Changed something', isNumber: true },
  { label: 'Incomplete', means: 'Without their end, or with missing events', isNumber: true },
  { label: 'Failed', isNumber: true },
];

/** Every run is told of, those that changed nothing too; a table for each month. */
export function Runs({ runs }: { runs: Report['runs'] }) {
  const months = groupBy(runs, ({ day }) => day.slice(0, 7));
  const sum = (of: readonly Report['runs'][number][], name: 'runs' | 'changed' | 'incomplete' | 'failed') =>
    of.reduce((total, line) => total + line[name], 0);
  return (
    <section class="runs" aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      <p class="only-print">By day and function: in the file. Here by month.</p>
      {runs.length === 0 && <p>The record tells of none.</p>}
      {[...months].map(([month, days]) => (
        <details key={month}>
          <summary>
            <time>{month}</time>
            {`: ${sum(days, 'runs')} runs, ${sum(days, 'changed')} changed something, ${sum(days, 'incomplete')} incomplete, ${sum(days, 'failed')} failed`}
          </summary>
          <Table id={`runs-${month}`} caption={`Runs of ${month} by day and function`} columns={COLUMNS} counts="runs">
            {days.map((line) => (
              <tr key={`${line.day} ${line.function}`} class={line.incomplete + line.failed > 0 ? 'failed' : undefined}>
                <td>
                  <time>{line.day}</time>
                </td>
                <td>{line.function}</td>
                <td class="n" data-sum="runs">
                  {line.runs}
                </td>
                <td class="n">{line.changed}</td>
                <td class="n" data-sum="incomplete">
                  {line.incomplete}
                </td>
                <td class="n">{line.failed}</td>
              </tr>
            ))}
          </Table>
        </details>
      ))}
    </section>
  );
}
