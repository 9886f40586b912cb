import type { AccessKey } from '../core/key/access-key';
import { type Compromised, compromisedOf, SAYS, saidCompromised, tagOfCompromised } from '../core/key/compromised';
import { currentKey, type SecretState, withoutFuture } from '../core/key/secret-state';
import type { Unproved } from '../core/lifecycle/leaked';
import type { Managed } from '../core/lifecycle/managed';
import { idOfSecret } from '../core/names';
import { ATTESTING, isAttested } from '../core/request/attested';
import type { Run } from './run';
import { type Said, type Word, wordFor } from './word';

/** What the tags of a secret say of leaked keys, and what of it is to be obeyed. */
export interface Leaks {
  /** The record says it too. */
  readonly compromised: readonly Compromised[];
  /** The record cannot be read. */
  readonly doubtful: readonly Compromised[];
  readonly findings: readonly Unproved[];
}

const NONE: Leaks = { compromised: [], doubtful: [], findings: [] };

/**
 * What of the leaked keys that the tags name the record proves. Costs nothing where the tags name none that matters.
 *
 * @param keys what IAM lists: of those that are Active, and of the current one, it matters. @default - IAM was not asked,
 *   and only the current one matters
 */
export async function leaksOf(
  run: Run,
  managed: Pick<Managed, 'entry' | 'retained'>,
  given: SecretState,
  keys?: readonly AccessKey[],
): Promise<Leaks> {
  const { id } = managed.entry;
  const secret = withoutFuture(given, run.now());
  const said = saidCompromised(secret);
  const current = currentKey(secret)?.accessKeyId;
  const matters = said.filter(({ accessKeyId }) => accessKeyId === current || isActive(keys, accessKeyId));
  // Of a key that is not there nothing is done, and the planner says so.
  const gone = said.filter(({ accessKeyId }) => keys?.every((key) => key.accessKeyId !== accessKeyId));
  if (matters.length === 0) return { ...NONE, compromised: gone };
  const words = await Promise.all(matters.map((one) => wordFor(run, leakSaid(idsOf(managed), secret, one))));
  const withWord = (asked: Word) => matters.filter((_one, at) => words[at] === asked);
  const unproved = withWord('not-there').map((one) => unprovedFinding(id, secret, one, 'unproved'));
  const unreadable = withWord('unknown').map((one) => unprovedFinding(id, secret, one, 'unreadable'));
  return {
    compromised: [...withWord('there'), ...gone],
    doubtful: withWord('unknown'),
    findings: [...unproved, ...unreadable],
  };
}

/** Whether the record has to be asked before anything is done with the current key. */
export function isLeakInDoubt(given: SecretState, now: Date): boolean {
  const secret = withoutFuture(given, now);
  return compromisedOf(saidCompromised(secret), currentKey(secret)?.accessKeyId) !== undefined;
}

/** Of what was said before the key had its present id the record speaks under the one of then. */
function idsOf({ entry, retained }: Pick<Managed, 'entry' | 'retained'>): readonly string[] {
  const before = retained && idOfSecret(retained.name);
  return before === undefined ? [entry.id] : [entry.id, before];
}

function isActive(keys: readonly AccessKey[] | undefined, accessKeyId: string): boolean {
  return (keys ?? []).some((key) => key.accessKeyId === accessKeyId && key.status === 'Active');
}

function leakSaid(ids: readonly string[], secret: SecretState, one: Compromised): Said {
  return {
    name: `${secret.name} ${SAYS[one.order].tag}=${tagOfCompromised(one)}`,
    at: one.at,
    writers: ATTESTING,
    isWord: (event) => isAttested(one, ids, [event]),
  };
}

function unprovedFinding(key: string, secret: SecretState, said: Compromised, is: Unproved['facts']['is']): Unproved {
  const { accessKeyId, at, order } = said;
  return { code: 'compromised-unproved', key, accessKeyId, facts: { is, at, order, secret: secret.name } };
}
