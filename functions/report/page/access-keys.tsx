import { groupBy } from '../group-by';
import type { AccessKeyLine } from '../judge/model';
import { type Anchors, accessKeyAnchor } from './anchors';
import { Link } from './link';
import { Day } from './moment';
import { Table } from './table';
import { VerdictWord } from './verdict';

const COLUMNS = [
  { label: 'User' },
  { label: 'Access key' },
  { label: 'Role' },
  { label: 'Status' },
  { label: 'Created' },
  { label: 'Age', means: 'Days; at the end of its life for a key that is gone', isNumber: true },
  { label: 'Last used' },
  { label: 'Due', means: 'When it is rotated or, superseded, made Inactive' },
  { label: 'Managed key' },
  { label: 'Controls' },
];

interface AccessKeysProps {
  readonly keys: readonly AccessKeyLine[];
  readonly anchors: Anchors;
}

/** Every access key of the account: managed or not, root's too. */
export function AccessKeys({ keys, anchors }: AccessKeysProps) {
  const there = keys.filter(({ status }) => status !== 'Deleted');
  const gone = keys.filter(({ status }) => status === 'Deleted');
  return (
    <section aria-labelledby="access-keys">
      <h2 id="access-keys">Access keys</h2>
      <Table
        id="keys-there"
        caption={`Every access key that exists (${there.length})`}
        columns={COLUMNS}
        counts="accessKeys"
      >
        <Lines keys={there} anchors={anchors} />
      </Table>
      {gone.length > 0 && (
        <details>
          <summary>{`${gone.length} more that existed in the period and are gone`}</summary>
          <Table id="keys-gone" caption="Access keys that are gone" columns={COLUMNS} counts="accessKeys">
            <Lines keys={gone} anchors={anchors} />
          </Table>
        </details>
      )}
    </section>
  );
}

function Lines({ keys, anchors }: AccessKeysProps) {
  return (
    <>
      {keys.map((line) => (
        <tr key={line.id} id={accessKeyAnchor(line.id)} data-key={line.key}>
          <td class="name">{line.user}</td>
          <td>{line.accessKeyId ?? 'ID not known'}</td>
          <td>{line.role}</td>
          <td>{line.status}</td>
          <td>{line.createdAt === undefined ? 'unknown' : <Day at={line.createdAt} />}</td>
          <td class="n">{line.ageDays}</td>
          <td>
            {line.lastUsed === 'never' || line.lastUsed === 'unknown' ? line.lastUsed : <Day at={line.lastUsed} />}
          </td>
          <td>
            <Due line={line} />
          </td>
          <td class="name">
            <Link to={anchors.key(line.key)}>{line.key}</Link>
            {(line.role === 'foreign' || line.key === undefined) && <Proofs events={line.events} anchors={anchors} />}
          </td>
          <td class="text">
            <Judged line={line} anchors={anchors} />
          </td>
        </tr>
      ))}
    </>
  );
}

/** Events about a key whose life is in no table of a managed key. */
function Proofs({ events, anchors }: { events: readonly string[]; anchors: Anchors }) {
  const links = events.flatMap((id) => anchors.event(id) ?? []);
  return links.map((to, index) => (
    <span key={to}>
      {' '}
      <a href={to}>{`event ${index + 1}`}</a>
    </span>
  ));
}

/** The verdicts on one key, with their reasons; equal ones are said once. What failed is never folded. */
function Judged({ line, anchors }: { line: AccessKeyLine; anchors: Anchors }) {
  const groups = [
    ...groupBy(line.controls, ({ verdict, why, exception }) => `${verdict} ${exception ?? why}`).values(),
  ];
  const isBad = ([first]: Results) => first !== undefined && !['pass', 'not-applicable'].includes(first.verdict);
  const bad = groups.filter(isBad);
  const good = groups.filter((results) => !isBad(results));
  const [only, ...others] = good;
  return (
    <>
      {bad.map((results) => (
        <Reason key={results[0]?.control} results={results} anchors={anchors} />
      ))}
      {only !== undefined && others.length === 0 && bad.length === 0 && <Reason results={only} isOfAll />}
      {only !== undefined && (others.length > 0 || bad.length > 0) && (
        <details>
          <summary>{`${good.flat().length} pass or n/a`}</summary>
          {good.map((results) => (
            <Reason key={results[0]?.control} results={results} />
          ))}
        </details>
      )}
    </>
  );
}

/** What is next for a key. */
function Due({ line: { rotateDueAt, overlap } }: { line: AccessKeyLine }) {
  const at = rotateDueAt ?? overlap?.until;
  return at === undefined ? null : <Day at={at} />;
}

/** The list of exceptions says why; here is only until when. */
function Excepted({ id, anchors }: { id: string; anchors: Anchors | undefined }) {
  const exception = anchors?.exception(id);
  if (exception === undefined) return <>{id}</>;
  return (
    <>
      <a href={exception.href}>{exception.kind}</a>
      {' until '}
      <Day at={exception.until} />
    </>
  );
}

type Results = readonly AccessKeyLine['controls'][number][];

interface ReasonProps {
  readonly results: Results;
  /** @default - the controls are no links */
  readonly anchors?: Anchors;
  /** Every control says the same. @default false */
  readonly isOfAll?: boolean;
}

function Reason({ results, anchors, isOfAll = false }: ReasonProps) {
  const [first] = results;
  if (first === undefined) return null;
  return (
    <p>
      <VerdictWord verdict={first.verdict} />
      {isOfAll
        ? ' all'
        : results.map(({ control }) => [
            ' ',
            <Link key={control} to={anchors?.control(control)}>
              {control}
            </Link>,
          ])}
      {first.exception === undefined ? `: ${first.why}` : ': '}
      {first.exception !== undefined && <Excepted id={first.exception} anchors={anchors} />}
    </p>
  );
}
