import { groupBy } from '../group-by';
import type { Report, SecretReaders } from '../judge/model';
import { Table } from './table';

const STATES: Record<SecretReaders['state'], { readonly words: string; readonly className: string }> = {
  open: { words: 'open', className: 'v fail' },
  unknown: { words: 'not known', className: 'v unknown' },
  closed: { words: 'closed', className: 'v pass' },
};
const WITHOUT_READERS: Record<SecretReaders['state'], string> = {
  open: 'Whoever has the right to read secrets: its own policy denies nobody. Somebody has to repair that.',
  unknown: 'Its policy could not be read.',
  closed: 'Nobody',
};
const OF_KIND: Record<SecretReaders['kind'], string> = { managed: 'managed', connection: 'connection' };

const SECRETS = [
  { label: 'State', means: "Closed: the secret's own policy denies everybody but these" },
  { label: 'May read the value' },
  { label: 'Secrets' },
];
const RIGHTS = [{ label: 'May' }, { label: 'Functions' }];

/** Who may read each secret, and what each function may do. */
export function WhoMay({ report: { secretReaders, rights } }: { report: Pick<Report, 'secretReaders' | 'rights'> }) {
  return (
    <section aria-labelledby="who-may" class="who-may">
      <h2 id="who-may">Who may do what</h2>
      <Readers lines={secretReaders} />
      <p>
        {rights === undefined
          ? 'What the functions may do is not known: the deployment says nothing of it.'
          : 'What the role of each function may do, as it was deployed. What was changed since is among the changes to Keyturn itself.'}
      </p>
      {rights !== undefined && (
        <Table id="rights" caption="Rights of the functions" columns={RIGHTS} counts="rights">
          {rights.map(({ may, who }) => (
            <tr key={may}>
              <td class="text">{may}</td>
              <td>{who.join(', ')}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

/** So many are named where nothing is wrong with them; the formats for programs have them all. */
const MOST_NAMED = 5;

function namesOf(group: readonly SecretReaders[]): string {
  const names = group.map(({ secret }) => secret);
  const isFine = group.every(({ state }) => state === 'closed');
  if (!isFine || names.length <= MOST_NAMED) return names.join(', ');
  return `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`;
}

/** Secrets with the same readers are one row: usually that is all of them. */
function Readers({ lines }: { readonly lines: Report['secretReaders'] }) {
  if (lines === undefined) return <p>Who may read the secrets is not known: no policy of theirs could be read.</p>;
  const states = Object.keys(STATES) as SecretReaders['state'][];
  const groups = [...groupBy(lines, ({ kind, state, readers }) => [state, kind, ...readers].join(' ')).values()].sort(
    ([a], [b]) => states.indexOf(a?.state ?? 'closed') - states.indexOf(b?.state ?? 'closed'),
  );
  return (
    <>
      <p>
        {
          'A managed secret, and that of a connection, has a policy of its own that denies its value to everybody who is not named there, whatever their own rights are. '
        }
        Whoever may change such a policy can name themselves: that is a change to Keyturn itself.
      </p>
      <Table id="secret-readers" caption={`Secrets (${lines.length})`} columns={SECRETS}>
        {groups.map((group) => {
          const [first] = group;
          if (first === undefined) return null;
          const { state, kind, readers } = first;
          return (
            <tr key={`${state} ${kind} ${readers.join(' ')}`}>
              <td>
                <span class={STATES[state].className}>{STATES[state].words}</span>
              </td>
              <td class="long">{readers.length > 0 ? readers.join(' ') : WITHOUT_READERS[state]}</td>
              <td class="name">
                {`${group.length} ${OF_KIND[kind]}: `}
                {namesOf(group)}
              </td>
            </tr>
          );
        })}
      </Table>
    </>
  );
}
