import { parseArgs } from 'node:util';
import { FAULT_NAMES, FAULTS, type FaultName, isFaultName } from './faults';
import { MUTANTS, type Mutant } from './mutants';

/** A command line that cannot be followed, in one line. */
export class BadOption extends Error {}

/** What `npm run simulate` was asked for. */
export interface Options {
  readonly help: boolean;
  readonly json: boolean;
  readonly exhaustive: boolean;
  readonly keepGoing: boolean;
  readonly everyRun: boolean;
  readonly preemptions: number;
  /** One seed alone. */
  readonly seed: number | undefined;
  /** Seeds at most. */
  readonly seeds: number | undefined;
  readonly minutes: number | undefined;
  readonly from: number | undefined;
  readonly step: number;
  readonly fault: FaultName | undefined;
  readonly mutant: Mutant | undefined;
  readonly keys: number | undefined;
  readonly days: number | undefined;
  readonly perYear: number | undefined;
  readonly only: readonly string[] | undefined;
}

const FLAGS = {
  minutes: { type: 'string' },
  seeds: { type: 'string' },
  seed: { type: 'string' },
  from: { type: 'string' },
  step: { type: 'string' },
  'keep-going': { type: 'boolean' },
  'every-run': { type: 'boolean' },
  fault: { type: 'string' },
  mutant: { type: 'string' },
  only: { type: 'string' },
  keys: { type: 'string' },
  days: { type: 'string' },
  'per-year': { type: 'string' },
  exhaustive: { type: 'boolean' },
  preemptions: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Flags = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values'];
type NumberFlag = 'minutes' | 'seeds' | 'seed' | 'from' | 'step' | 'keys' | 'days' | 'per-year' | 'preemptions';

/** Reads the command line. @throws BadOption */
export function optionsOf(args: readonly string[]): Options {
  const flags = flagsOf(args);
  const whole = (name: NumberFlag, least: number, most = 1e12) => numberOf(flags, name, least, most, true);
  const { fault, mutant } = flags;
  if (fault !== undefined && !isFaultName(fault)) {
    throw new BadOption(`--fault: there is no ${fault}; there are ${FAULT_NAMES.join(', ')}`);
  }
  const found = MUTANTS.find(({ name }) => name === mutant);
  if (mutant !== undefined && found === undefined) {
    throw new BadOption(`--mutant: there is no ${mutant}; there are ${MUTANTS.map(({ name }) => name).join(', ')}`);
  }
  return {
    help: flags.help ?? false,
    json: flags.json ?? false,
    exhaustive: flags.exhaustive ?? false,
    keepGoing: flags['keep-going'] ?? false,
    everyRun: flags['every-run'] ?? false,
    preemptions: whole('preemptions', 0, 4) ?? 2,
    seed: whole('seed', 0),
    seeds: whole('seeds', 1),
    minutes: numberOf(flags, 'minutes', 0.01, 1e6, false),
    from: whole('from', 0),
    step: whole('step', 1) ?? 1,
    fault: fault ?? found?.fault,
    mutant: found,
    keys: whole('keys', 1, 200),
    days: whole('days', 1, 36_500),
    perYear: whole('per-year', 0, 100_000),
    only: onlyOf(flags.only),
  };
}

function flagsOf(args: readonly string[]): Flags {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split(/\.? (?=To specify)|\n/);
    throw new BadOption(message);
  }
}

function numberOf(flags: Flags, name: NumberFlag, least: number, most: number, isWhole: boolean): number | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  const kind = isWhole ? 'whole number' : 'number';
  throw new BadOption(`--${name}: expected a ${kind} from ${least} to ${most}, found ${text || 'nothing'}`);
}

/** `none` leaves every disturbance out. */
function onlyOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const ids = text.split(',').filter((id) => id !== 'none');
  const wrong = ids.find((id) => !/^d\d+$/.test(id));
  if (wrong === undefined) return ids;
  throw new BadOption(`--only: expected disturbances such as d3,d17, or none, found ${wrong || 'nothing'}`);
}

export const HELP = `npm run simulate -- [options]

Lives through years of managed keys under faults, one history a seed, and judges K1 to K11 at every step.
Ends with 0 when every promise held, with 1 and a story when one did not, with 2 for a wrong option.

How long
  --minutes N       fresh seeds for so long, by the clock on the wall (default 1)
  --seeds N         so many seeds in place of minutes
  --seed N          this one history
  --from N          the first seed (default: made from the time, and printed)
  --step N          from one seed to the next (default 1), so that several processes share a range
  --keep-going      collect every seed that fails, and tell their stories as they come, in place of ending at the first

What
  --fault NAME      one fault alone (default: the mixture of all)
  --mutant NAME     the code with a guard removed: it has to be caught
  --keys N          managed keys in a history (default 20)
  --days N          days of trouble, before 50 calm ones (default 730)
  --per-year N      disturbances in a year (default 60)
  --only d3,d17     only these disturbances, as a story names them; none for none
  --every-run       pass nothing over, not even a run that would find exactly what the last one found
  --exhaustive      every crash point, every pair of them, and interleavings of two runs, in place of seeds
  --preemptions N   of an interleaving, at most (default 2)

Output
  --json            one JSON document on stdout in place of the table
  --help            this text

Progress goes to stderr about once a minute.

Faults
${listed(Object.entries(FAULTS))}

Mutants
${listed(MUTANTS.map(({ name, promise, fault }) => [name, fault === undefined ? promise : `${promise}, with ${fault}`]))}

Examples
  npm run simulate -- --minutes 5
  npm run simulate -- --minutes 480 --keep-going 2> nightly.log
  npm run simulate -- --seed 4711 --fault crash
  npm run simulate -- --mutant no-overlap`;

function listed(items: readonly (readonly [string, string])[]): string {
  return items.map(([name, words]) => `  ${name.padEnd(25)} ${words}`).join('\n');
}
