import { look } from '../account/look';
import type { FunctionStarter, Iam, Secrets } from '../account/ports';
import { throughRetained } from '../account/retained';
import type { Exposure, OnExposed } from '../core/config/exposed';
import { after, MINUTE } from '../core/duration';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import { type Compromised, compromisedOf, type Order, SAYS, tagOfCompromised } from '../core/key/compromised';
import { changedUser, isSameUser } from '../core/key/key-user';
import { currentKey, type SecretState, storedVersions } from '../core/key/secret-state';
import type { Exposed } from '../core/lifecycle/exposed';
import type { Managed } from '../core/lifecycle/managed';
import { isObserved } from '../core/lifecycle/observed';
import { pauseFinding } from '../core/lifecycle/paused';
import { TAG } from '../core/names';
import { isAsDeployed } from '../runtime/as-deployed';
import { leaksOf } from '../runtime/attested';
import type { Run } from '../runtime/run';
import { sayLeaked } from '../runtime/say-leaked';

export interface ExposedPorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
  /** Starts deactivate. @default - nothing is done for keys that AWS says have leaked but to tell people */
  readonly starter?: FunctionStarter<'deactivate'> | undefined;
}

/** What this run has said of a key, and as what. */
interface Word {
  readonly managed: Managed;
  readonly said: Compromised;
  readonly keys: readonly AccessKey[];
  readonly writtenAt: Date;
}

export interface Declared {
  /** The ids of the managed keys that rotate is to look at. */
  readonly declared: readonly string[];
  readonly words: readonly Word[];
  /** Why one could not be declared, where another try may do it. */
  readonly failed: KeyturnError | undefined;
}

/**
 * Says of the access keys that an event of AWS names that they have leaked, in the record first and then in their secrets,
 * as an administrator would; people hear of those that nothing is done about.
 *
 * What fails for one key stops no other one.
 */
export async function declareExposed(
  ports: ExposedPorts,
  run: Run,
  all: readonly Managed[],
  exposure: Exposure,
  onExposed: OnExposed,
): Promise<Declared> {
  const declared: string[] = [];
  const words: Word[] = [];
  const said = new Set<string>();
  let failed: KeyturnError | undefined;
  for (const accessKeyId of exposure.accessKeyIds) {
    const owner = await ownerOf(ports.iam, run, all, accessKeyId, exposure);
    if (owner === undefined) {
      tellUnmanaged(run, accessKeyId, exposure);
      continue;
    }
    try {
      const word = await declare({ ports, run, managed: owner, accessKeyId, exposure, onExposed });
      if (word === undefined) continue;
      said.add(owner.entry.id);
      if (word !== 'of-another') declared.push(owner.entry.id);
      if (typeof word === 'object') words.push(word);
    } catch (thrown) {
      // The other keys of the event are as urgent (K11).
      const error = toKeyturnError(thrown);
      run.fail(owner.entry, error, `declaring ${accessKeyId} leaked`);
      failed ??= error.retryable ? error : undefined;
    }
  }
  failed = (await startDeactivation(ports, run, [...said])) ?? failed;
  return { declared, words, failed };
}

/**
 * What is to go first, and the key before the current one, wait for no delivery that would start it. The event asks for
 * nothing: deactivate reads the word.
 *
 * @returns why it could not be started, where another try may do it
 */
async function startDeactivation(
  { starter }: ExposedPorts,
  run: Run,
  keys: readonly string[],
): Promise<KeyturnError | undefined> {
  if (starter === undefined || keys.length === 0) return undefined;
  try {
    await starter.start('deactivate', { keys, by: run.function, why: 'AWS says that one of its keys has leaked' });
    return undefined;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    run.log.warn('deactivate could not be started', { keys, code: error.code });
    return error.retryable ? error : undefined;
  }
}

/** The SDK repeats a request that AWS did not take: five times, with ten seconds for each and the waits between them. */
const WRITES_ARRIVE_WITHIN = MINUTE;

/**
 * Looks at the end of a run whether what it has said still stands there, and says it again where it does not: somebody who
 * had read the tag before may have written it since.
 */
export async function keepSaid(ports: ExposedPorts, run: Run, words: readonly Word[]): Promise<void> {
  const { secrets } = ports;
  for (const { managed, said, keys, writtenAt } of words) {
    const { entry, secret } = managed;
    try {
      const wait = after(writtenAt, WRITES_ARRIVE_WITHIN).getTime() - run.now().getTime();
      if (wait > 0 && run.hasTime(wait)) await run.time.sleep(wait);
      const isNew = await sayLeaked(throughRetained(secrets, managed), secret.name, said, keys);
      if (isNew) await startDeactivation(ports, run, [entry.id]);
    } catch (thrown) {
      run.fail(entry, toKeyturnError(thrown), `declaring ${said.accessKeyId} leaked`);
    }
  }
}

