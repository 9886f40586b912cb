import { performance } from 'node:perf_hooks';
import { noAllowances, type Violation } from '../../../cli/rehearsal/witness/verdicts';
import type { Outcome } from './simulation';

/** What many histories came to together. */
export class Tally {
  readonly #start = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #struck = new Map<string, number>();
  readonly #checks = new Map<string, number>();
  readonly #violations: Violation[] = [];
  readonly #allowed = noAllowances();
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
  }: Outcome): void {
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
      violations: this.#violations,
      failedSeeds: this.failed,
    };
  }

  text(): string {
    const { faults, checks, allowed, violations, failedSeeds, firstSeed, lastSeed, ...sums } = this.json();
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
      `violations ${violations.length}${failedSeeds.length === 0 ? '' : `, in seeds ${failedSeeds.join(', ')}`}`,
    ].join('\n');
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Memory of the process that is resident now. */
function megabytes(): number {
  return Math.round(process.memoryUsage.rss() / 1_000_000);
}
