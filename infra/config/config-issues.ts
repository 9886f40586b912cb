import { configSchema } from '../../functions/core/config/config';
import { standInConnection } from '../../functions/core/hosts/target';
import type { ConfigIssue } from './config-issue';

/**
 * Everything that the schema finds wrong. The rules that span several places are only checked where the places themselves
 * are sound, so a second look leaves out what was found broken and checks the rest.
 */
export function configIssues(value: unknown): readonly ConfigIssue[] {
  const first = issuesOf(value);
  if (!isMap(value)) return first;

  const { rest, positions } = withoutBroken(value, first);
  const told = new Set(first.map(placeOf));
  const second = issuesOf(rest)
    .map((issue) => {
      const [section, index] = issue.path;
      if (section !== 'keys' || typeof index !== 'number') return issue;
      return { ...issue, path: [section, positions[index] ?? index, ...issue.path.slice(2)] };
    })
    .filter((issue) => issue.code === 'custom' && !told.has(placeOf(issue)));
  const all = [...first, ...second];
  // With the connections unreadable, or their section misspelled, nobody can say which ones there are.
  const unsure = !isMap(value.connections) && first.some(({ path }) => path.length === 0 || path[0] === 'connections');
  return unsure ? all.filter(({ code, path }) => code !== 'custom' || path.at(-1) !== 'connection') : all;
}

function issuesOf(value: unknown): readonly ConfigIssue[] {
  return configSchema.safeParse(value).error?.issues ?? [];
}

function withoutBroken(value: Readonly<Record<string, unknown>>, issues: readonly ConfigIssue[]) {
  const rest: Record<string, unknown> = structuredClone(value);
  const broken = new Set<unknown>();
  for (const { code, path, ...issue } of issues) {
    const [section, place] = path;
    if (section === 'keys' && typeof place === 'number') broken.add(place);
    // A broken connection is still one that keys may name.
    else if (section === 'connections' && typeof place === 'string' && isMap(rest.connections)) {
      rest.connections[place] = standInConnection();
    } else if (section !== undefined) delete rest[String(section)];
    else if (code === 'unrecognized_keys' && 'keys' in issue) for (const key of issue.keys) delete rest[key];
  }
  const keys = Array.isArray(rest.keys) ? rest.keys : [];
  const positions = [...keys.keys()].filter((at) => !broken.has(at));
  rest.keys = positions.map((at) => keys[at]);
  return { rest, positions };
}

function placeOf({ path, message }: ConfigIssue): string {
  return `${path.join('.')} ${message}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
