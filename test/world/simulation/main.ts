import { loadSimulation, type Simulation } from './load';
import { BadOption, HELP, type Options, optionsOf } from './options';
import { shrink, storyOf } from './shrink';
import type { Outcome, Scenario } from './simulation';
import { Tally } from './tally';

/** `npm run simulate`: years of faults, until the time or the seeds are used up or a promise breaks. */
async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const simulation = await loadSimulation(options.mutant);
  return options.exhaustive ? exhaust(simulation, options) : liveThrough(simulation, options);
}

async function liveThrough(simulation: Simulation, options: Options): Promise<number> {
  const { fault, keys, days, perYear, only, mutant, keepGoing, everyRun, json } = options;
  const base = {
    fault,
    keys,
    days,
    perYear,
    only,
    everyRun,
  };
  const tally = new Tally();
  for (const seed of seedsToLive(options, tally)) {
    const scenario: Scenario = { ...base, seed };
    const outcome = await simulation.simulate(scenario);
    tally.add(outcome);
    tally.progress((line) => console.error(line));
    if (outcome.violations.length === 0) continue;
    await tell(simulation, scenario, outcome, mutant?.name);
    if (!keepGoing) break;
  }
  console.log(json ? JSON.stringify(tally.json(), null, 2) : tally.text());
  return tally.failed.length === 0 ? 0 : 1;
}

/** One seed, so many seeds, or seeds for so many minutes. */
function* seedsToLive(options: Options, tally: Tally): Generator<number> {
  if (options.seed !== undefined) {
    yield options.seed;
    return;
  }
  // Fresh seeds in every run, unless the first one is given.
  const first = options.from ?? Math.floor(Date.now() / 1000) % 1_000_000_000;
  console.error(`seeds from ${first} on, ${options.step} apart`);
  const { seeds: most = Number.POSITIVE_INFINITY } = options;
  const minutes = options.minutes ?? (options.seeds === undefined ? 1 : Number.POSITIVE_INFINITY);
  for (let index = 0; index < most && tally.minutes() < minutes; index++) yield first + index * options.step;
}

async function tell(simulation: Simulation, scenario: Scenario, outcome: Outcome, mutant?: string): Promise<void> {
  const shrunk =
    scenario.only === undefined
      ? await shrink(simulation.simulate, scenario, outcome)
      : { scenario, outcome, tries: 0 };
  console.error(storyOf(shrunk, mutant));
}

async function exhaust(simulation: Simulation, { preemptions, json }: Options): Promise<number> {
  const found = await simulation.exhaust({ pairs: true, preemptions, onProgress: (line) => console.error(line) });
  if (json) console.log(JSON.stringify(found, null, 2));
  else for (const line of found.lines) console.log(line);
  for (const violation of found.violations.slice(0, 10)) console.error(violation);
  return found.violations.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
    // Nobody waits for the patience of runs that have died.
    process.stdout.write('', () => process.exit());
  },
  (error: unknown) => {
    console.error(error instanceof BadOption ? `${error.message} (--help tells more)` : error);
    process.exitCode = 2;
  },
);
