import type { Change } from '../exits/change';
import { areTaken } from './places';
import type { Taking } from './takings';

/**
 * How far a key is on its way out. `blocked`: something has to be moved first. `write`: a role is still to be made.
 * `switch`: every role is there, and not every place that holds the key has taken one. `unread`: all have, and who else
 * used the key since the first of them did could not be read. `retire`: it could, and the key's entry does not say yet
 * that they replace it. `waits`: it does. `inactive` and `gone`: the key went for good.
 */
export const STAGES = ['blocked', 'write', 'switch', 'unread', 'retire', 'waits', 'inactive', 'gone'] as const;
export type Stage = (typeof STAGES)[number];

/** One role that takes over, as far as it was seen. */
export interface SeenRole {
  readonly role: string;
  /** The repository that it is for, where that is known, and it is one. */
  readonly repository?: string | undefined;
  readonly isThere: boolean;
  /** ARN of the one that IAM has by its name, under another path. */
  readonly instead?: string | undefined;
  /** When IAM saw it used last. */
  readonly used?: Date | undefined;
  /** The last time that each place took it, newest first. */
  readonly taken: readonly Taking[];
  readonly refused: number;
}

interface Seen {
  readonly roles: readonly SeenRole[];
  /** When the first step took one of them, or from when on it was looked where that is not known. */
  readonly first: Date;
  /** The places that hold the key. */
  readonly changes: readonly Pick<Change, 'held'>[];
  readonly blockers: number;
  /** From when on all was read of who uses the key; undefined: not known, or not who reads its secret. */
  readonly readBack: Date | undefined;
  /** The key's entry names its roles. */
  readonly isReplacing: boolean;
  /** It went for good, and how IAM lists it. @default - it has not */
  readonly replaced?: 'Inactive' | 'gone' | undefined;
}

export function stageOf({ roles, first, changes, blockers, readBack, isReplacing, replaced }: Seen): Stage {
  if (replaced !== undefined) return replaced === 'gone' ? 'gone' : 'inactive';
  if (isReplacing) return 'waits';
  if (blockers > 0) return 'blocked';
  if (roles.length === 0 || roles.some(({ isThere }) => !isThere)) return 'write';
  // A provider gives to each step that starts: it takes a call to show that the step uses what it got.
  const taken = roles.map((role) => role.taken.filter(({ calls }) => calls !== 0));
  const isAll = taken.every((of) => of.length > 0) && areTaken(changes, taken.flat());
  if (!isAll) return 'switch';
  // What was called before the steps took roles says nothing of who needs the key now; IAM keeps it while it is used.
  return readBack !== undefined && readBack <= first ? 'retire' : 'unread';
}
