import type { Change, ReportedTrailSpan } from '../judge/model';
import type { Anchors } from './anchors';
import { Link } from './link';
import { Moment } from './moment';
import { Table } from './table';
import { TrailSpans } from './trail-spans';

const RESULTS: Record<Change['result'], { readonly words: string; readonly className: string }> = {
  'without-keyturn': { words: 'without Keyturn', className: 'v fail' },
  'without-trail': { words: 'not in CloudTrail', className: 'v fail' },
  'begun-only': { words: 'begun only', className: 'v unknown' },
  matched: { words: 'matched', className: 'v pass' },
};

const COLUMNS = [
  { label: 'ID' },
  { label: 'Time', means: 'Coordinated Universal Time' },
  {
    label: 'Action',
    means: 'And the status that an UpdateAccessKey set, or the version of the secret that was stored',
  },
  { label: 'Result' },
  { label: 'User', means: 'And its managed key' },
  { label: 'Access key' },
  { label: 'By', means: 'The ARN (Amazon Resource Name) of who did it, as CloudTrail has it' },
  { label: 'Proof', means: 'The audit event, and the ID of the event in CloudTrail' },
];

interface ChangesProps {
  readonly changes: readonly Change[];
  readonly anchors: Anchors;
}

interface ComparedProps extends ChangesProps {
  readonly spans: readonly ReportedTrailSpan[];
}

/** What changed access keys and secrets: CloudTrail's records and Keyturn's, matched one to one. */
export function Changes({ changes, spans, anchors }: ComparedProps) {
  const odd = changes.filter(({ result }) => result !== 'matched');
  const matched = changes.filter(({ result }) => result === 'matched');
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">Changes, compared with CloudTrail</h2>
      <p>
        Every CreateAccessKey, UpdateAccessKey, DeleteAccessKey and PutSecretValue that CloudTrail has is matched with
        the audit event that tells of it.
      </p>
      <TrailSpans spans={spans} />
      {odd.length > 0 && (
        <Table
          id="changes-odd"
          caption={`Changes that do not match (${odd.length})`}
          columns={COLUMNS}
          counts="changes"
        >
          <Lines changes={odd} anchors={anchors} />
        </Table>
      )}
      {matched.length > 0 && (
        <details>
          <summary>{`${matched.length} changes that match`}</summary>
          <Table id="changes-matched" caption="Changes that match" columns={COLUMNS} counts="changes">
            <Lines changes={matched} anchors={anchors} />
          </Table>
        </details>
      )}
      {changes.length === 0 && <p>There is none.</p>}
    </section>
  );
}

function Lines({ changes, anchors }: ChangesProps) {
  return (
    <>
      {changes.map((change) => (
        <tr key={change.id} id={change.id} data-key={change.key}>
          <td>{change.id}</td>
          <td>
            <Moment at={change.at} />
          </td>
          <td>
            {change.action} <small class="breaks">{change.status ?? change.version}</small>
          </td>
          <td class="note">
            <span class={RESULTS[change.result].className}>{RESULTS[change.result].words}</span>
            {!change.isManaged && ' (user not managed)'}
            {change.note !== undefined && ` ${change.note}`}
          </td>
          <td class="name">
            {change.user} <Link to={anchors.key(change.key)}>{change.key}</Link>
          </td>
          <td>{change.accessKeyId && <Link to={anchors.accessKey(change.accessKeyId)}>{change.accessKeyId}</Link>}</td>
          <td class="long by">{change.by}</td>
          <td class="long">
            {change.event && <Link to={anchors.event(change.event)}>{`…${change.event.slice(-12)}`}</Link>}{' '}
            {change.trailEventId}
          </td>
        </tr>
      ))}
    </>
  );
}
