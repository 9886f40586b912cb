import type { Disturbance } from './faults';
import type { Line } from './history';
import type { Outcome, Scenario } from './simulation';

export type Simulate = (scenario: Scenario) => Promise<Outcome>;

/** A history that breaks a promise, with everything left out that does not matter. */
export interface Shrunk {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
  /** Histories that were lived through to get there. */
  readonly tries: number;
}

/** Leaves out disturbances, halves first and then one by one, while the same promise stays broken. */
export async function shrink(simulate: Simulate, scenario: Scenario, found: Outcome, most = 120): Promise<Shrunk> {
  const promise = found.violations[0]?.promise;
  const end = Math.ceil(found.days) + 1;
  const relevant = found.disturbances.filter(({ from }) => from / 86_400_000 <= found.days);
  let ids = relevant.map(({ id }) => id);
  let best: Shrunk = { scenario, outcome: found, tries: 0 };
  let tries = 0;
  const holds = async (some: readonly string[]) => {
    tries += 1;
    // The days stay as they are, because they decide which disturbances there are.
    const outcome = await simulate({ ...scenario, only: some });
    if (outcome.violations[0]?.promise !== promise || outcome.days > end + 60) return false;
    best = { scenario: { ...scenario, only: some }, outcome, tries };
    return true;
  };
  for (let size = Math.ceil(ids.length / 2); size >= 1 && tries < most; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < ids.length && tries < most; ) {
      const without = [...ids.slice(0, start), ...ids.slice(start + size)];
      if (await holds(without)) ids = without;
      else start += size;
    }
  }
  return { ...best, tries };
}

const LINES = 30;

/** A broken promise as a story: what went wrong, what happened to the key last, and how to see it again. */
export function storyOf({ scenario, outcome, tries }: Shrunk, mutant?: string): string {
  const [violation] = outcome.violations;
  if (violation === undefined) return 'Every promise held.';
  const { seed, only = [], keys, perYear, days, fault } = scenario;
  const kept = outcome.disturbances.filter(({ id }) => only.includes(id));
  const about = outcome.lines.filter(({ key }) => key === undefined || key === violation.key);
  const options = [
    `--seed ${seed}`,
    fault === undefined ? undefined : `--fault ${fault}`,
    mutant === undefined ? undefined : `--mutant ${mutant}`,
    keys === undefined ? undefined : `--keys ${keys}`,
    days === undefined ? undefined : `--days ${days}`,
    perYear === undefined ? undefined : `--per-year ${perYear}`,
    scenario.only === undefined ? undefined : `--only ${only.join(',') || 'none'}`,
  ].filter((option) => option !== undefined);
  return [
    `${violation.promise} does not hold${violation.key === undefined ? '' : ` for ${violation.key}`}: ${violation.message}`,
    kept.length === 0
      ? 'It needs no disturbance at all.'
      : `What it takes (of ${outcome.disturbances.length}, ${tries} tries):`,
    ...kept.map(wordsOf),
    'What happened:',
    ...withoutRepetitions(about).slice(-LINES).map(lineOf),
    'Again:',
    `  npm run simulate -- ${options.join(' ')}`,
  ].join('\n');
}

/** What every hourly run tries again is told once. */
function withoutRepetitions(lines: readonly Line[]): readonly Line[] {
  const told: Line[] = [];
  const seen = new Map<string, number>();
  for (const line of lines) {
    const deed = line.text.replace(/run-\d+( try \d+)?/, '');
    const last = seen.get(deed);
    seen.set(deed, line.at);
    if (last === undefined || line.at - last > 86_400_000) told.push(line);
  }
  return told;
}

function wordsOf({ id, fault, from, key, on, phase }: Disturbance): string {
  const moment = on === undefined ? '' : ` ${phase} ${on === '*' ? 'any call' : on}`;
  return `  ${id}: ${fault}${moment}, from day ${(from / 86_400_000).toFixed(1)} on, key-${key}`;
}

function lineOf({ at, key, text }: Line): string {
  const day = Math.floor(at / 86_400_000);
  const time = new Date(at).toISOString().slice(11, 19);
  return `  day ${String(day).padStart(4)} ${time}  ${key === undefined ? '' : `${key}: `}${text}`;
}
