import type { Summary } from '../../functions/core/run-summary';
import type { Conditions } from './conditions';
import type { Deployed } from './deployed';
import { Estate } from './estate';
import { type MeasuredRun, runOnce, SCHEDULED } from './measured-run';
import { MEMORY, type Target } from './targets';

export interface HandOverProps {
  readonly keys: number;
  readonly due: number;
  readonly deployed: Deployed;
  readonly conditions: Conditions;
  /** ms for work on keys in one run, once the registry and the secrets are read: less than all of them need. */
  readonly window: Readonly<Record<'rotate' | 'sync', number>>;
  readonly onProgress?: (what: string) => void;
}

/** One run that had too little time, or the last one that had enough. */
export interface HandOverRun extends MeasuredRun {
  readonly function: 'rotate' | 'sync';
  /** ms that the function had. */
  readonly timeout: number;
  /** Keys that this run finished. */
  readonly done: number;
  /** Keys that it left, as its summary says. */
  readonly left: number;
  /** What its finding `out-of-time` says. */
  readonly finding: string | undefined;
  /** Keys that are neither as they were before nor finished. */
  readonly halfDone: readonly string[];
}

export interface HandOver {
  readonly keys: number;
  readonly due: number;
  readonly runs: readonly HandOverRun[];
  /** Keys that are due or undelivered in the end. */
  readonly unfinished: number;
}

/**
 * What a run keeps back before it starts no new key, in ms: 90 s for a rotation or ten minutes for a delivery, and 22 s
 * for its end (functions/runtime).
 */
const KEPT_BACK = { rotate: 112_000, sync: 622_000 } as const;
/** The call with which the work on the first key begins. */
const FIRST_LOOK = { rotate: 'iam:ListAccessKeys', sync: 'secretsmanager:DescribeSecret' } as const;
const MOST_RUNS = 12;

/** Runs rotate, and then sync, with too little time, until nothing is left. */
export async function measureHandOver(props: HandOverProps): Promise<HandOver> {
  const { keys, due, conditions, onProgress = () => {} } = props;
  const estate = await Estate.open({ keys, due, conditions });
  const runs: HandOverRun[] = [];
  try {
    let reading = shortestReading(keys, conditions);
    for (const name of ['rotate', 'sync'] as const) {
      for (let left = due; left > 0 && runs.length < MOST_RUNS; left = runs.at(-1)?.left ?? 0) {
        // A run of rotate also waits for the credential report.
        const report = name === 'rotate' ? 2 * conditions.reportTime : 0;
        const timeout = Math.round(KEPT_BACK[name] + reading + report + props.window[name]);
        onProgress(`${keys} keys, ${left} for ${name}, which has ${Math.round(timeout / 1000)} s`);
        const start = performance.now();
        runs.push(await handOverRun(name, estate, props, timeout));
        if (runs.at(-1)?.errors.length !== 0) break;
        // How long reading takes depends on what else the machine does: the next run gets what this one needed.
        // One that began no key has spent all of its time on reading.
        reading = (estate.calls.firstOf(FIRST_LOOK[name]) ?? performance.now()) - start;
      }
    }
    return { keys, due, runs, unfinished: due - count(estate, isDelivered) };
  } finally {
    await estate.close();
  }
}

/** ms that the registry's pages of ten take at the least, by their quota or by their latency, and a quarter of that for the rest. */
function shortestReading(keys: number, { quotas, latency }: Conditions): number {
  const perSecond = quotas.find(({ covers }) => covers.includes('ssm:GetParametersByPath'))?.perSecond;
  const [, most = 0] = latency.ssm ?? [];
  return 1.25 * Math.ceil(keys / 10) * Math.max(most, perSecond === undefined ? 0 : 1000 / perSecond);
}

