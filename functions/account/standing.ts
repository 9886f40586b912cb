import { type KeyturnError, toKeyturnError } from '../core/errors';
import type { ImaginedKey } from '../core/forecast/imagined-key';
import type { Managed } from '../core/lifecycle/managed';
import { lastUses, look, roleUses } from './look';
import type { Iam, Registry, Secrets } from './ports';
import { type Survey, survey } from './survey';

export interface StandingPorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly registry: Registry;
}

/** Every managed key as it is now, with the keys of its user and their last use. */
export interface Standing {
  readonly keys: readonly ImaginedKey[];
  readonly survey: Survey;
  /** Keys that could not be looked at, by id, and why: one stops no other (K11). */
  readonly unseen: readonly { readonly id: string; readonly error: KeyturnError }[];
}

interface StandingOptions {
  /** Only this one, by id, where its dates do not depend on the others'. @default - all */
  readonly only?: OnlyOne | undefined;
  /** Told after each key. */
  readonly onKey?: (done: number, of: number) => void;
}

interface OnlyOne {
  readonly id: string;
  /** Rotations in one run at most: where there are more keys, what one run leaves the next ones do. */
  readonly maxRotations: number;
}

/** IAM takes some twenty calls a second; each key is three, or four. */
const AT_A_TIME = 4;

/**
 * Looks at the managed keys, and changes nothing.
 *
 * @throws KeyturnError `aws-*` when the registry or the secrets cannot be read
 */
export async function stand(ports: StandingPorts, { only, onKey }: StandingOptions = {}): Promise<Standing> {
  const surveyed = await survey(ports, undefined);
  const isAlone = only !== undefined && surveyed.managed.length <= only.maxRotations;
  const wanted = surveyed.managed.filter(({ entry }) => !isAlone || entry.id === only.id);
  const keys: ImaginedKey[] = [];
  const unseen: Standing['unseen'][number][] = [];
  const queue = wanted.values();
  const work = async () => {
    for (const managed of queue) {
      try {
        keys.push(await seen(ports, managed));
      } catch (thrown) {
        unseen.push({ id: managed.entry.id, error: toKeyturnError(thrown) });
      }
      onKey?.(keys.length + unseen.length, wanted.length);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return { keys: keys.sort(byId), survey: surveyed, unseen };
}

async function seen({ iam, secrets }: StandingPorts, managed: Managed): Promise<ImaginedKey> {
  const { secret, keys } = await look(iam, secrets, managed);
  const [lastUsed, uses] = await Promise.all([lastUses(iam, keys), roleUses(iam, managed.entry, { secret, keys })]);
  return { ...managed, secret, keys, lastUsed, ...(uses === undefined ? {} : { roleUses: uses }) };
}

function byId(a: ImaginedKey, b: ImaginedKey): number {
  return a.entry.id < b.entry.id ? -1 : 1;
}
