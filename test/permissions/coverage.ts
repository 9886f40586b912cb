import type { Enforcement } from './enforcement';
import { permissionName } from './policies';

type Runs = readonly Pick<Enforcement, 'given' | 'used'>[];

/** Permissions that were given and never used, and that nobody has given a reason for. */
export function missing(runs: Runs, reasons: Readonly<Record<string, string>>): readonly string[] {
  return unused(runs).filter((name) => !Object.hasOwn(reasons, name));
}

/** Rows of the list that are not true any more: the permission is used, or is not given. */
export function stale(runs: Runs, reasons: Readonly<Record<string, string>>): readonly string[] {
  const names = unused(runs);
  return Object.keys(reasons).filter((name) => !names.includes(name));
}

function unused(runs: Runs): readonly string[] {
  const given = new Set(runs.flatMap((run) => run.given.map(permissionName)));
  return [...given].filter((name) => !runs.some(({ used }) => used.has(name))).sort();
}