async function handOverRun(
  name: 'rotate' | 'sync',
  estate: Estate,
  { deployed }: HandOverProps,
  timeout: number,
): Promise<HandOverRun> {
  const done = () => count(estate, name === 'rotate' ? isRotated : isDelivered);
  const before = done();
  const { run, invocation } = await runOnce(
    name,
    estate,
    () => estate.start(deployed.functions[name]),
    SCHEDULED,
    timeout,
  );
  const summary = invocation.result as Summary | undefined;
  return {
    ...run,
    function: name,
    timeout,
    done: done() - before,
    left: summary?.left ?? 0,
    finding: invocation.lines.flatMap(outOfTime).at(0),
    halfDone: estate.managed.filter((managed) => isHalfDone(estate, managed)).map(({ entry }) => entry.id),
  };
}

type Managed = Estate['managed'][number];
type State = ReturnType<Estate['stateOf']>;

function isRotated({ keys, currentKey, hasIntent }: State): boolean {
  return keys.length === 2 && keys[1] === currentKey && !hasIntent;
}

function isDelivered(state: State): boolean {
  return isRotated(state) && state.isDelivered && state.heldKey === state.currentKey;
}

/** Only what is due may differ from what it was; an open intent, a key in no version or half a delivery is half done. */
function isHalfDone(estate: Estate, managed: Managed): boolean {
  if (managed.phase !== 'due') return false;
  const state = estate.stateOf(managed);
  const isUntouched =
    state.keys.length === 1 &&
    state.keys[0] === state.currentKey &&
    !state.hasIntent &&
    state.heldKey === state.currentKey;
  const isWaiting = isRotated(state) && !state.isDelivered && state.heldKey !== state.currentKey;
  return !isUntouched && !isWaiting && !isDelivered(state);
}

function count(estate: Estate, has: (state: State) => boolean): number {
  return estate.managed.filter((managed) => managed.phase === 'due' && has(estate.stateOf(managed))).length;
}

/** The finding's message, where an audit line is that finding. */
function outOfTime(line: string): readonly string[] {
  if (!line.includes('"out-of-time"')) return [];
  const audit: unknown = JSON.parse(line);
  const message = typeof audit === 'object' && audit !== null ? Reflect.get(audit, 'message') : undefined;
  return typeof message === 'string' ? [message] : [];
}

/** What a clean hand-over is. */
export function handOverTargets({ keys, due, runs, unfinished }: HandOver): readonly Target[] {
  const handed = runs.filter(({ left }) => left > 0);
  const of = (name: 'rotate' | 'sync') => runs.filter((run) => run.function === name);
  const yes = (target: string, met: boolean, measured: string): Target => ({ target, limit: 'yes', measured, met });
  const halfDone = runs.flatMap((run) => run.halfDone);
  const errors = runs.flatMap((run) => run.errors);
  const told = handed.filter(({ left, finding }) => finding?.includes(`: ${left} of `) === true);
  const adds = (['rotate', 'sync'] as const).every((name) => {
    let open = due;
    return of(name).every(({ done, left }) => {
      open -= done;
      return left === open;
    });
  });
  const peak = Math.max(...runs.map(({ peakRss }) => peakRss));
  const ended = (name: 'rotate' | 'sync') =>
    `${of(name).filter(({ left }) => left > 0).length} of ${of(name).length} runs`;
  return [
    yes(
      'rotate and sync each hand over at least once',
      (['rotate', 'sync'] as const).every((name) => of(name).some(({ left }) => left > 0)),
      `rotate ${ended('rotate')}, sync ${ended('sync')}`,
    ),
    yes('every run ends by itself, in time', errors.length === 0, errors.length === 0 ? 'yes' : errors.join('; ')),
    yes('nothing is cut in the middle', halfDone.length === 0, halfDone.length === 0 ? 'yes' : halfDone.join(', ')),
    yes('each summary counts what is left', adds, runs.map(({ left }) => left).join(', ')),
    yes('a finding says what is left', told.length === handed.length, `${told.length} of ${handed.length} runs`),
    yes('in the end everything due is rotated and delivered', unfinished === 0, `${due - unfinished} of ${due}`),
    { target: `memory at ${keys} keys`, limit: `≤ ${MEMORY} MB`, measured: `${peak} MB`, met: peak <= MEMORY },
  ];
}
