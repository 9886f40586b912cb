import type { AlarmName } from '../config/alarm-names';
import type { Found } from '../lifecycle/found';
import type { Commands, HeldBy } from './commands';
import type { KeyturnCommands } from './keyturn';

/** `attention`: a person has to act. `notice`: good to know. */
export type Severity = 'attention' | 'notice';

/** Whether anything is broken now: one sentence, which starts with the answer. */
export type BrokenNow = `Broken now: ${string}` | `Perhaps broken: ${string}` | `Nothing is broken${string}`;

/** A text, or how it reads with the settings. */
export type AlarmText = string | ((settings: { readonly tokenExpiresInDays: number }) => string);

/** Where a finding stands in the docs. */
export const THEMES = [
  'A leaked key',
  'The current key does not work',
  'Delivery',
  'Something stands in the way',
  'A superseded key',
  "Keyturn's own runs",
] as const;
export type Theme = (typeof THEMES)[number];

/** The same for every finding of a code, or what depends on the facts. */
export type Word<Value, Finding extends Found> = Value | Depends<Value, Finding>;

export interface Depends<Value, Finding extends Found> {
  readonly usually: Value;
  /** What else it can be and when, for the docs: `attention above 90 days`. */
  readonly but: string;
  of(finding: Finding): Value;
}

/**
 * Everything that is known about the findings of one code: what the run's record, the mails, the alarms, the docs and the
 * runbooks say of them. Its runbook is `docs/operate/runbooks/<code>.md`.
 */
export interface Descriptor<Finding extends Found> {
  readonly theme: Theme;
  readonly severity: Word<Severity, Finding>;
  /** What it is, in a few words: it stands in a mail's subject. */
  readonly what: Word<string, Finding>;
  /** What it means for pipelines now. */
  readonly brokenNow: Word<BrokenNow, Finding>;
  /** Its key waits, or something stands in its way. @default - failed where a person has to act, ok where not */
  readonly outcome?: 'held' | 'blocked';
  /** The fact and the cure, in whole sentences. */
  message(finding: Finding): string;
  /** The one `keyturn` command that shows more of it, and the one that cures it: mails, `status` and runbooks end with them. */
  readonly keyturn: KeyturnCommands;
  /** What to run. */
  readonly commands: Commands;
  /** The text of the alarm that it raises, which has its name: what it means and whether anything is broken. */
  readonly alarm?: AlarmText;
  /** An alarm that is raised by it too, and watches more than it. */
  readonly partOfAlarm?: AlarmName;
  /** What the record keeps of it for programs, beside its words. @default - nothing */
  recorded?(finding: Finding): Readonly<Record<string, unknown>>;
  /** What cures this one. @default - as `keyturn` says */
  cures?(finding: Finding): KeyturnCommands['cures'];
  /** What lets nothing be done about it, so that it is ended first. @default - nothing */
  heldBy?(finding: Finding): HeldBy | undefined;
  /** What tells it from others of its code and key: people who know of one do not know of another. @default - nothing */
  about?(finding: Finding): readonly string[] | undefined;
  /** The functions that tell people of it, where all of them find the same. @default - whichever finds it */
  toldBy?(finding: Finding): readonly string[] | undefined;
}

/** What it is for one finding. */
export function wordFor<Value extends string, Finding extends Found>(
  word: Word<Value, Finding>,
  finding: Finding,
): Value {
  return typeof word === 'string' ? word : word.of(finding);
}

/** What it is in general. */
export function usually<Value extends string>(word: Value | { readonly usually: Value }): Value {
  return typeof word === 'string' ? word : word.usually;
}
