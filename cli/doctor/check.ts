import type { Facts } from './facts';
import type { Read } from './read';

export const STATUSES = ['ok', 'warn', 'fail', 'unknown'] as const;
export type Status = (typeof STATUSES)[number];

/** In the order in which they are shown. */
export const GROUPS = {
  account: 'The account',
  deployment: 'The deployment',
  keys: 'The managed keys',
  secrets: 'The secrets',
  hosts: 'The CI hosts',
} as const;
export type Group = keyof typeof GROUPS;

/** What to do: words, and a command where one does it. */
export interface Cure {
  readonly to: string;
  /** To copy. @default - no command does it */
  readonly run?: string;
}

/** What a check came to. */
export interface Verdict {
  readonly status: Status;
  /** What was seen, in one or two sentences; each thing that is wrong by its name. */
  readonly saw: string;
  /** In the order in which they are done. @default - nothing is to be done */
  readonly cures?: readonly Cure[];
  /** Nobody knows, because AWS or a host gave no answer. @default false */
  readonly unreached?: boolean;
}

/** Something that must be true. Its judge is pure: what was read decides, and nothing else is asked. */
export interface Check {
  /** Never changes its meaning. */
  readonly id: string;
  readonly group: Group;
  /** What must be true, as a sentence without its full stop. */
  readonly must: string;
  /** The rights that it takes. */
  readonly takes: string;
  judge(facts: Facts): Verdict;
}

export function ok(saw: string): Verdict {
  return { status: 'ok', saw };
}

export function warn(saw: string, ...cures: readonly Cure[]): Verdict {
  return { status: 'warn', saw, cures };
}

export function fail(saw: string, ...cures: readonly Cure[]): Verdict {
  return { status: 'fail', saw, cures };
}

export function unknown(saw: string, ...cures: readonly Cure[]): Verdict {
  return { status: 'unknown', saw, cures };
}

/** Judges what was read; of what was not nobody knows, and it says why. */
export function judged<Value>(read: Read<Value>, judge: (value: Value) => Verdict): Verdict {
  if (read.is === 'read') return judge(read.value);
  return { ...unknown(read.message), unreached: read.why === 'no-answer' };
}

const MOST_NAMED = 5;

/** Names some of many. */
export function named(all: readonly string[]): string {
  const some = all.slice(0, MOST_NAMED).join(', ');
  return all.length > MOST_NAMED ? `${some} and ${all.length - MOST_NAMED} more` : some;
}

/** `1 key`, `2 keys`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
