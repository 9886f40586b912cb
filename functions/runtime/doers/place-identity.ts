import type { Secrets, Target } from '../../account/ports';
import type { RegistryEntry } from '../../core/config/registry';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import type { Finding } from '../../core/findings/findings';
import {
  connectionOfTarget,
  namedConnection,
  nameThatMayPass,
  rightToIdentify,
  type TargetConfig,
  targetName,
} from '../../core/hosts/target';
import { isIdentity, knownPlaces, placeDigest, placesTags, unseenPlaces } from '../../core/key/known-places';
import type { Managed } from '../../core/lifecycle/managed';
import type { Work } from './doer';

/** The place that a target's name means now. */
export interface SeenPlace {
  /** Stands for the name. */
  readonly digest: string;
  /** Whose it is; undefined where the token may not know. */
  readonly identity: string | undefined;
  /** Whose it was when a key was delivered there before. @default - nobody knew */
  readonly before?: string | undefined;
}

/** What the record says of whose a place is. */
export function recordedIdentity(seen: SeenPlace | undefined): string | undefined {
  return seen === undefined
    ? undefined
    : (seen.identity ?? 'not identified: the token may not read it, or the host did not say');
}

/**
 * Refuses a place whose name means another one than when a key was last delivered there: the key would go to a stranger.
 * An environment that was made anew is none: whoever has its repository had the one before it.
 *
 * @returns undefined where the target stands by an ID, which cannot come to mean another place
 * @throws KeyturnError `place-replaced`, naming both; and where it was known before, what keeps anybody from telling
 */
export async function refuseReplaced(
  target: Target,
  config: TargetConfig,
  { entry, secret }: Managed,
): Promise<SeenPlace | undefined> {
  const digest = digestOf(config, entry);
  if (digest === undefined) return undefined;
  const before = knownPlaces(secret).get(digest);
  const identity = before === undefined ? await identityIfTold(target) : await identityOf(target, 'needed');
  if (before === undefined || identity === undefined || isSame(identity, before)) return { digest, identity, before };
  throw new KeyturnError(
    'place-replaced',
    `${target.name} is another place than the one of this name that a key was delivered to before: its IDs were ` +
      `${before}, and are ${identity}. Nothing was written.`,
  );
}

/**
 * Whose a place is after the last write to it: its name may have come to mean another place since it was asked. What was
 * written is there then, and no look would tell it from what was meant, so that it is not called delivered (K1, K3).
 *
 * @throws KeyturnError `place-replaced`, naming both
 */
export async function refuseMoved(
  target: Target,
  place: SeenPlace | undefined,
  { id }: RegistryEntry,
  accessKeyId: string,
): Promise<void> {
  if (place?.identity === undefined) return;
  const identity = await identityIfTold(target);
  if (identity === undefined || isSame(identity, place.identity)) return;
  throw new KeyturnError(
    'place-replaced',
    `${target.name} came to be another place while it was written to: its IDs were ${place.identity}, and are ` +
      `${identity}. The key may be there now: delete it there, and make another one: keyturn rotate ${id} --compromised ` +
      `--key ${accessKeyId}.`,
  );
}

/** Whether a place could be told apart once, and cannot any more. */
export function isUnidentified({ identity, before }: SeenPlace): boolean {
  return before !== undefined && identity === undefined;
}

/** Whether a key was delivered to another place than the one before it: nobody could tell, and somebody can now. */
export function isReplaced({ identity, before }: SeenPlace): boolean {
  return before !== undefined && identity !== undefined && !isSame(identity, before);
}

/** A place that may be anybody's: the token has lost the right to tell whose it is. */
export function unidentified(config: TargetConfig, { entry }: Managed, accessKeyId: string): Finding {
  const connection = namedConnection(config, entry.connections);
  const facts = { target: targetName(config), needs: rightToIdentify(config) };
  return { code: 'place-unidentified', key: entry.id, accessKeyId, connection, facts };
}

/**
 * The place, where nobody has kept yet whose it is, or could not tell at the last delivery. Never throws: a look is good
 * without.
 */
export async function identifyUnseen(
  target: Target,
  config: TargetConfig,
  { entry, secret }: Managed,
): Promise<SeenPlace | undefined> {
  const digest = digestOf(config, entry);
  if (digest === undefined) return undefined;
  const before = knownPlaces(secret).get(digest);
  if (before === undefined) return { digest, identity: await identityIfTold(target) };
  if (!unseenPlaces(secret).has(digest)) return undefined;
  // A host that does not answer says nothing of the token.
  return identityOf(target, 'wanted').then(
    (identity) => ({ digest, identity, before }),
    () => undefined,
  );
}

/**
 * Keeps whose the places are. One that was not seen now stays known; one that is no target's any more is forgotten, so
 * that it is new when the configuration comes back to it. A delivery is complete without: the next look tries again.
 */
export async function keepPlaces(
  seen: readonly (SeenPlace | undefined)[],
  { ports, run, managed: { entry, secret, retained } }: Work<{ readonly secrets: Secrets }>,
): Promise<void> {
  const digests = new Set(entry.targets.map((config) => digestOf(config, entry)));
  const kept = [...knownPlaces(secret)].filter(([digest]) => digests.has(digest));
  const places = seen.filter((one) => one !== undefined);
  const now = places.flatMap(({ digest, identity }) => (identity === undefined ? [] : [[digest, identity] as const]));
  const unseen = new Set(unseenPlaces(secret));
  for (const place of places) isUnidentified(place) ? unseen.add(place.digest) : unseen.delete(place.digest);
  // What a retained secret says shows as this one's, which has yet to say it itself.
  const tags = placesTags(new Map([...kept, ...now]), retained === undefined ? secret : { tags: {} }, unseen);
  if (Object.keys(tags).length === 0) return;
  try {
    await ports.secrets.tag(secret.name, tags);
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    run.log.warn('whose the targets are could not be kept', { secret: secret.name, code, reason: message });
  }
}

function digestOf(config: TargetConfig, { connections }: RegistryEntry): string | undefined {
  const name = nameThatMayPass(config, connectionOfTarget(config, connections));
  return name === undefined ? undefined : placeDigest(name);
}

/** Of a place of which nothing is known there is nothing to compare: what cannot be asked keeps no key from it (K8, K11). */
function identityIfTold(target: Target): Promise<string | undefined> {
  return identityOf(target, 'wanted').catch(() => undefined);
}

/** One token may see the workspace, and another one not. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one.split('/'), other.split('/')];
  return a.length === b.length ? one === other : a.at(-1) === b.at(-1);
}

async function identityOf(target: Target, need: 'needed' | 'wanted'): Promise<string | undefined> {
  const identity = await target.identify(need);
  return identity !== undefined && isIdentity(identity) ? identity : undefined;
}
