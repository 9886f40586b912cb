import { mayBeOnePlace } from '../../functions/core/hosts/bitbucket-place';
import type { StepsOfTarget } from '../../functions/core/hosts/host';
import { repositoryOf, UUID } from '../exits/change';

/** A step that got credentials of a role, by what its token or the provider's record proves. UUIDs in braces. */
export interface ProvedStep {
  readonly repository: string;
  /** @default - the step deployed nowhere */
  readonly environment?: string | undefined;
}

/** What steps of one repository have proved. */
interface SeenRepository {
  readonly repository: string;
  readonly environments: ReadonlySet<string>;
  /** A step that deployed nowhere was among them. */
  readonly isPlain: boolean;
}

/**
 * Whether steps of every place that holds a key have got credentials, whatever the role: the place that deploys once a
 * quarter is the one that would be forgotten. Targets have names mostly and tokens UUIDs, so that each repository with the
 * key has to have one of its own among those that were seen, and in it as many environments as hold the key.
 *
 * @param changes one for each repository, or several with some of its environments each
 */
export function areTaken(
  changes: readonly { readonly held: readonly StepsOfTarget[] }[],
  steps: readonly ProvedStep[],
): boolean {
  const seen = repositoriesOf(steps);
  const given = new Map<SeenRepository, readonly StepsOfTarget[]>();
  // A matching of two sides (Kuhn): whoever is in the way is given another one, if there is.
  const isGiven = (held: readonly StepsOfTarget[], tried: Set<SeenRepository>): boolean =>
    seen.some((one) => {
      if (tried.has(one) || !fits(one, held)) return false;
      tried.add(one);
      const before = given.get(one);
      if (before !== undefined && !isGiven(before, tried)) return false;
      given.set(one, held);
      return true;
    });
  const places = changes.flatMap(({ held }) => held);
  const repositories = [...new Set(places.map(repositoryOf))];
  return repositories.every((repository) =>
    isGiven(
      places.filter((place) => repositoryOf(place) === repository),
      new Set(),
    ),
  );
}

/**
 * Pairs of repositories that may be one, of which a target has the name and another the UUID: only Bitbucket knows, so that
 * they count as two.
 */
export function twiceNamed(
  changes: readonly { readonly held: readonly StepsOfTarget[] }[],
): readonly (readonly [string, string])[] {
  const all = changes.flatMap(({ held }) => held);
  const each = all.filter((one, at) => all.findIndex((other) => repositoryOf(other) === repositoryOf(one)) === at);
  const named = ({ workspace, repository }: StepsOfTarget) => ({ type: 'repository', workspace, repository });
  const words = ({ workspace, repository }: StepsOfTarget) => `${workspace}/${repository}`;
  return each.flatMap((one, at) =>
    each
      .slice(at + 1)
      .filter((other) => mayBeOnePlace(named(one), named(other)))
      .map((other) => [words(one), words(other)] as const),
  );
}

/** Places of one repository that hold a key, each once: its environments, and undefined for the repository itself. */
export function placesOf(held: readonly StepsOfTarget[]): ReadonlySet<string | undefined> {
  return new Set(held.map(({ environment }) => environment?.toLowerCase()));
}

function repositoriesOf(steps: readonly ProvedStep[]): readonly SeenRepository[] {
  return [...new Set(steps.map(({ repository }) => repository.toLowerCase()))].map((repository) => {
    const all = steps.filter((step) => step.repository.toLowerCase() === repository);
    const environments = all.flatMap(({ environment }) => environment?.toLowerCase() ?? []);
    return { repository, environments: new Set(environments), isPlain: environments.length < all.length };
  });
}

function fits({ repository, environments, isPlain }: SeenRepository, held: readonly StepsOfTarget[]): boolean {
  const named = held[0]?.repository?.toLowerCase() ?? '';
  const places = placesOf(held);
  const wanted = [...places].filter((place) => place !== undefined);
  return (
    (!UUID.test(named) || named === repository) &&
    wanted.every((environment) => !UUID.test(environment) || environments.has(environment)) &&
    environments.size >= wanted.length &&
    environments.size + (isPlain ? 1 : 0) >= places.size
  );
}
