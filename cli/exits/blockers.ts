import { stepsOf, targetName } from '../../functions/core/hosts/target';
import type { KeyCall } from '../../functions/core/key/key-call';
import type { Client } from './clients';
import { callName, KEY_ONLY } from './iam-action';
import { callsOf, type SeenExit } from './seen';
import { isUsed } from './unseen';

export const BLOCKERS = [
  'other-client',
  'foreign-key',
  'no-step',
  'workspace',
  'reader',
  'nowhere',
  'key-only-call',
  'chained-session',
] as const;

/** What could take over: a role that steps take, or a provider that gives them the key itself when they start. */
export const TAKES_OVER = ['role', 'provider'] as const;
export type TakesOver = (typeof TAKES_OVER)[number];

/** One thing that keeps a key, and what to do about it. */
export interface Blocker {
  readonly code: (typeof BLOCKERS)[number];
  readonly says: string;
  /** What cannot take over for it. */
  readonly blocks: readonly TakesOver[];
}

/** In words that fit into a table. */
export const IN_SHORT: Readonly<Record<Blocker['code'], string>> = {
  'other-client': 'used by no pipeline',
  'foreign-key': 'a foreign key in use',
  'no-step': 'a place without steps',
  workspace: 'a whole workspace',
  reader: 'a role reads it',
  nowhere: 'delivered nowhere',
  'key-only-call': 'calls that need a key',
  'chained-session': 'a session over an hour',
};

/** A step that fetches the key itself has all that a key has, and whoever else reads the secret goes on. */
const OF_ROLES: ReadonlySet<Blocker['code']> = new Set(['reader', 'key-only-call', 'chained-session']);

/**
 * What keeps tokens of steps from taking over. A role that steps take and a provider that they fetch the key from both know
 * workspace, repository and environment of a step, and nothing else that runs; credentials of a role that a provider gives
 * are as the role.
 */
export function blockersOf(seen: SeenExit, clients: readonly Client[]): readonly Blocker[] {
  return [...byUse(seen, clients), ...byPlace(seen)].map((found) => ({
    ...found,
    blocks: OF_ROLES.has(found.code) ? ['role'] : TAKES_OVER,
  }));
}

type Found = Omit<Blocker, 'blocks'>;

const MOST = 3;

function some(all: readonly string[]): string {
  const more = all.length - MOST;
  return all.slice(0, MOST).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function byUse(seen: SeenExit, clients: readonly Client[]): readonly Found[] {
  const others = clients.filter(({ is }) => is === 'other');
  const foreign = seen.keys.filter(
    (key) => key.is === 'foreign' && (key.calls.some(({ isProof }) => !isProof) || isUsed(key, seen.since)),
  );
  const keyOnly = [...new Set(callsOf(seen).map(callName))].filter((call) => KEY_ONLY.has(call));
  const found: Found[] = [];
  if (others.length > 0) {
    const who = some([...new Set(others.map(({ from, by }) => `${from} (by ${by})`))]);
    found.push({ code: 'other-client', says: `No pipeline is at ${who}: find out who it is, and move it first.` });
  }
  if (foreign.length > 0) {
    const ids = some(foreign.map(({ accessKeyId }) => accessKeyId));
    found.push({ code: 'foreign-key', says: `${ids} was made by hand and is in use: Keyturn does not know by whom.` });
  }
  if (keyOnly.length > 0) {
    found.push({
      code: 'key-only-call',
      says: `${some(keyOnly)} takes a user's own key, and is refused to a session: leave it out, a role has short-lived credentials already.`,
    });
  }
  if (callsOf(seen).some(isLongSession)) {
    found.push({
      code: 'chained-session',
      says: 'It takes roles for more than an hour (sts:AssumeRole), which is refused to a session of a role (role chaining): ask for an hour at most.',
    });
  }
  return found;
}

/** Seconds of a session that somebody takes with the session of another role (STS's API reference, AssumeRole). */
const LONGEST_CHAINED = 3_600;

function isLongSession(call: KeyCall): boolean {
  const { durationSeconds } = call.parameters;
  return !call.isRefused && callName(call) === 'sts:AssumeRole' && Number(durationSeconds) > LONGEST_CHAINED;
}

function byPlace({ targets, readers = [] }: SeenExit): readonly Found[] {
  const unknown = targets.filter((target) => stepsOf(target) === undefined);
  const wide = targets.filter((target) => {
    const steps = stepsOf(target);
    return steps !== undefined && steps.repository === undefined;
  });
  const found: Found[] = [];
  if (unknown.length > 0) {
    found.push({
      code: 'no-step',
      says: `${some(unknown.map(targetName))}: what gets the key there is no step with a token of its own, as far as Keyturn knows.`,
    });
  }
  if (wide.length > 0) {
    found.push({
      code: 'workspace',
      says: `${some(wide.map(targetName))}: every repository of it has the key, and a role is for those that are named. Deliver it to the repositories that use it, then ask again.`,
    });
  }
  if (readers.length > 0) {
    found.push({
      code: 'reader',
      says: `${some(readers)} reads the secret, as a Bitbucket Data Center or a secret provider does, and the key is not to end: give what runs there a role of its own.`,
    });
  }
  if (targets.length === 0 && readers.length === 0) {
    found.push({ code: 'nowhere', says: 'It is delivered nowhere: who uses it has it from somebody else.' });
  }
  return found;
}
