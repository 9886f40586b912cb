import type { AuditEventName } from './audit';
import { type FunctionName, LEVELS, type Level, TAG } from './names';

/** What people ask for, and what each takes. */
export interface Verb {
  /** Who asks for it at least: what an operator may, an administrator may too. */
  readonly level: Level;
  /** The one tag of the key's secret that it writes or takes away. @default - none: the sealed record is all there is */
  readonly tag: string | undefined;
  /** What tells that it was done. */
  readonly done: AuditEventName;
  /** What is started afterwards: the tag alone says what is to be done, so that one that does not start only delays it. */
  readonly starts: readonly Startable[];
  /** What is started does nothing but that, which no run of the rules would do: it is done now or not at all. */
  readonly only?: 'check';
}

/** The functions that do at once what their rules would have them do later. */
export const STARTABLE = ['rotate', 'deactivate', 'sync'] as const satisfies readonly FunctionName[];
export type Startable = (typeof STARTABLE)[number];

export const VERBS = {
  pause: { level: 'operator', tag: TAG.paused, done: 'pause-written', starts: [] },
  resume: { level: 'operator', tag: TAG.paused, done: 'pause-removed', starts: [] },
  rotate: { level: 'operator', tag: TAG.rotationAsked, done: 'ask-written', starts: ['rotate'] },
  compromised: { level: 'administrator', tag: TAG.compromised, done: 'ask-written', starts: ['rotate', 'deactivate'] },
  'disable-first': {
    level: 'administrator',
    tag: TAG.disableFirst,
    done: 'ask-written',
    starts: ['deactivate', 'rotate'],
  },
  deliver: { level: 'operator', tag: TAG.deliveryAsked, done: 'ask-written', starts: ['sync'] },
  verify: { level: 'operator', tag: undefined, done: 'check-started', starts: ['sync'], only: 'check' },
  exempt: { level: 'administrator', tag: undefined, done: 'exception-accepted', starts: [] },
  'end-exemption': { level: 'administrator', tag: undefined, done: 'exception-ended', starts: [] },
  rollback: { level: 'administrator', tag: TAG.withdrawn, done: 'ask-written', starts: ['rotate'] },
} as const satisfies Readonly<Record<string, Verb>>;

export function verbOf(name: keyof typeof VERBS): Verb {
  return VERBS[name];
}

/** Whether those of a level may ask for something. */
export function mayAsk(level: Level, { level: least }: Verb): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}

/** The tags that the front of a level writes. */
export function tagsOf(level: Level): readonly string[] {
  const verbs = Object.values<Verb>(VERBS).filter((verb) => mayAsk(level, verb));
  return [...new Set(verbs.flatMap(({ tag }) => tag ?? []))];
}
