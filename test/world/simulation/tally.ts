import { performance } from 'node:perf_hooks';
import { noAllowances, type Violation } from '../../../cli/rehearsal/witness/verdicts';
import { MINUTE } from '../../../functions/core/duration';
import type { Safe } from './leaks';
import type { Outcome } from './simulation';

/** What many histories came to together. */
export class Tally {
  readonly #start = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #struck = new Map<string, number>();
  readonly #checks = new Map<string, number>();
  readonly #violations: Violation[] = [];
  readonly #allowed = noAllowances();
  readonly #safe: Safe[] = [];
  readonly #sums = { seeds: 0, keyYears: 0, runs: 0, calls: 0, pipelines: 0, logins: 0, passedOver: 0 };

  /** Seeds in which a promise did not hold. */
  readonly failed: number[] = [];
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #told = 0;

  /** Tells how far it is, about once a minute. */
  progress(tell: (line: string) => void): void {
    const minutes = this.minutes();
    if (minutes - this.#told < 1) return;
    this.#told = minutes;
    const { seeds, keyYears, keyYearsPerCpuMinute } = this.json();
    tell(
      `${minutes.toFixed(0)} min: ${seeds} seeds (last ${this.#last}), ${keyYears} key-years, ${keyYearsPerCpuMinute} a minute ` +
        `of processor time, ${this.failed.length} failed, ${megabytes()} MB`,
    );
  }

  minutes(): number {
    return (performance.now() - this.#start) / 60_000;
  }

  add({
    seed,
    struck,
    checks,
    violations,
    allowed,
    keyYears,
    runs,
    calls,
    pipelines,
    logins,
    passedOver,
    safe,
  }: Outcome): void {
    this.#safe.push(...safe);
    this.#first = Math.min(this.#first, seed);
    this.#last = Math.max(this.#last, seed);
    if (violations.length > 0) this.failed.push(seed);
    const more = { seeds: 1, keyYears, runs, calls, pipelines, logins, passedOver };
    for (const name of Object.keys(more) as (keyof typeof more)[]) this.#sums[name] += more[name];
    for (const [fault, count] of Object.entries(struck)) {
      this.#struck.set(fault, (this.#struck.get(fault) ?? 0) + count);
    }
    for (const [promise, count] of Object.entries(checks)) {
      this.#checks.set(promise, (this.#checks.get(promise) ?? 0) + count);
    }
    this.#violations.push(...violations);
    const { longestTorn, ...counted } = allowed;
    this.#allowed.longestTorn = Math.max(this.#allowed.longestTorn, longestTorn);
    for (const name of Object.keys(counted) as (keyof typeof counted)[]) this.#allowed[name] += counted[name];
  }

  json() {
    const { user, system } = process.cpuUsage(this.#cpu);
    const cpuMinutes = (user + system) / 60_000_000;
    const { keyYears, ...sums } = this.#sums;
    return {
      ...sums,
      firstSeed: this.#first,
      lastSeed: this.#last,
      keyYears: Math.round(keyYears),
      minutes: round(this.minutes()),
      cpuMinutes: round(cpuMinutes),
      keyYearsPerMinute: Math.round(keyYears / this.minutes()),
      keyYearsPerCpuMinute: Math.round(keyYears / cpuMinutes),
      callsPerCpuSecond: Math.round(sums.calls / (cpuMinutes * 60)),
      schedulesPerCpuMinute: round(sums.seeds / cpuMinutes),
      megabytes: megabytes(),
      faults: Object.fromEntries([...this.#struck].sort()),
      checks: Object.fromEntries(this.#checks),
      allowed: this.#allowed,
      leaked: leakedMinutes(this.#safe),
      violations: this.#violations,
      failedSeeds: this.failed,
    };
  }

  text(): string {
    const { faults, checks, allowed, leaked, violations, failedSeeds, firstSeed, lastSeed, ...sums } = this.json();
    const list = (values: Readonly<Record<string, number>>) =>
      Object.entries(values)
        .map(([name, value]) => `  ${name.padEnd(20)} ${value.toLocaleString('en')}`)
        .join('\n');
    return [
      `  seeds from            ${firstSeed} to ${lastSeed}`,
      list(sums),
      'faults injected',
      list(faults),
      'checks by promise',
      list(checks),
      'allowed, and counted',
      list({ ...allowed }),
      'minutes from the word that a key has leaked until it is Inactive and pipelines have the one after it',
      ...leaked.map(
        ({ of, keys, median, worst, worstActive }) =>
          `  ${of.padEnd(44)} ${String(keys).padStart(5)} keys, half within ${median}, worst ${worst}, Active for ${worstActive} at most`,
      ),
      `violations ${violations.length}${failedSeeds.length === 0 ? '' : `, in seeds ${failedSeeds.join(', ')}`}`,
    ].join('\n');
  }
}

/** By the order, and by what was in the way. */
function leakedMinutes(all: readonly Safe[]) {
  const kinds = new Map<string, Safe[]>();
  for (const one of all) {
    const of = `${one.order}, ${one.wasCurrent ? 'current' : 'superseded'}, ${WAYS[one.under]}`;
    kinds.set(of, [...(kinds.get(of) ?? []), one]);
  }
  return [...kinds].sort().map(([of, some]) => {
    const [safe, active] = [some.map((one) => one.safe), some.map((one) => one.inactive)];
    const median = safe.sort((a, b) => a - b)[Math.floor(safe.length / 2)] ?? 0;
    const [worst, worstActive] = [Math.max(...safe), Math.max(...active)];
    return { of, keys: some.length, median: tenths(median), worst: tenths(worst), worstActive: tenths(worstActive) };
  });
}

const WAYS: Readonly<Record<Safe['under'], string>> = {
  nothing: 'undisturbed',
  faults: 'under faults',
  held: 'no room, or held',
};

function tenths(milliseconds: number): number {
  return Math.round(milliseconds / (MINUTE / 10)) / 10;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Memory of the process that is resident now. */
function megabytes(): number {
  return Math.round(process.memoryUsage.rss() / 1_000_000);
}
