import { stepsOf, targetName } from '../../functions/core/hosts/target';
import type { Client } from './clients';
import { callName, KEY_ONLY } from './iam-action';
import { callsOf, type SeenExit } from './seen';

export const BLOCKERS = [
  'other-client',
  'foreign-key',
  'no-step',
  'workspace',
  'reader',
  'nowhere',
  'key-only-call',
] as const;

/** One thing that keeps a key, and what to do about it. */
export interface Blocker {
  readonly code: (typeof BLOCKERS)[number];
  readonly says: string;
}

/** In words that fit into a table. */
export const IN_SHORT: Readonly<Record<Blocker['code'], string>> = {
  'other-client': 'used by no pipeline',
  'foreign-key': 'a foreign key in use',
  'no-step': 'a target without steps',
  workspace: 'a whole workspace',
  reader: 'a role reads the secret',
  nowhere: 'delivered nowhere',
  'key-only-call': 'calls that need a key',
};

/**
 * What keeps a key from being replaced by tokens of steps. It is the same for a role that steps take and for a provider
 * that they fetch from: both know workspace, repository and environment of a step, and nothing else that runs.
 */
export function blockersOf(seen: SeenExit, clients: readonly Client[]): readonly Blocker[] {
  return [...byUse(seen, clients), ...byPlace(seen)];
}

const MOST = 3;

function some(all: readonly string[]): string {
  const more = all.length - MOST;
  return all.slice(0, MOST).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function byUse(seen: SeenExit, clients: readonly Client[]): readonly Blocker[] {
  const others = clients.filter(({ is }) => is === 'other');
  const foreign = seen.keys.filter(({ is, calls }) => is === 'foreign' && calls.some(({ isProof }) => !isProof));
  const keyOnly = [...new Set(callsOf(seen).map(callName))].filter((call) => KEY_ONLY.has(call));
  const found: Blocker[] = [];
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
  return found;
}

function byPlace({ targets, readers = [] }: SeenExit): readonly Blocker[] {
  const unknown = targets.filter((target) => stepsOf(target) === undefined);
  const wide = targets.filter((target) => {
    const steps = stepsOf(target);
    return steps !== undefined && steps.repository === undefined;
  });
  const found: Blocker[] = [];
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
      says: `${some(readers)} reads the secret, as a Bitbucket Data Center or a secret provider does: give what runs there a role of its own; a provider's rule gives one to steps with roles in place of keys.`,
    });
  }
  if (targets.length === 0 && readers.length === 0) {
    found.push({ code: 'nowhere', says: 'It is delivered nowhere: who uses it has it from somebody else.' });
  }
  return found;
}
