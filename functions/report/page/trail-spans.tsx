import type { ReportedTrailSpan } from '../judge/model';
import { Moment } from './moment';
import { Table } from './table';

const SOURCES: Record<ReportedTrailSpan['source'], { readonly words: string; readonly className: string }> = {
  'event-history': { words: 'event history', className: 'v pass' },
  'trail-files': { words: 'files of the trail', className: 'v pass' },
  absent: { words: 'none', className: 'v unknown' },
};

const COLUMNS = [
  { label: 'Source', means: 'CloudTrail shows 90 days itself; a trail keeps files for as long as its owner wants' },
  { label: 'From', means: 'Coordinated Universal Time' },
  { label: 'Until', means: 'Coordinated Universal Time' },
  { label: 'Why not' },
];
/** More of them are folded. */
const MOST_SHOWN = 8;

/** Where CloudTrail's word comes from, over the whole period. */
export function TrailSpans({ spans }: { readonly spans: readonly ReportedTrailSpan[] }) {
  if (spans.length === 0) return null;
  const table = (
    <Table id="trail-spans" caption="Where CloudTrail’s word is from" columns={COLUMNS} counts="trail-spans">
      {spans.map(({ from, to, source, why }) => (
        <tr key={from}>
          <td>
            <span class={SOURCES[source].className}>{SOURCES[source].words}</span>
          </td>
          <td>
            <Moment at={from} />
          </td>
          <td>
            <Moment at={to} />
          </td>
          <td class="note">{why}</td>
        </tr>
      ))}
    </Table>
  );
  if (spans.length <= MOST_SHOWN) return table;
  return (
    <details>
      <summary>{`Where CloudTrail’s word is from: ${spans.length} times`}</summary>
      {table}
    </details>
  );
}
