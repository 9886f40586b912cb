import type { Inspection, Secrets, Targets } from '../../account/ports';
import { after, DAY } from '../../core/duration';
import { type KeyturnError, toKeyturnError } from '../../core/errors';
import { isTokenTrouble } from '../../core/findings/codes/token-rejected';
import { type TargetConfig, targetId, targetName } from '../../core/hosts/target';
import { checkTags, revisionDigest } from '../../core/key/check-mark';
import { isDelivered } from '../../core/key/delivery-mark';
import { currentKey } from '../../core/key/secret-state';
import type { Check } from '../../core/lifecycle/steps';
import type { Doer, Work } from './doer';
import { openTarget } from './open-target';
import { identifyUnseen, isReplaced, isUnidentified, keepPlaces, type SeenPlace, unidentified } from './place-identity';

interface CheckPorts {
  readonly secrets: Secrets;
  readonly targets: Targets;
}

/**
 * What came of a look at all targets: the version is `there`; somewhere it is not (`drifted`); some of them could not be
 * looked at (`undone`); another run has gone on with the key meanwhile, and what was seen says nothing (`overtaken`).
 */
export type CheckOutcome = 'there' | 'drifted' | 'undone' | 'overtaken';

/** What a look at one target came to. */
interface Look {
  readonly config: TargetConfig;
  readonly name: string;
  readonly compared: readonly string[];
  readonly differences: readonly string[];
  /** Stands for what the host showed of it. */
  readonly revision: string | undefined;
  /** Whose it is, where nobody has kept that yet, or could tell when it was delivered. */
  readonly place?: SeenPlace | undefined;
  readonly error?: KeyturnError;
}

/** A target that could not be looked at. */
type Undone = Look & { readonly error: KeyturnError };

/** Looks whether every target still holds a version that was delivered to it, and records it where it does (K13). */
export const checkVersion: Doer<'check', CheckPorts, CheckOutcome> = async (step, work) => {
  const { entry } = work.managed;
  const looks = await Promise.all(entry.targets.map((config) => lookAt(config, step, work)));
  const drifted = looks.filter(({ differences }) => differences.length > 0);
  const undone = looks.filter((look): look is Undone => look.error !== undefined);
  if (drifted.length > 0 && !(await isStillDelivered(step, work))) return 'overtaken';
  for (const look of undone) tellUndone(look, step, work);
  for (const look of drifted) tellDrift(look, step, work);
  if (drifted.length > 0) return 'drifted';
  if (undone.length > 0) return 'undone';
  for (const { config, place } of looks) {
    if (place !== undefined && isUnidentified(place))
      work.run.find(unidentified(config, work.managed, step.accessKeyId));
  }
  await record(looks, step, work);
  return 'there';
};

async function lookAt(config: TargetConfig, step: Check, { ports, managed }: Work<CheckPorts>): Promise<Look> {
  const { entry } = managed;
  const about = { config, name: targetName(config) };
  const { accessKeyId, versionId } = step;
  try {
    const target = await openTarget(ports.targets, config, entry);
    const seen = await target.inspect({ managedKey: entry.id, versionId, accessKeyId });
    const revision =
      seen.revision === undefined ? undefined : revisionDigest(targetId(config, entry.connections), seen.revision);
    const differences = differencesOf(seen, revision, step);
    const place = differences.length > 0 ? undefined : await identifyUnseen(target, config, managed);
    const others = place !== undefined && isReplaced(place) ? [`it is another place now: ${place.identity}`] : [];
    return { ...about, compared: seen.compared, differences: [...differences, ...others], revision, place };
  } catch (thrown) {
    return { ...about, compared: [], differences: [], revision: undefined, error: toKeyturnError(thrown) };
  }
}

/** What was put there by hand may look like what was delivered; that it was made anew shows all the same. */
function differencesOf({ differences }: Inspection, revision: string | undefined, { known }: Check): readonly string[] {
  const isAnew = known !== undefined && revision !== undefined && !known.has(revision);
  return isAnew && differences.length === 0 ? ['it was made anew since the last delivery or look'] : differences;
}

/** What was seen is drift only if no run has delivered another version, or is delivering again. */
async function isStillDelivered({ versionId, digest }: Check, { ports, managed }: Work<CheckPorts>): Promise<boolean> {
  const secret = await ports.secrets.describe(managed.secret.name);
  const current = currentKey(secret);
  return current?.versionId === versionId && isDelivered(secret, current, digest);
}

function tellDrift(
  { name: target, differences }: Look,
  step: Check,
  { run, managed: { entry } }: Work<CheckPorts>,
): void {
  const { accessKeyId, versionId: version } = step;
  const message = differences.join('; ');
  run.audit('target-drifted', entry, { accessKeyId, version, target, outcome: 'failed', message });
  const facts = { waits: 'nothing', target, differences, setting: step.drift } as const;
  run.find({ code: 'drifted', key: entry.id, accessKeyId, facts });
}

function tellUndone({ name: target, error }: Undone, step: Check, { run, managed: { entry } }: Work<CheckPorts>): void {
  const { accessKeyId, checkedAt } = step;
  const { code, message: reason } = error;
  const isLate = isTokenTrouble(code) || (checkedAt !== undefined && run.now() >= after(checkedAt, DAY));
  const facts = { waits: 'nothing', target, error: code, reason, checkedAt, isLate } as const;
  run.find({ code: 'unchecked', key: entry.id, accessKeyId, error: code, facts });
}

async function record(looks: readonly Look[], step: Check, work: Work<CheckPorts>): Promise<void> {
  const { ports, run, managed } = work;
  const { accessKeyId, versionId: version, digest } = step;
  const revisions = looks.flatMap(({ revision }) => revision ?? []);
  await ports.secrets.tag(managed.secret.name, checkTags({ accessKeyId, digest, revisions }, run.now()));
  const seen = looks.flatMap(({ name, compared }) => (compared.length > 0 ? [name] : []));
  const unseen = looks.flatMap(({ name, compared }) => (compared.length === 0 ? [name] : []));
  const facts = { seen, nothingToCompare: unseen, ...notIdentified(looks) };
  run.audit('check-recorded', managed.entry, { accessKeyId, version, facts });
  // A delivery before this version, or a token that may know it only now.
  await keepPlaces(
    looks.map(({ place }) => place),
    work,
  );
}

/** The targets of which the token may not know whose they are: that their names come to mean others would not show. */
function notIdentified(looks: readonly Look[]): { readonly notIdentified?: readonly string[] } {
  const names = looks.flatMap(({ name, place }) => (place !== undefined && place.identity === undefined ? [name] : []));
  return names.length === 0 ? {} : { notIdentified: names };
}
