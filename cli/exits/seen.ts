import type { OtherKey } from '../../functions/core/forecast/standing';
import type { TargetConfig } from '../../functions/core/hosts/target';
import type { LastUsed } from '../../functions/core/key/access-key';
import type { KeyCall } from '../../functions/core/key/key-call';

/** What is known of one access key of a managed key's user. */
export interface SeenKey {
  readonly accessKeyId: string;
  readonly is: 'current' | OtherKey | 'gone';
  /** As IAM shows it. @default - IAM does not list the key any more */
  readonly lastUsed?: LastUsed | undefined;
  /** Newest first, of all regions that were asked. */
  readonly calls: readonly KeyCall[];
}

/** What the edges have read of one managed key: the core decides by nothing else. */
export interface SeenExit {
  readonly id: string;
  /** Name of the IAM user. */
  readonly user: string;
  readonly targets: readonly TargetConfig[];
  /** ARNs of roles that read the secret beside Keyturn; undefined where its policy could not be read. */
  readonly readers: readonly string[] | undefined;
  /** IAM path of the deployment's roles. @default - not known: as if it were the root */
  readonly rolePath?: string | undefined;
  readonly keys: readonly SeenKey[];
  /** From when on all was read that these regions have of what the keys did; undefined: not known. */
  readonly readBack: Date | undefined;
  /** From when on. */
  readonly since: Date;
  /** Whose event histories were asked. */
  readonly regions: readonly string[];
}

/** All calls but Keyturn's own proofs. */
export function callsOf({ keys }: Pick<SeenExit, 'keys'>): readonly KeyCall[] {
  return keys.flatMap(({ calls }) => calls).filter(({ isProof }) => !isProof);
}

/** Whether all was read that these regions have of what the keys did. */
export function isWhole({ readBack, since }: Pick<SeenExit, 'readBack' | 'since'>): boolean {
  return readBack !== undefined && readBack <= since;
}
