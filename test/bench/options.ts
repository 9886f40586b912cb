import { parseArgs } from 'node:util';

/** What a bench is asked to do. */
export interface BenchOptions {
  /** One size; undefined for all three. */
  readonly keys: number | undefined;
  readonly json: boolean;
  readonly handOver: boolean;
  readonly wholeScan: boolean;
  readonly help: boolean;
}

/** The sizes that are measured when none is asked for. */
export const SIZES = [100, 1_000, 5_000] as const;
/** IAM allows 5,000 users an account; beyond that only the run itself is on trial. */
const MOST_KEYS = 20_000;

export const HELP = `npm run bench [-- options]

Measures Keyturn's built functions in processes of their own, against the local account and the local
Bitbucket over HTTP, in real time, with assumed latencies and AWS's quotas.

  (no options)     bundles, ${SIZES.join(', ')} keys, cost by what is due, torn pairs, keyturn verify,
                   the secret provider; about four minutes
  --keys N         one size, 1 to ${MOST_KEYS}: with nothing due, and with 1 % due; 5000 takes about two minutes
  --hand-over      20000 keys and too little time: how a run hands over to the next; ten to fifteen minutes
                   (with --keys N for another size)
  --whole-scan     measures the usual scan whole, where a sample of it would be extrapolated
  --json           one JSON document on stdout, nothing else there (npm's own lines: npm run --silent bench -- …)
  --help           this text

Exit code: 0 when every target is met, 1 when one is missed, 2 when the options are wrong.`;

/** An option that cannot be understood. */
export class OptionsError extends Error {}

/** @throws OptionsError that says what is wrong and what is right */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parsed(args);
  return {
    keys: values.keys === undefined ? undefined : sizeOf(values.keys),
    json: values.json ?? false,
    handOver: values['hand-over'] ?? false,
    wholeScan: values['whole-scan'] ?? false,
    help: values.help ?? false,
  };
}

function parsed(args: readonly string[]) {
  const flag = { type: 'boolean' } as const;
  const options = { keys: { type: 'string' }, json: flag, 'hand-over': flag, 'whole-scan': flag, help: flag } as const;
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function sizeOf(text: string): number {
  const size = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : Number.NaN;
  if (size <= MOST_KEYS) return size;
  throw new OptionsError(`--keys is "${text}", expected a whole number from 1 to ${MOST_KEYS}.`);
}
