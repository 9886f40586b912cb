import { createHash, randomUUID } from 'node:crypto';
import { callerConfig } from '../../functions/aws/client-config';
import type { Front } from '../../functions/aws/front';
import { createRecordEvents, type RecordEvents } from '../../functions/aws/record-events';
import { after, DAY } from '../../functions/core/duration';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import type { OperateAnswer } from '../../functions/core/request/answer';
import { accessOf, reach } from '../access';
import { EXIT } from '../exit-code';
import { renderAnswer } from '../render/answer';
import { renderEnd, renderStep } from '../render/followed';
import { Reading } from '../render/reading';
import { wrapped } from '../render/wrapped';
import type { Terminal } from '../terminal';
import {
  AGAIN_AFTER,
  assertSound,
  exitOf,
  frontOf,
  isWanted,
  MOST_PLANS,
  type OperateOptions,
  requestOf,
  STALE,
  send,
} from './ask';
import { type Followed, follow } from './follow';
import type { AskedOf, Followable } from './progress';

/** The options of what is asked for several keys, and followed to its end. */
export interface KeysOptions extends OperateOptions {
  /** Wait for the end of it. */
  readonly follow: boolean;
  /** So many keys at a time. @default - all that are named */
  readonly batch?: number | undefined;
}

/** One key, and what its front answered last. */
interface One {
  readonly key: string;
  readonly request: ReturnType<typeof requestOf>;
  readonly answer: OperateAnswer;
  readonly followed?: Followed;
}

interface Asking {
  readonly front: Front;
  readonly record: RecordEvents;
  readonly what: {
    readonly do: Followable;
    readonly all?: true | undefined;
    readonly accessKey?: string | undefined;
  };
  readonly options: KeysOptions;
  readonly terminal: Terminal;
  readonly reading: Reading;
}

/**
 * Asks a deployed front for the same with each of some keys: shows all plans, asks the person once, has them done so many
 * at a time, and follows each in the record. Stops at the first that comes to no good end.
 *
 * @returns the exit code
 */
export async function askForKeys(
  what: Asking['what'],
  ids: readonly string[],
  options: KeysOptions,
  terminal: Terminal,
): Promise<number> {
  const keys = [...new Set(ids)];
  for (const key of keys) assertSound(requestOf({ ...what, keys: [key] }, optionsOf(key, keys, options)));
  const reading = new Reading(terminal);
  try {
    reading.tell('Asking AWS who this is.');
    await reach(accessOf(options));
    reading.tell('Looking for whom to ask.');
    const front = await frontOf(options);
    const record = createRecordEvents(AUDIT_LOG_GROUP, callerConfig(accessOf(options)));
    return await askAll(keys, { front, record, what, options, terminal, reading });
  } finally {
    reading.end();
  }
}

async function askAll(keys: readonly string[], asking: Asking): Promise<number> {
  const { options, terminal, reading } = asking;
  const shown: One[] = [];
  for (const [index, key] of keys.entries()) {
    reading.count('Asking what would be done', index, keys.length);
    shown.push(await planOf(key, requestOf({ ...asking.what, keys: [key] }, optionsOf(key, keys, options)), asking));
  }
  reading.end();
  // What was done under the same ID before is not asked for again, and followed all the same.
  const wanted = shown.filter(({ answer }) => answer.outcome !== 'refused');
  const isAsking = wanted.some(({ answer }) => answer.outcome === 'planned');
  if (options.dryRun || wanted.length === 0) return ended(shown, shown, asking);
  // What a program reads is the end alone.
  const { stderr, stdout } = terminal;
  const plans = shown.filter(({ answer }) => answer.outcome !== 'done');
  for (const { answer } of plans) (options.json ? stderr : stdout).write(`${renderAnswer(answer)}\n`);
  if (isAsking && !options.yes && !(await isWanted(terminal))) {
    stderr.write('Nothing was done.\n');
    return EXIT.problems;
  }
  const done = await inWaves(wanted, asking);
  return ended(done, shown, asking);
}

/** Each key is a request of its own: of many, each gets an ID that is made of the one that was given. */
function optionsOf(key: string, keys: readonly string[], options: KeysOptions): KeysOptions {
  const { requestId } = options;
  if (requestId === undefined || keys.length === 1) return options;
  const own = createHash('sha256')
    .update(JSON.stringify([requestId, key]))
    .digest('hex');
  return { ...options, requestId: own };
}

async function planOf(key: string, request: One['request'], { front, terminal }: Asking): Promise<One> {
  return { key, request, answer: await send(front, request, terminal) };
}

/** @returns those that were begun, each with what came of it */
async function inWaves(wanted: readonly One[], asking: Asking): Promise<readonly One[]> {
  const { batch = wanted.length } = asking.options;
  const done: One[] = [];
  for (let from = 0; from < wanted.length; from += batch) {
    const wave = await oneWave(wanted.slice(from, from + batch), asking, wanted.length > 1);
    done.push(...wave);
    // No further wave without the receipts of this one, where they were asked for.
    if (wave.some((one) => codeOf(one) !== EXIT.fine || one.followed?.outcome === 'unread')) break;
  }
  return done;
}