/** By what the secrets and the event say; of a key from before Keyturn only IAM knows whose it is. */
async function ownerOf(
  iam: Iam,
  run: Run,
  all: readonly Managed[],
  accessKeyId: string,
  { user }: Exposure,
): Promise<Managed | undefined> {
  const stored = all.find(({ secret }) =>
    storedVersions(secret).some((version) => version.accessKeyId === accessKeyId),
  );
  if (stored !== undefined) return stored;
  if (user !== undefined) return all.find(({ entry }) => isSameUser(entry.user, user));
  for (const managed of all) {
    if (!run.hasTime()) break;
    if ((await keysOf(iam, run, managed)).some((key) => key.accessKeyId === accessKeyId)) return managed;
  }
  return undefined;
}

async function keysOf(iam: Iam, run: Run, { entry }: Managed): Promise<readonly AccessKey[]> {
  try {
    return await iam.listAccessKeys(entry.user);
  } catch (thrown) {
    run.log.warn('the keys of a user are not known', { key: entry.id, code: toKeyturnError(thrown).code });
    return [];
  }
}

interface Declaring {
  readonly ports: ExposedPorts;
  readonly run: Run;
  readonly managed: Managed;
  readonly accessKeyId: string;
  readonly exposure: Exposure;
  readonly onExposed: OnExposed;
}

/** @returns what it has said; undefined where nothing is to be done */
async function declare({ ports, run, managed, accessKeyId, exposure, onExposed }: Declaring) {
  const { entry } = managed;
  const { secret, keys } = await look(ports.iam, ports.secrets, managed);
  // AWS says the same again, for hours: what is harmless already needs no second word.
  const status = keys.find((key) => key.accessKeyId === accessKeyId)?.status;
  if (status === undefined && !wasDeleted(managed.entry, secret, accessKeyId))
    tellUnmanaged(run, accessKeyId, exposure);
  if (status !== 'Active') return undefined;
  const is = heldBy({ ...managed, secret }, onExposed, run.now());
  const { source, what } = exposure;
  if (is !== undefined) {
    run.find({ code: 'exposed', key: entry.id, accessKeyId, facts: { is, source, what } });
    return undefined;
  }
  if (!(await isAsDeployed(ports.secrets, run, managed))) return undefined;
  const known = await leaksOf(run, managed, secret, keys);
  // A look between a rotation and its delivery would take the mark before back, and cost the delivery an hour.
  if (compromisedOf(known.compromised, accessKeyId) !== undefined) {
    return currentKey(secret)?.accessKeyId === accessKeyId ? ('of-current' as const) : ('of-another' as const);
  }
  const order: Order = onExposed === 'disable-first' ? 'disable-first' : 'deliver-first';
  const said: Compromised = { accessKeyId, at: run.now(), order };
  const tag = tagOfCompromised(said);
  const facts = { do: SAYS[order].do, tag, source, saidAt: exposure.saidAt?.toISOString() };
  run.audit('exposed', entry, { accessKeyId, reason: what, facts });
  // Nobody obeys the tag without the word.
  await run.beforeTaking();
  await sayLeaked(throughRetained(ports.secrets, managed), secret.name, said, keys);
  return { managed, said, keys, writtenAt: run.now() };
}

/** One that Keyturn stored for the user whom the key has had all along, and that IAM lists no more. */
function wasDeleted({ user }: Managed['entry'], secret: SecretState, accessKeyId: string): boolean {
  const isOfUser = secret.tags[TAG.formerUsers] === undefined && changedUser(secret, user) === undefined;
  return isOfUser && storedVersions(secret).some((version) => version.accessKeyId === accessKeyId);
}

function tellUnmanaged(run: Run, leaked: string, { source, what, user }: Exposure): void {
  run.find({ code: 'exposed-unmanaged', facts: { leaked, source, what, user } });
}

function heldBy({ entry, secret }: Managed, onExposed: OnExposed, now: Date): Exposed['facts']['is'] | undefined {
  if (isObserved(entry)) return 'observed';
  if (pauseFinding(entry, secret, now) !== undefined) return 'paused';
  return onExposed === 'notify' ? 'notify' : undefined;
}
