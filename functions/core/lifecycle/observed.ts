import type { RegistryEntry } from '../config/registry';
import { daysBetween } from '../duration';
import type { AccessKey } from '../key/access-key';
import { currentKey, type SecretState } from '../key/secret-state';
import type { Found, FoundOfKey } from './found';
import type { Plan, Step } from './steps';

/** What would have been done for a key that is only observed, and was not. */
export type Observed = FoundOfKey<
  'observed',
  {
    readonly would: readonly Step[];
    /** Codes of what it would wait for. */
    readonly waits: readonly WaitsFor[];
    /** The current key, or the oldest one of a user of whom nothing is stored yet. @default - there is none */
    readonly oldest?: { readonly accessKeyId: string; readonly days: number } | undefined;
  }
>;
/** Somebody asked for something to be done for it. */
export type RefusedAsObserved = FoundOfKey<'request-refused', { readonly is: 'observed' }>;

/** Whether Keyturn only tells what it would do. A mode that nobody knows is no leave to act (K14). */
export function isObserved({ mode = 'rotate' }: Pick<RegistryEntry, 'mode'>): boolean {
  return mode !== 'rotate';
}

/**
 * The steps that may be done: all of them, or none for a key that is only observed. Whatever changes a key, a secret or a
 * target asks this first.
 */
export function performable<Each extends Step>(
  entry: Pick<RegistryEntry, 'mode'>,
  steps: readonly Each[],
): readonly Each[] {
  return isObserved(entry) ? [] : steps;
}

/** What tells of a step as if it were done, which is told as what would be done. */
export const TOLD_AS_DONE: ReadonlySet<string> = new Set([
  'orphan-discarded',
  'hold-limit',
  'reactivated',
  'inactive-since-unknown',
]);
/** What a step waits for, of which nothing comes while nobody does anything. */
const WAITS = ['settling', 'undelivered', 'unchecked', 'drifted', 'in-use'] as const;
type WaitsFor = (typeof WAITS)[number];

interface ObservedInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  /** What IAM lists for the user. @default - it was not asked */
  readonly keys?: readonly AccessKey[];
  readonly now: Date;
  /** A person asked for it by the key's name. @default false */
  readonly isAsked?: boolean | undefined;
}

/**
 * What becomes of a plan in the mode of its key: the plan itself, or for a key that is only observed no step at all, what
 * is wrong all the same, and what would have been done.
 */
export function inMode<Each extends Step, Finding extends Found>(
  input: ObservedInput,
  plan: Plan<Each, Finding>,
): Plan<Each, Finding | Observed | RefusedAsObserved> {
  const { entry, isAsked = false } = input;
  if (!isObserved(entry)) return plan;
  const kept = plan.findings.filter(({ code }) => !TOLD_AS_DONE.has(code) && !WAITS.some((wait) => wait === code));
  const waits = WAITS.filter((wait) => plan.findings.some(({ code }) => code === wait));
  const would: Observed = {
    code: 'observed',
    key: entry.id,
    facts: { would: plan.steps, waits, oldest: oldestOf(input) },
  };
  const isIdle = plan.steps.length === 0 && waits.length === 0;
  const refused: RefusedAsObserved = { code: 'request-refused', key: entry.id, facts: { is: 'observed' } };
  return {
    steps: performable(entry, plan.steps),
    findings: [
      ...kept.map((finding) => ({ ...finding, isObserved: true })),
      ...(isIdle ? [] : [would]),
      ...(isAsked ? [refused] : []),
    ],
  };
}

function oldestOf({ secret, keys = [], now }: ObservedInput): Observed['facts']['oldest'] {
  const [first] = [...keys].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  const key = currentKey(secret) ?? first;
  return key && { accessKeyId: key.accessKeyId, days: daysBetween(key.createdAt, now) };
}