async function oneWave(wave: readonly One[], asking: Asking, isOfMany: boolean): Promise<readonly One[]> {
  const { options, terminal, reading, what, record } = asking;
  const since = terminal.time.now();
  const tell = (text: string) => {
    reading.end();
    if (!options.json) terminal.stdout.write(`${text}\n`);
  };
  const done: One[] = [];
  for (const one of wave) {
    reading.tell(`Asking for ${one.key}.`);
    const answered = await doOne(one, asking, isOfMany);
    tell(isOfMany ? `${answered.key}: ${renderAnswer(answered.answer)}` : renderAnswer(answered.answer));
    done.push(answered);
  }
  const begun = done.filter(({ answer }) => isFollowed(answer, options));
  if (begun.length === 0) return done;
  const asked = begun.map(({ key, request }): AskedOf => ({ key, do: what.do, request: request.id }));
  const isRepeated = begun.some(({ answer }) => answer.repeated);
  const all = await follow(asked, {
    record,
    time: terminal.time,
    since: isRepeated ? after(since, -DAY) : since,
    onEvent: (event) => tell(renderStep(event, isOfMany)),
    onWait: () => reading.tell('Waiting for the record. Ctrl-C ends the waiting, and stops nothing.'),
  });
  for (const one of all) tell(isOfMany ? `${one.asked.key}: ${renderEnd(one)}` : renderEnd(one));
  return done.map((one) => {
    const followed = all.find(({ asked: { key } }) => key === one.key);
    return followed === undefined ? one : { ...one, followed };
  });
}

/** What nothing could start now is done by a later run: nobody waits for it here. */
function isFollowed({ outcome, started = [] }: OperateAnswer, { follow: isWished }: KeysOptions): boolean {
  return isWished && outcome === 'done' && started.every(({ isStarted }) => isStarted);
}

/**
 * Has one plan done. Of many keys the last may come an hour after it was shown: a plan that has to be made anew is done if
 * it says the same, and with --yes whatever it says.
 */
async function doOne(shown: One, asking: Asking, isOfMany: boolean): Promise<One> {
  const { front, terminal, options } = asking;
  if (shown.answer.outcome === 'done') return shown;
  let one = shown;
  for (let left = MOST_PLANS; ; left -= 1) {
    const answer = await send(front, { ...one.request, plan: one.answer.plan?.digest }, terminal);
    if (!STALE.includes(answer.refused?.reason) || !(options.yes || isOfMany) || left === 1) return { ...one, answer };
    // Two who ask at once may both be refused: they do not meet again.
    await terminal.time.sleep((0.5 + Math.random()) * AGAIN_AFTER);
    const request = options.requestId === undefined ? { ...shown.request, id: randomUUID() } : shown.request;
    one = await planOf(shown.key, request, asking);
    if (one.answer.outcome !== 'planned' || !(options.yes || isSame(one, shown))) return { ...one, answer };
  }
}

function isSame({ answer: { plan: a } }: One, { answer: { plan: b } }: One): boolean {
  return JSON.stringify([a?.words, a?.changes]) === JSON.stringify([b?.words, b?.changes]);
}

function codeOf({ answer, followed }: One): number {
  if (answer.refused !== undefined) return exitOf(answer);
  // It is done by a later run: not at its end for now.
  if (answer.started?.some(({ isStarted }) => !isStarted)) return EXIT.problems;
  return followed === undefined || followed.outcome === 'done' || followed.outcome === 'unread'
    ? EXIT.fine
    : EXIT.problems;
}

/** Says what became of all of them. */
function ended(done: readonly One[], shown: readonly One[], { options, terminal }: Asking): number {
  const { stdout } = terminal;
  const last = shown.map(({ key, ...one }) => done.find((other) => other.key === key) ?? { key, ...one });
  if (options.json) {
    const documents = last.map(({ answer, followed }) =>
      followed === undefined ? answer : { ...answer, followed: { outcome: followed.outcome, events: followed.events } },
    );
    stdout.write(`${JSON.stringify(documents.length === 1 ? documents[0] : documents, undefined, 2)}\n`);
  } else if (done === shown) {
    for (const { answer } of shown) stdout.write(`${renderAnswer(answer)}\n`);
  } else if (shown.length > 1) {
    stdout.write(`${summaryOf(last, done)}\n`);
  }
  const notBegun = last.filter(({ answer }) => answer.outcome === 'planned' && !options.dryRun);
  return Math.max(...last.map(codeOf), notBegun.length > 0 ? EXIT.problems : EXIT.fine);
}

function summaryOf(last: readonly One[], done: readonly One[]): string {
  const isDone = (one: One) => done.includes(one) && codeOf(one) === EXIT.fine;
  const names = (of: readonly One[]) => (of.length === 0 ? 'none' : of.map(({ key }) => key).join(', '));
  const notBegun = last.filter(({ answer }) => answer.outcome === 'planned');
  return [
    wrapped(`Done: ${names(last.filter(isDone))}.`),
    wrapped(`Not: ${names(last.filter((one) => !isDone(one) && !notBegun.includes(one)))}.`),
    wrapped(`Not begun: ${names(notBegun)}.`),
  ].join('\n');
}
