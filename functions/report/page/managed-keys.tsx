import type { AuditEvent } from '../../core/audit';
import { groupBy } from '../group-by';
import type { ManagedKeyHistory, Verdict } from '../judge/model';
import { type Anchors, keyAnchor } from './anchors';
import { EventTable } from './event-rows';
import { LIFE_COLUMNS, LifeRow } from './life-rows';
import { Link } from './link';
import { Day } from './moment';
import { List, Table } from './table';

type State = ManagedKeyHistory['state'];

const STATES: Record<State, { readonly words: string; readonly as: Verdict }> = {
  'on-time': { words: 'on time', as: 'pass' },
  overdue: { words: 'overdue', as: 'fail' },
  undelivered: { words: 'undelivered', as: 'fail' },
  'not-rotated-yet': { words: 'not rotated yet', as: 'unknown' },
  paused: { words: 'paused', as: 'unknown' },
  observed: { words: 'only observed', as: 'unknown' },
  replaced: { words: 'replaced by roles', as: 'pass' },
  'not-managed': { words: 'not managed any more', as: 'not-applicable' },
  unknown: { words: 'unknown', as: 'unknown' },
};

interface ManagedKeysProps {
  readonly keys: readonly ManagedKeyHistory[];
  readonly events: readonly AuditEvent[];
  readonly anchors: Anchors;
}

/** Every managed key with its whole history. */
export function ManagedKeys({ keys, events, anchors }: ManagedKeysProps) {
  const byKey = groupBy(events, ({ key }) => key);
  return (
    <section aria-labelledby="managed-keys" data-rows="managedKeys" data-total={keys.length}>
      <h2 id="managed-keys">{`Managed keys (${keys.length})`}</h2>
      {keys.length === 0 && <p>There is none.</p>}
      {keys.map((history) => (
        <ManagedKey key={history.key} history={history} events={byKey.get(history.key) ?? []} anchors={anchors} />
      ))}
    </section>
  );
}

interface ManagedKeyProps {
  readonly history: ManagedKeyHistory;
  readonly events: readonly AuditEvent[];
  readonly anchors: Anchors;
}

function ManagedKey({ history, events, anchors }: ManagedKeyProps) {
  const { key, user, policy, state, targets, rotateDueAt, lives } = history;
  const { words, as } = STATES[state];
  const id = keyAnchor(key);
  return (
    <article id={id} data-key={key} aria-labelledby={`${id}-name`}>
      <h3 id={`${id}-name`}>
        {key} <span class={`v ${as}`}>{words}</span>
      </h3>
      <p>
        {'User '}
        <b>{user}</b>
        {`. Rotate at ${policy.rotateAfter}, deactivate at ${policy.deactivateAfter}, delete at ${policy.deleteAfter} days. `}
        {rotateDueAt !== undefined && (
          <>
            {'Next rotation '}
            <Day at={rotateDueAt} />
            {'. '}
          </>
        )}
        <PolicyWritten history={history} />
        {targets.length > 0 && (
          <>
            {'Delivered to '}
            <List parts={targets} />.
          </>
        )}
      </p>
      <p>
        <Counted name="rotations" count={history.rotations} one="rotation" />
        {', '}
        <Counted name="deliveries" count={history.deliveries} one="delivery" many="deliveries" />
        {', '}
        <Counted name="holds" count={history.holds} one="hold" />
        {', '}
        <Counted name="incidents" count={history.incidents} one="incident" />
        {' in the period.'}
      </p>
      {lives.length > 0 && (
        <Table id={`${id}-lives`} caption={`Access keys of ${key}`} columns={LIFE_COLUMNS}>
          {lives.map((life) => (
            <LifeRow key={life.accessKeyId} life={life} anchors={anchors} />
          ))}
        </Table>
      )}
      {events.length > 0 && (
        <details>
          <summary>{`${events.length} events of ${key}`}</summary>
          <EventTable id={`${id}-events`} caption={`Events of ${key}`} events={events} anchors={anchors} />
          <p>
            <Link to={anchors.key(key)}>{`Back to ${key}`}</Link>
          </p>
        </details>
      )}
    </article>
  );
}

/** Who has set the policy: a deployment, or somebody by hand, as far as CloudTrail goes back. */
function PolicyWritten({ history: { policyChangedAt, policyWritten } }: { readonly history: ManagedKeyHistory }) {
  if (policyChangedAt === undefined) return null;
  return (
    <>
      {'Policy written '}
      <Day at={policyChangedAt} />
      {policyWritten === undefined ? (
        ', by whom was not seen. '
      ) : (
        <>
          {' by '}
          <a href={`#${policyWritten.change}`}>{policyWritten.by}</a>
          {'. '}
        </>
      )}
    </>
  );
}

interface CountedProps {
  readonly name: string;
  readonly count: number;
  readonly one: string;
  readonly many?: string;
}

function Counted({ name, count, one, many = `${one}s` }: CountedProps) {
  return <span data-sum={name}>{`${count} ${count === 1 ? one : many}`}</span>;
}
