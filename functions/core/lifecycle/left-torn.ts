import type { RegistryEntry } from '../config/registry';
import { targetName } from '../hosts/target';
import { tagFor } from '../key/dated-tag';
import type { SecretState, StoredVersion } from '../key/secret-state';
import { TAG } from '../names';
import type { FoundOfAccessKey } from './found';

/** A delivery left a torn pair, and none comes that would make it whole. */
export type LeftTorn = FoundOfAccessKey<
  'torn-pair',
  {
    readonly is: 'left';
    readonly at: Date;
    /** The places of which one, or more, is torn. */
    readonly targets: readonly string[];
    readonly because: 'paused' | 'observed';
  }
>;

/** What holds a key back does not hold back the word that its pipelines may be broken now. */
export function leftTorn(
  { id, targets }: RegistryEntry,
  secret: SecretState,
  { accessKeyId }: StoredVersion,
  because: LeftTorn['facts']['because'],
): readonly LeftTorn[] {
  const at = tagFor(secret, TAG.torn, accessKeyId);
  if (at === undefined) return [];
  const facts = { is: 'left', at, targets: targets.map(targetName), because } as const;
  return [{ code: 'torn-pair', key: id, accessKeyId, since: at, facts }];
}
