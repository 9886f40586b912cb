import { parseArgs } from 'node:util';
import { isFaultName } from './faults';
import { loadSimulation, type Simulation } from './load';
import { MUTANTS } from './mutants';
import { shrink, storyOf } from './shrink';
import type { Outcome, Scenario } from './simulation';
import { Tally } from './tally';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seeds: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    fault: { type: 'string' },
    mutant: { type: 'string' },
    keys: { type: 'string' },
    days: { type: 'string' },
    'per-year': { type: 'string' },
    from: { type: 'string' },
    exhaustive: { type: 'boolean' },
    preemptions: { type: 'string' },
    json: { type: 'boolean' },
  },
});

/** `npm run simulate`: years of faults, until the time or the seeds are used up or a promise breaks. */
async function main(): Promise<number> {
  const mutant = MUTANTS.find(({ name }) => name === options.mutant);
  if (options.mutant !== undefined && mutant === undefined) {
    return refuse(`There is no mutant ${options.mutant}. There are: ${MUTANTS.map(({ name }) => name).join(', ')}`);
  }
  const fault = options.fault ?? mutant?.fault;
  if (fault !== undefined && !isFaultName(fault)) return refuse(`There is no fault ${fault}.`);
  const simulation = await loadSimulation(mutant);
  if (options.exhaustive === true) return exhaust(simulation);
  const base = {
    ...(fault === undefined ? {} : { fault }),
    ...(options.keys === undefined ? {} : { keys: Number(options.keys) }),
    ...(options.days === undefined ? {} : { days: Number(options.days) }),
    ...(options['per-year'] === undefined ? {} : { perYear: Number(options['per-year']) }),
    ...(options.only === undefined ? {} : { only: options.only.split(',').filter((id) => id !== 'none') }),
  };
  const tally = new Tally();
  for (const seed of seedsToLive(tally)) {
    const scenario: Scenario = { ...base, seed };
    const outcome = await simulation.simulate(scenario);
    tally.add(outcome);
    if (outcome.violations.length === 0) continue;
    await tell(simulation, scenario, outcome, mutant?.name);
    report(tally);
    return 1;
  }
  report(tally);
  return 0;
}

/** One seed, so many seeds, or seeds for so many minutes. */
function* seedsToLive(tally: Tally): Generator<number> {
  if (options.seed !== undefined) {
    yield Number(options.seed);
    return;
  }
  // Fresh seeds in every run, unless the first one is given.
  const first = Number(options.from ?? Math.floor(Date.now() / 1000) % 1_000_000_000);
  const most = options.seeds === undefined ? Number.POSITIVE_INFINITY : Number(options.seeds);
  const minutes = options.minutes === undefined && options.seeds === undefined ? 1 : Number(options.minutes ?? 1e6);
  for (let index = 0; index < most && tally.minutes() < minutes; index++) yield first + index;
}

async function tell(simulation: Simulation, scenario: Scenario, outcome: Outcome, mutant?: string): Promise<void> {
  const shrunk =
    scenario.only === undefined
      ? await shrink(simulation.simulate, scenario, outcome)
      : { scenario, outcome, tries: 0 };
  console.error(storyOf(shrunk, mutant));
}

async function exhaust(simulation: Simulation): Promise<number> {
  const found = await simulation.exhaust({
    pairs: true,
    preemptions: Number(options.preemptions ?? 2),
    onProgress: (line) => console.error(line),
  });
  if (options.json === true) console.log(JSON.stringify(found, null, 2));
  else for (const line of found.lines) console.log(line);
  for (const violation of found.violations.slice(0, 10)) console.error(violation);
  return found.violations.length === 0 ? 0 : 1;
}

function report(tally: Tally): void {
  console.log(options.json === true ? JSON.stringify(tally.json(), null, 2) : tally.text());
}

function refuse(message: string): number {
  console.error(message);
  return 2;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 2;
  },
);
