import type { Taking } from './takings';

/**
 * How far a key is on its way out. `blocked`: something has to be moved first. `write`: a role is still to be made.
 * `switch`: every role is there, and not every one was taken. `retire`: all were, and the key's entry does not say yet
 * that they replace it. `waits`: it does. `inactive` and `gone`: the key went for good.
 */
export const STAGES = ['blocked', 'write', 'switch', 'retire', 'waits', 'inactive', 'gone'] as const;
export type Stage = (typeof STAGES)[number];

/** One role that takes over, as far as it was seen. */
export interface SeenRole {
  readonly role: string;
  /** The repository that it is for, where that is known. */
  readonly repository?: string | undefined;
  readonly isThere: boolean;
  /** When IAM saw it used last. */
  readonly used?: Date | undefined;
  /** The last time that it was taken. */
  readonly taken?: Taking | undefined;
  readonly refused: number;
  /** Deployment environments that hold the key now, of its repository. */
  readonly environments?: number | undefined;
}

interface Seen {
  readonly roles: readonly SeenRole[];
  readonly blockers: number;
  /** The key's entry names its roles. */
  readonly isReplacing: boolean;
  /** It went for good, and how IAM lists it. @default - it has not */
  readonly replaced?: 'Inactive' | 'gone' | undefined;
}

export function stageOf({ roles, blockers, isReplacing, replaced }: Seen): Stage {
  if (replaced !== undefined) return replaced === 'gone' ? 'gone' : 'inactive';
  if (isReplacing) return 'waits';
  if (blockers > 0) return 'blocked';
  if (roles.length === 0 || roles.some(({ isThere }) => !isThere)) return 'write';
  return roles.every(isSeen) ? 'retire' : 'switch';
}

/**
 * A provider gives to each step that starts: it takes a call to show that the step uses what it got. Of several
 * environments each has to have taken it: the one that deploys once a month is the one that would be forgotten.
 */
function isSeen({ taken, environments = 0 }: SeenRole): boolean {
  if (taken === undefined || taken.calls === 0) return false;
  return taken.environments === undefined || taken.environments >= environments;
}
