import { KeyturnError } from '../../core/errors';
import { cleaned } from '../../core/outside-text';
import type { Environment } from './client';

const UUID = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;
const MOST_NAMES = 20;

/**
 * The environment that a target names: by its exact name, by its UUID with or without braces, or by its name in another
 * case where only one fits.
 * @throws KeyturnError `environment-not-found`, listing the environments that there are
 */
export function findEnvironment(environments: readonly Environment[], wanted: string, target: string): Environment {
  const uuid = UUID.exec(wanted)?.[1]?.toLowerCase();
  const candidates = [
    environments.filter(({ name }) => name.is(wanted)),
    environments.filter(
      (environment) => UUID.exec(environment.uuid)?.[1]?.toLowerCase() === uuid && uuid !== undefined,
    ),
    environments.filter(({ name }) => name.isInAnyCase(wanted)),
  ].find((some) => some.length > 0);
  const [found, ...more] = candidates ?? [];
  if (found !== undefined && more.length === 0) return found;
  throw new KeyturnError('environment-not-found', `${target}: ${problem(environments, candidates ?? [], wanted)}`);
}

function problem(environments: readonly Environment[], candidates: readonly Environment[], given: string): string {
  const wanted = cleaned(given);
  if (candidates.length > 0) {
    const fitting = candidates
      .slice(0, MOST_NAMES)
      .map(({ name, shownUuid }) => `"${name}" ${shownUuid}`)
      .join(', ');
    return `"${wanted}" fits ${candidates.length} environments: ${fitting}. Give the exact name or the UUID.`;
  }
  if (environments.length === 0) {
    return 'the repository has no deployment environments. Create one under Repository settings, Deployments.';
  }
  const names = environments.slice(0, MOST_NAMES).map(({ name }) => `"${name}"`);
  if (environments.length > MOST_NAMES) names.push(`and ${environments.length - MOST_NAMES} more`);
  return `there is no environment "${wanted}". The repository has: ${names.join(', ')}. Correct the name or create it.`;
}
