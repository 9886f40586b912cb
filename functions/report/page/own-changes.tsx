import type { OwnChangeLine, Report } from '../judge/model';
import { Moment } from './moment';
import { Table } from './table';

const KINDS: Record<OwnChangeLine['kind'], { readonly words: string; readonly className: string }> = {
  'by-hand': { words: 'by hand', className: 'v fail' },
  'by-another-stack': { words: 'by another stack', className: 'v fail' },
  deployment: { words: 'deployment', className: 'v pass' },
  'by-deployment': { words: 'by a deployment', className: 'v pass' },
};

const COLUMNS = [
  { label: 'ID' },
  { label: 'Time', means: 'Coordinated Universal Time' },
  { label: 'How' },
  { label: 'Call', means: 'And the service that it was made to' },
  { label: 'Of what', means: 'As the call names it' },
  { label: 'By', means: 'The ARN (Amazon Resource Name) of who did it, and the address that it came from' },
  { label: 'Proof', means: 'The ID of the event in CloudTrail' },
];
const DEPLOYMENTS = [
  { label: 'ID' },
  { label: 'Time', means: 'Coordinated Universal Time' },
  { label: 'Call' },
  { label: 'Stack' },
  { label: 'Changes', means: 'Calls of CloudFormation that belong to it', isNumber: true },
  { label: 'By', means: 'The ARN (Amazon Resource Name) of who deployed' },
  { label: 'Proof', means: 'The ID of the event in CloudTrail' },
];

/** When Keyturn's own functions, roles, rules, keys and record were changed, and by whom: what no deployment did is first. */
export function OwnChanges({ changes }: { changes: Report['ownChanges'] }) {
  const of = (...kinds: readonly OwnChangeLine['kind'][]) => changes?.filter(({ kind }) => kinds.includes(kind)) ?? [];
  const odd = of('by-hand', 'by-another-stack');
  const deployments = of('deployment');
  const deployed = of('by-deployment');
  return (
    <section aria-labelledby="own-changes" class="own">
      <h2 id="own-changes">Changes to Keyturn itself</h2>
      <p>
        {changes === undefined
          ? 'Not known: what the deployment says of itself, or CloudTrail, could not be read. A stack of an earlier version says nothing of itself.'
          : 'Of its functions, roles and their policies, rules, alarms, keys, topic, queues and parameters, of the policies of its secrets, and of the record, as CloudTrail has them. Deployments of its own stacks are told apart.'}
      </p>
      {changes !== undefined && odd.length === 0 && <p>None was made but by a deployment.</p>}
      {odd.length > 0 && (
        <Table
          id="own-odd"
          caption={`Not by a deployment of its own (${odd.length})`}
          columns={COLUMNS}
          counts="own-changes"
        >
          <Lines changes={odd} />
        </Table>
      )}
      {deployments.length > 0 && (
        <Table
          id="own-deployments"
          caption={`Deployments (${deployments.length})`}
          columns={DEPLOYMENTS}
          counts="own-changes"
        >
          {deployments.map(({ id, at, call, thing, by, trailEventId }) => (
            <tr key={id} id={id}>
              <td>{id}</td>
              <td>
                <Moment at={at} />
              </td>
              <td>{call}</td>
              <td class="name">{thing}</td>
              <td class="n">{deployed.filter(({ deployment }) => deployment === id).length}</td>
              <td class="long by">{by}</td>
              <td class="long">{trailEventId}</td>
            </tr>
          ))}
        </Table>
      )}
      {deployed.length > 0 && (
        <details>
          <summary>{`${deployed.length} changes that deployments made`}</summary>
          <Table id="own-deployed" caption="Changes that deployments made" columns={COLUMNS} counts="own-changes">
            <Lines changes={deployed} />
          </Table>
        </details>
      )}
    </section>
  );
}

function Lines({ changes }: { readonly changes: readonly OwnChangeLine[] }) {
  return (
    <>
      {changes.map(({ id, at, kind, deployment, call, service, thing, by, from, trailEventId }) => (
        <tr key={id} id={id}>
          <td>{id}</td>
          <td>
            <Moment at={at} />
          </td>
          <td>
            {deployment === undefined ? (
              <span class={KINDS[kind].className}>{KINDS[kind].words}</span>
            ) : (
              <a href={`#${deployment}`}>{deployment}</a>
            )}
          </td>
          <td>
            {call} <small>{service}</small>
          </td>
          <td class="long">{thing}</td>
          <td class="long by">
            {by} <small>{from}</small>
          </td>
          <td class="long">{trailEventId}</td>
        </tr>
      ))}
    </>
  );
}
