import { idOfSecret } from '../../core/names';
import { cleaned } from '../../core/outside-text';
import type { Evidence } from '../evidence/evidence';
import { compare } from './compare';
import type { Attention, SecretReaders } from './model';
import { plural } from './plural';
import { readersIn } from './secret-readers';

const MOST_NAMED = 5;

/** Who may read each managed secret and each connection that is used; undefined where no policy could be read. */
export function secretReadersOf(evidence: Evidence): readonly SecretReaders[] | undefined {
  const { secretPolicies, secrets = [], entries = [] } = evidence;
  if (secretPolicies === undefined) return undefined;
  const managed = secrets.map(({ name }) => name).filter((name) => idOfSecret(name) !== undefined);
  const connections = entries.flatMap(({ connections: used }) => Object.values(used).map(({ secret }) => secret));
  const lineOf = (kind: SecretReaders['kind'], secret: string): SecretReaders => {
    const found = secretPolicies.get(secret);
    const readers = found && readersIn(found.policy, found.arn);
    const state = found === undefined ? 'unknown' : readers === undefined ? 'open' : 'closed';
    const key = kind === 'managed' ? idOfSecret(secret) : undefined;
    return { secret: cleaned(secret), kind, key, state, readers: [...(readers ?? [])] };
  };
  return [
    ...[...new Set(managed)].sort(compare).map((name) => lineOf('managed', name)),
    ...[...new Set(connections)].sort(compare).map((name) => lineOf('connection', name)),
  ];
}

/** Whether every principal with rights of its own may read the value. */
export function isOpen({ state }: SecretReaders): boolean {
  return state === 'open';
}

/** What somebody has to repair: one item for each kind of secret. */
export function openSecretItems(lines: readonly SecretReaders[]): readonly Omit<Attention, 'id'>[] {
  const ofKind = (kind: SecretReaders['kind']) => lines.filter((line) => line.kind === kind && isOpen(line));
  const [managed, connections] = [ofKind('managed'), ofKind('connection')];
  return [
    ...itemOf(
      managed,
      'high',
      'Deploy the stack again, with a change to each of them: the deployment writes that policy.',
    ),
    ...itemOf(
      connections,
      'medium',
      'Give each a resource policy that denies secretsmanager:GetSecretValue to every principal but the role of sync.',
    ),
  ];
}

function itemOf(
  open: readonly SecretReaders[],
  severity: Attention['severity'],
  cure: string,
): readonly Omit<Attention, 'id'>[] {
  if (open.length === 0) return [];
  const named = open.slice(0, MOST_NAMED).map(({ secret }) => secret);
  const more = open.length > MOST_NAMED ? `, and ${open.length - MOST_NAMED} more` : '';
  const kind = open.every((line) => line.kind === 'managed') ? 'managed secret' : 'secret of a connection';
  return [
    {
      kind: 'open-secret',
      severity,
      title: `${plural(open.length, kind, kind.replace('secret', 'secrets'))} can be read by whoever has the right to read secrets`,
      detail: `No statement of its own policy denies everybody else: ${named.join(', ')}${more}. ${cure}`,
      events: [],
    },
  ];
}
