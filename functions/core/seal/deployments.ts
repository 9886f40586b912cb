import { DAY, HOUR } from '../duration';
import type { KeptAttempt } from './kept-attempt';
import { type Attributed, DAY_CLOSES_AFTER, dayOf } from './manifest';
import type { Gap } from './verified';

/** A function runs every hour: what is shorter is no time in which nobody ran. */
const SILENT = 2 * HOUR;

/** ms since the epoch. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** From the first to the last event that one KMS key has sealed. */
export interface Deployment extends Span {
  readonly key: string | undefined;
}

/** Keeps when each key has sealed, from whatever order its events come in. */
export class Deployments {
  readonly #all = new Map<string | undefined, Deployment>();

  add(key: string | undefined, time: number): void {
    const { from, to } = this.#all.get(key) ?? { from: time, to: time };
    this.#all.set(key, { key, from: Math.min(from, time), to: Math.max(to, time) });
  }

  all(): readonly Deployment[] {
    return [...this.#all.values()].sort((a, b) => a.from - b.from);
  }
}

/**
 * The times between two deployments. A stack that is deployed again seals with a new key, and its first manifest names none
 * before it; where that one names one, the deployment is older than its first event that is here, and something is missing.
 */
export function gapsOf(
  deployments: readonly Deployment[],
  manifests: readonly (Attributed & { readonly sealedBy: string | undefined })[],
): readonly Span[] {
  return deployments.flatMap(({ key, from: to }, at) => {
    const from = Math.max(...deployments.slice(0, at).map((before) => before.to));
    const first = manifests.find(({ sealedBy }) => sealedBy === key);
    const beginsAnew = first?.manifest.previous === undefined;
    return from < to && Number.isFinite(from) && beginsAnew ? [{ from, to }] : [];
  });
}

/** Those of them that people are told of. */
export function silentOf(gaps: readonly Span[]): readonly Gap[] {
  return gaps
    .filter(({ from, to }) => to - from > SILENT)
    .map(({ from, to }) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() }));
}

/** Whether a day (UTC) without an event is one on which no deployment was there. */
export function isBetween(day: string, gaps: readonly Span[]): boolean {
  return gaps.some(({ from, to }) => day > dayOf(from) && day < dayOf(to));
}

/**
 * Whether a day without a manifest is one of the last of its deployment: the run that would have written it was not to come
 * before the deployment's end. That of a day comes once within the next one.
 */
export function isLastOf(
  day: string,
  attempts: readonly KeptAttempt[],
  deployments: readonly Deployment[],
  gaps: readonly Span[],
): boolean {
  const due = Date.parse(day) + 2 * DAY + DAY_CLOSES_AFTER;
  const keys = new Set(attempts.map(({ sealedBy }) => sealedBy));
  const ends = ({ to }: Deployment) => to < due && gaps.some((gap) => gap.from === to && day < dayOf(gap.to));
  return deployments.filter(({ key }) => keys.has(key)).every(ends);
}
