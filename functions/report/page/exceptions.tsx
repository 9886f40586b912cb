import type { Exception, ExceptionKind, Report } from '../judge/model';
import { type Anchors, exceptionAnchor } from './anchors';
import { Link } from './link';
import { Day, Moment } from './moment';
import { Table } from './table';

const KINDS: Readonly<Record<ExceptionKind, string>> = {
  overlap: 'overlap of a rotation',
  held: 'held: the old key is in use',
  due: 'due, rotated by the next run',
  'first-rotation': 'first rotation is to come',
  delivery: 'being delivered',
  accepted: 'accepted',
};

const COLUMNS = [
  { label: 'Exception' },
  { label: 'Managed key or user' },
  { label: 'Access key' },
  { label: 'Until', means: 'What lasts longer fails' },
  { label: 'Controls' },
  {
    label: 'Policy or approver',
    means: 'The policy that it follows from: rotate/deactivate/delete, in days; or who accepted it',
  },
];
const REASON = { label: 'Reason' };

/** So many are seen without unfolding anything. */
const AT_FIRST = 12;

interface ExceptionsProps {
  readonly report: Pick<Report, 'exceptions' | 'frameworks' | 'termsChangedAt' | 'termsWritten'>;
  readonly anchors: Anchors;
}

/** What a control would have otherwise, and nobody has to repair: each with its end; and what was accepted, by whom. */
export function Exceptions({
  report: { exceptions, frameworks, termsChangedAt, termsWritten },
  anchors,
}: ExceptionsProps) {
  const inForce = exceptions.filter(({ isInForce }) => isInForce);
  const others = exceptions.filter(({ isInForce }) => !isInForce);
  return (
    <section aria-labelledby="exceptions">
      <h2 id="exceptions">{`Exceptions in force (${inForce.length})`}</h2>
      <p>
        {inForce.length === 0
          ? 'There is none.'
          : 'A rotation without an interruption needs two Active keys for a while. Within the dates of the policy that is an exception with an end; what lasts longer fails.'}
        {` Judged by ${frameworks === undefined ? 'every framework that the report knows' : frameworks.join(', ')}.`}
        {termsChangedAt !== undefined && (
          <>
            {' The choice of frameworks and the accepted exceptions were last written '}
            <Moment at={termsChangedAt} />
            {termsWritten === undefined ? ', by whom was not seen' : ' by '}
            {termsWritten !== undefined && <a href={`#${termsWritten.change}`}>{termsWritten.by}</a>}
            {', in the SSM parameter /keyturn/audit-terms.'}
          </>
        )}
      </p>
      {inForce.length > 0 && (
        <Lines id="exceptions-now" caption="In force" exceptions={inForce.slice(0, AT_FIRST)} anchors={anchors} />
      )}
      {inForce.length > AT_FIRST && (
        <details>
          <summary>{`${inForce.length - AT_FIRST} more in force`}</summary>
          <Lines id="exceptions-more" caption="More in force" exceptions={inForce.slice(AT_FIRST)} anchors={anchors} />
        </details>
      )}
      {others.length > 0 && (
        <Lines id="exceptions-other" caption="Accepted, and without effect now" exceptions={others} anchors={anchors} />
      )}
    </section>
  );
}

interface LinesProps {
  readonly id: string;
  readonly caption: string;
  readonly exceptions: readonly Exception[];
  readonly anchors: Anchors;
}

function Lines({ id, caption, exceptions, anchors }: LinesProps) {
  const hasReasons = exceptions.some(({ reason }) => reason !== undefined);
  return (
    <Table id={id} caption={caption} columns={hasReasons ? [...COLUMNS, REASON] : COLUMNS} counts="exceptions">
      {exceptions.map((exception) => {
        const { kind, key, user, accessKeyId, until, controls, policy, approver, approvedOn, reason, why, event } =
          exception;
        return (
          <tr key={exception.id} id={exceptionAnchor(exception.id)} data-key={key}>
            <td>{KINDS[kind]}</td>
            <td class="name">{key === undefined ? user : <Link to={anchors.key(key)}>{key}</Link>}</td>
            <td>{accessKeyId !== undefined && <Link to={anchors.accessKey(accessKeyId)}>{accessKeyId}</Link>}</td>
            <td>
              <Day at={until} />
            </td>
            <td>
              {controls.map((control) => (
                <>
                  <Link to={anchors.control(control)}>{control}</Link>{' '}
                </>
              ))}
            </td>
            <td>
              {approver === undefined ? policy : `${approver}, on ${approvedOn}`}
              {exception.saidApprover !== undefined && `; said: "${exception.saidApprover}"`}
              {event !== undefined && (
                <>
                  {' '}
                  <Link to={anchors.event(event)}>event</Link>
                </>
              )}
            </td>
            {hasReasons && <td class="text">{reason === undefined ? undefined : `${reason} ${why}`}</td>}
          </tr>
        );
      })}
    </Table>
  );
}
