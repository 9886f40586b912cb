import { performance } from 'node:perf_hooks';
import type { Outcome } from './simulation';
import { noAllowances, type Violation } from './verdicts';

/** What many histories came to together. */
export class Tally {
  readonly #start = performance.now();
  readonly #cpu = process.cpuUsage();
  readonly #struck = new Map<string, number>();
  readonly #checks = new Map<string, number>();
  readonly #violations: Violation[] = [];
  readonly #allowed = noAllowances();
  readonly #sums = { seeds: 0, keyYears: 0, runs: 0, calls: 0, pipelines: 0, logins: 0, passedOver: 0 };

  minutes(): number {
    return (performance.now() - this.#start) / 60_000;
  }

  add({ struck, checks, violations, allowed, keyYears, runs, calls, pipelines, logins, passedOver }: Outcome): void {
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
      keyYears: Math.round(keyYears),
      minutes: round(this.minutes()),
      cpuMinutes: round(cpuMinutes),
      keyYearsPerMinute: Math.round(keyYears / this.minutes()),
      keyYearsPerCpuMinute: Math.round(keyYears / cpuMinutes),
      faults: Object.fromEntries([...this.#struck].sort()),
      checks: Object.fromEntries(this.#checks),
      allowed: this.#allowed,
      violations: this.#violations,
    };
  }

  text(): string {
    const { faults, checks, allowed, violations, ...sums } = this.json();
    const list = (values: Readonly<Record<string, number>>) =>
      Object.entries(values)
        .map(([name, value]) => `  ${name.padEnd(20)} ${value.toLocaleString('en')}`)
        .join('\n');
    return [
      list(sums),
      'faults injected',
      list(faults),
      'checks by promise',
      list(checks),
      'allowed, and counted',
      list({ ...allowed }),
      `violations ${violations.length}`,
    ].join('\n');
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
