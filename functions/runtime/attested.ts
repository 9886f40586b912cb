import type { AuditEvent } from '../core/audit';
import { after, earliest, MINUTE, SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import { type Compromised, saidCompromised } from '../core/key/compromised';
import { currentKey, type SecretState, withoutFuture } from '../core/key/secret-state';
import type { Unproved } from '../core/lifecycle/leaked';
import type { Managed } from '../core/lifecycle/managed';
import { idOfSecret } from '../core/names';
import { ATTESTING, attestedSince, isAttested } from '../core/request/attested';
import type { Run } from './run';

/** What the tags of a secret say of leaked keys, and what of it is to be obeyed. */
export interface Leaks {
  /** The record says it too. */
  readonly compromised: readonly Compromised[];
  /** The record cannot be read. */
  readonly doubtful: readonly Compromised[];
  readonly findings: readonly Unproved[];
}

const NONE: Leaks = { compromised: [], doubtful: [], findings: [] };

/** The function is started in the same second in which the record gets the word, and takes seconds to show it. */
const WORD_COMES_WITHIN = 2 * MINUTE;
const ASK_AGAIN_AFTER = 5 * SECOND;

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
  try {
    const compromised = await proved(run, idsOf(managed), matters);
    const unproved = matters.filter((one) => !compromised.includes(one));
    const findings = unproved.map((one) => unprovedFinding(id, secret, one, 'unproved'));
    return { ...NONE, compromised: [...compromised, ...gone], findings };
  } catch (thrown) {
    run.log.warn('the record does not say whether a key has leaked', { key: id, code: toKeyturnError(thrown).code });
    const findings = matters.map((one) => unprovedFinding(id, secret, one, 'unreadable'));
    return { compromised: gone, doubtful: matters, findings };
  }
}

/** Of what was said before the key had its present id the record speaks under the one of then. */
function idsOf({ entry, retained }: Pick<Managed, 'entry' | 'retained'>): readonly string[] {
  const before = retained && idOfSecret(retained.name);
  return before === undefined ? [entry.id] : [entry.id, before];
}

function isActive(keys: readonly AccessKey[] | undefined, accessKeyId: string): boolean {
  return (keys ?? []).some((key) => key.accessKeyId === accessKeyId && key.status === 'Active');
}

async function proved(run: Run, ids: readonly string[], said: readonly Compromised[]): Promise<readonly Compromised[]> {
  for (;;) {
    const events = await wordsOf(run, said);
    const compromised = said.filter((one) => isAttested(one, ids, events));
    const open = said.filter((one) => !compromised.includes(one));
    const mayCome = open.some(({ at }) => run.now() < after(at, WORD_COMES_WITHIN));
    if (!mayCome || !run.hasTime(ASK_AGAIN_AFTER)) return compromised;
    await run.time.sleep(ASK_AGAIN_AFTER);
  }
}

async function wordsOf(run: Run, said: readonly Compromised[]): Promise<readonly AuditEvent[]> {
  const [first = run.now(), ...others] = said.map(attestedSince);
  const since = earliest(first, ...others);
  const all = await Promise.all(ATTESTING.map(({ event }) => run.recorded(since, event)));
  return all.flat();
}

function unprovedFinding(key: string, secret: SecretState, said: Compromised, is: Unproved['facts']['is']): Unproved {
  const { accessKeyId, at, order } = said;
  return { code: 'compromised-unproved', key, accessKeyId, facts: { is, at, order, secret: secret.name } };
}
