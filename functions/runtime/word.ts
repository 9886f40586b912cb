import type { AuditEvent, AuditEventName } from '../core/audit';
import { after, DAY, earliest, HOUR, MINUTE, SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { Run } from './run';
import { within } from './within';

/**
 * What the sealed record says of a tag that is obeyed only where the record knows it: `unknown` while it cannot be read,
 * `forgotten` where it has nothing any more of when the tag was written.
 */
export type Word = 'there' | 'not-there' | 'forgotten' | 'unknown';

/** A kind of event that is believed of one function. */
export interface Writer {
  readonly event: AuditEventName;
  readonly by: string;
  /** @default - any */
  readonly reason?: string;
}

export interface Said {
  /** The managed key, the tag and its value: each is asked about once a run. */
  readonly name: string;
  /** When the tag says that it was written. */
  readonly at: Date;
  readonly writers: readonly Writer[];
  /** Whether an event, whose seal was checked, is the word for it. */
  readonly isWord: (event: AuditEvent) => boolean;
  /** It stands for as long as somebody wants, and so for longer than the record may. @default - that counts as none */
  readonly outlasts?: {
    /** When the key was made: a record that has its storing has missed nothing since. */
    readonly bornAt: Date;
    /** What a daily run tells again for as long as the record has the word, or such an event of a day before. */
    readonly renewedBy: Writer;
    readonly renews: (event: AuditEvent) => boolean;
  };
  /** Done once a run when there is none. */
  readonly isMissing?: () => void;
}

/** The word is written right after the tag, or before it; clocks of two functions may differ. */
const WORD_AROUND = 5 * MINUTE;
/** A request that died after its tag is known for a day, and has its word written when it is repeated. */
const WORD_FOLLOWS_WITHIN = DAY + WORD_AROUND;
/** The function is started in the same second in which the record gets the word, and takes seconds to show it. */
const SHOWN_WITHIN = 2 * MINUTE;
const ASK_AGAIN_AFTER = 5 * SECOND;
/** Of a window of a day in the streams of one function: seconds. */
const READ_WITHIN = 30 * SECOND;
/** No run lives longer. */
const STORED_WITHIN = 15 * MINUTE + WORD_AROUND;
/** Three functions run every day, sync every hour, and each says in the record that it has begun. */
const RUNS_WITHIN = DAY + HOUR;
/** The retention takes days to delete what is over, in no order: the word before the runs of its day, or after them. */
const RENEWED_WITHIN = 8 * DAY;

const words = new WeakMap<Run, Map<string, Promise<Word>>>();

/**
 * The record's word for what a tag says. It is waited for from now on, and only where the tag is so young that it may still
 * come. What is read does not grow with the tag's age. Costs another key nothing: it is asked where that one key is worked on.
 */
export function wordFor(run: Run, said: Said): Promise<Word> {
  const ofRun = words.get(run) ?? new Map<string, Promise<Word>>();
  words.set(run, ofRun);
  const word = ofRun.get(said.name) ?? asked(run, said);
  ofRun.set(said.name, word);
  return word;
}

/** Whether it was asked for in this run: it costs nothing more then. */
export function isAnswered(run: Run, { name }: Said): boolean {
  return words.get(run)?.has(name) === true;
}

async function asked(run: Run, said: Said): Promise<Word> {
  const until = earliest(after(said.at, SHOWN_WITHIN), after(run.now(), SHOWN_WITHIN));
  try {
    for (;;) {
      if (await within(READ_WITHIN, isRecorded(run, said))) return 'there';
      if (run.now() >= until) break;
      if (!run.hasTime(ASK_AGAIN_AFTER)) return 'unknown';
      await run.time.sleep(ASK_AGAIN_AFTER);
    }
    if (said.outlasts !== undefined) {
      if (await within(READ_WITHIN, isRenewed(run, said.outlasts))) return 'there';
      if (!(await within(READ_WITHIN, reachesBack(run, said.at, said.outlasts)))) return 'forgotten';
    }
  } catch (thrown) {
    run.log.warn('the record does not say whether what a tag says was asked for', {
      what: said.name,
      code: toKeyturnError(thrown).code,
    });
    return 'unknown';
  }
  said.isMissing?.();
  return 'not-there';
}

async function isRenewed(run: Run, { renewedBy, renews }: NonNullable<Said['outlasts']>): Promise<boolean> {
  const since = after(run.now(), -RENEWED_WITHIN);
  const told = await run.recorded(since, renewedBy.event, renewedBy.reason, renewedBy.by);
  return told.some(renews);
}

/**
 * Whether the record still has what went on before the tag says that it was written: that the key was stored, or a run of
 * the day before. It has not when its retention is over, or when a deployment before this one has sealed it, by a key of
 * its own.
 */
async function reachesBack(run: Run, at: Date, { bornAt }: NonNullable<Said['outlasts']>): Promise<boolean> {
  const stored = await run.recorded(bornAt, 'key-stored', undefined, 'rotate', after(bornAt, STORED_WITHIN));
  if (stored.length > 0) return true;
  const begun = await run.recorded(after(at, -RUNS_WITHIN), 'run-started', undefined, undefined, at);
  return begun.length > 0;
}

async function isRecorded(run: Run, { at, writers, isWord }: Said): Promise<boolean> {
  const [since, until] = [after(at, -WORD_AROUND), after(at, WORD_FOLLOWS_WITHIN)];
  const all = await Promise.all(writers.map(({ event, by }) => run.recorded(since, event, undefined, by, until)));
  return all.flat().some(isWord);
}
