import { standInConnection } from '../hosts/target';
import { type Config, configSchema } from './config';
import type { ConfigIssue } from './config-issue';

/** Checks a configuration: it comes back with its defaults, or with everything that is wrong with it. */
export function checkConfig(
  value: unknown,
): { readonly config: Config; readonly issues?: undefined } | { readonly issues: readonly ConfigIssue[] } {
  const { data, error } = configSchema.safeParse(value);
  return error === undefined ? { config: data } : { issues: allIssues(value, error.issues) };
}

/**
 * The rules that span several places are only checked where the places themselves are sound, so a second look leaves out
 * what the first one found broken and checks the rest.
 */
function allIssues(value: unknown, first: readonly ConfigIssue[]): readonly ConfigIssue[] {
  if (!isMap(value)) return first;

  const { rest, positions } = withoutBroken(value, first);
  const second = (configSchema.safeParse(rest).error?.issues ?? [])
    .filter(({ code }) => code === 'custom')
    .map((issue) => {
      const [section, index, ...inside] = issue.path;
      return section === 'keys' ? { ...issue, path: [section, Number(positions[Number(index)]), ...inside] } : issue;
    });
  const all = [...first, ...second];
  // With the connections unreadable, or their section misspelled, nobody can say which ones there are.
  const unsure = !isMap(value.connections) && first.some(({ path }) => path.length === 0 || path[0] === 'connections');
  return unsure ? all.filter(({ code, path }) => code !== 'custom' || path.at(-1) !== 'connection') : all;
}

function withoutBroken(value: Readonly<Record<string, unknown>>, issues: readonly ConfigIssue[]) {
  const rest: Record<string, unknown> = structuredClone(value);
  for (const issue of issues) leaveOut(rest, issue);
  const broken = new Set(issues.filter(({ path }) => path[0] === 'keys').map(({ path }) => path[1]));
  const keys = Array.isArray(rest.keys) ? rest.keys : [];
  const positions = [...keys.keys()].filter((at) => !broken.has(at));
  rest.keys = positions.map((at) => keys[at]);
  return { rest, positions };
}

/**
 * Takes out of a configuration what an issue is about; a name that nobody knows hides nothing. Keys are left, because their
 * numbers are in the paths of others.
 */
function leaveOut(rest: Record<string, unknown>, { path: [section, place] }: ConfigIssue): void {
  if (section === 'connections' && isMap(rest.connections)) {
    // A broken connection is still one that keys may name.
    rest.connections[String(place)] = standInConnection();
  } else if (section !== 'keys') {
    delete rest[String(section)];
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
