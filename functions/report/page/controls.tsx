import type { ControlVerdict } from '../judge/model';
import { controlAnchor } from './anchors';
import { Table } from './table';
import { VerdictWord } from './verdict';

const COLUMNS = [
  { label: 'Control' },
  { label: 'Verdict' },
  { label: 'Pass', isNumber: true },
  { label: 'Excepted', means: 'An exception is in force', isNumber: true },
  { label: 'Fail', isNumber: true },
  { label: 'N/A', means: 'Not applicable', isNumber: true },
  { label: 'Cannot tell', isNumber: true },
  { label: 'What it asks, and what is compared' },
];

/** The controls that the keys are judged by. */
export function Controls({ controls }: { controls: readonly ControlVerdict[] }) {
  return (
    <section aria-labelledby="controls">
      <h2 id="controls">Controls</h2>
      <p>What each control asks is said in our words; read the source before you rely on it. This is no certificate.</p>
      <Table
        id="controls-table"
        caption="Verdict by control, and access keys by verdict"
        columns={COLUMNS}
        counts="controls"
      >
        {controls.map((control) => (
          <tr key={control.id} id={controlAnchor(control.id)}>
            <th scope="row">
              {control.title}
              <p>
                <small>{`${control.id}: ${control.framework} ${control.version}, ${control.reference}`}</small>
              </p>
            </th>
            <td>
              <VerdictWord verdict={control.verdict} />
            </td>
            <td class="n">{control.passed}</td>
            <td class="n">{control.excepted}</td>
            <td class="n">{control.failed}</td>
            <td class="n">{control.notApplicable}</td>
            <td class="n">{control.unknown}</td>
            <td class="text">
              <p>{control.asks}</p>
              <p>{control.judgedBy}</p>
              <p>
                <Source of={control} />
              </p>
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

/** Only a web address becomes a link. */
function Source({ of: { source, id } }: { of: ControlVerdict }) {
  if (!source.startsWith('https://')) return <>{`Source: ${source}`}</>;
  return (
    <a href={source} rel="noreferrer">
      {`Source of ${id}`}
    </a>
  );
}
