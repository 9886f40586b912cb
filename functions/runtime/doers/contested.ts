import type { Inspection, Target, Targets } from '../../account/ports';
import type { RegistryEntry } from '../../core/config/registry';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import { connectionOfTarget, mayShareAPlace, type TargetConfig, targetName } from '../../core/hosts/target';
import { storedVersions } from '../../core/key/secret-state';
import type { Managed } from '../../core/lifecycle/managed';

/** What the registry holds, for a delivery that has to know whether a place is somebody else's too. */
export interface Neighbours {
  /** Whether it was read already, so that asking costs nothing. */
  readonly isAtHand: boolean;
  list(): Promise<readonly RegistryEntry[]>;
}

interface ContestedPorts {
  readonly targets: Targets;
  readonly neighbours: Neighbours;
}

/** A target of another managed key that may be the same place under another name. */
interface Rival {
  readonly key: string;
  readonly target: TargetConfig;
}

/**
 * Refuses a place that is also another managed key's, under another name: the two would overwrite each other in turns, and
 * both would be marked delivered. Only the host knows, so both are compared by its own UUIDs. A place that holds a key of
 * this secret's is known to be this one's, which most are: then nobody is asked.
 *
 * @throws KeyturnError `place-shared`, naming both; and what keeps anybody from telling
 */
export async function refuseContested(
  target: Target,
  config: TargetConfig,
  { entry, secret }: Managed,
  { targets, neighbours }: ContestedPorts,
): Promise<void> {
  const own = new Set<string | undefined>(storedVersions(secret).map(({ accessKeyId }) => accessKeyId));
  const isFree = ({ holds, places }: Inspection) => places.length === 0 || own.has(holds);
  if (!neighbours.isAtHand && isFree(await target.inspect(undefined))) return;
  const rivals = rivalsOf(config, entry, await neighbours.list());
  if (rivals.length === 0) return;
  const seen = await target.inspect(undefined);
  if (isFree(seen)) return;
  const places = new Set(seen.places);
  for (const rival of rivals) {
    if ((await placesOf(rival, config, entry, targets)).some((place) => places.has(place))) throw shared(config, rival);
  }
}

function rivalsOf(config: TargetConfig, entry: RegistryEntry, all: readonly RegistryEntry[]): readonly Rival[] {
  const one = { target: config, connection: connectionOfTarget(config, entry.connections) };
  return all
    .filter(({ id }) => id !== entry.id)
    .flatMap((other) =>
      other.targets
        .filter((target) => mayShareAPlace(one, { target, connection: connectionOfTarget(target, other.connections) }))
        .map((target) => ({ key: other.id, target })),
    );
}

/** Through the connection of the key that is delivered: another's token is no concern of this one (K11). */
async function placesOf(
  { target }: Rival,
  config: TargetConfig,
  { connections }: RegistryEntry,
  targets: Targets,
): Promise<readonly string[]> {
  try {
    const { connection } = config;
    const own = connectionOfTarget(config, connections);
    const opened = await targets.open({ ...target, connection } as TargetConfig, own);
    return (await opened.inspect(undefined)).places;
  } catch (thrown) {
    // What the token that reaches this place cannot find, or may not look at, is another place.
    const { code } = toKeyturnError(thrown);
    if (code === 'scope-missing' || code.endsWith('-not-found')) return [];
    throw thrown;
  }
}

function shared(config: TargetConfig, { key, target }: Rival): KeyturnError {
  return new KeyturnError(
    'place-shared',
    `${targetName(config)} is also the place of the key "${key}", which calls it ${targetName(target)}: the two would ` +
      'overwrite each other in turns. Nothing was written. Take one of them out of the configuration.',
  );
}
