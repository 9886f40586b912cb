import type { CallsByOperation } from './call-tally';
import { type Conditions, REALISTIC } from './conditions';
import type { Deployed, DeployedFunction } from './deployed';
import { Estate } from './estate';
import { type MeasuredRun, runForEach, runOnce, SCHEDULED } from './measured-run';
import type { ScanResult } from './usual-scan';

/** The usual scan; calls and times are extrapolated where only a sample was measured. */
export interface MeasuredScan {
  readonly run: MeasuredRun;
  /** Users that were really looked at. */
  readonly sampled: number;
  readonly isExtrapolated: boolean;
}

/** A run of rotate with so many keys due, and the runs of sync that its events start. */
export interface MeasuredRotations {
  readonly due: number;
  readonly rotate: MeasuredRun;
  /** One run of sync for each first event of a rotation. */
  readonly deliver: MeasuredRun;
  /** One run of sync for each second event: CloudTrail's record of what Secrets Manager's own event told already. */
  readonly secondEvents: MeasuredRun;
  /** AWS calls of one rotation with its delivery: what the runs needed beyond ones with nothing to do. */
  readonly callsEach: number;
  readonly callsEachByOperation: CallsByOperation;
  /** What a rotation with its delivery needs to keep the audit record and to publish its events; not in `callsEach`. */
  readonly recordCallsEach: CallsByOperation;
  /** Keys that are not rotated, stored, delivered and in order in the end. */
  readonly unfinished: readonly string[];
}

export interface MeasuredSize {
  readonly keys: number;
  /** All four functions with nothing due. */
  readonly quiet: readonly MeasuredRun[];
  readonly scan: MeasuredScan;
  readonly rotations: readonly MeasuredRotations[];
}

export interface SizeProps {
  readonly keys: number;
  /** How many keys are due, one account each. */
  readonly due: readonly number[];
  readonly deployed: Deployed;
  readonly scan: DeployedFunction;
  /** Whether the usual scan is measured whole, however long it takes. */
  readonly wholeScan: boolean;
  readonly conditions?: Conditions;
  readonly onProgress?: (what: string) => void;
}

/** Calls that every run makes to tell what it does, whether anything is due or not. */
const KEEPS_RECORD: ReadonlySet<string> = new Set([
  'events:PutEvents',
  // One an attempt, which has a target of its own.
  'kms:Sign',
  'logs:CreateLogStream',
  'logs:FilterLogEvents',
  'logs:PutLogEvents',
]);

/** 20 calls a second make it 17 s. */
const SAMPLE = 150;

export async function measureSize(props: SizeProps): Promise<MeasuredSize> {
  const { keys, onProgress = () => {} } = props;
  onProgress(`${keys} keys, nothing due, and the usual scan`);
  // The scan waits for its quota nearly all the time, in an account of its own: it takes nothing from the others.
  const [quiet, scan] = await Promise.all([measureQuiet(props), measureScan(props)]);
  const rotations: MeasuredRotations[] = [];
  for (const due of props.due) {
    onProgress(`${keys} keys, ${due} due`);
    rotations.push(await measureRotations(props, due, quiet[0]));
  }
  return { keys, quiet, scan, rotations };
}

async function measureQuiet({ keys, deployed, conditions = REALISTIC }: SizeProps): Promise<MeasuredRun[]> {
  const estate = await Estate.open({ keys, due: 0, conditions });
  try {
    const runs: MeasuredRun[] = [];
    for (const name of ['rotate', 'deactivate', 'delete', 'sync'] as const) {
      const own = deployed.functions[name];
      const { run } = await runOnce(name, estate, () => estate.start(own), SCHEDULED, own.timeout * 1000);
      runs.push(run);
    }
    return runs;
  } finally {
    await estate.close();
  }
}

async function measureScan({ keys, scan, wholeScan, conditions = REALISTIC }: SizeProps): Promise<MeasuredScan> {
  const estate = await Estate.open({ keys, due: 0, conditions });
  try {
    const users = wholeScan ? keys : Math.min(keys, SAMPLE);
    const { run, invocation } = await runOnce('usual scan', estate, () => estate.start(scan), { users }, 3_600_000);
    const sampled = (invocation.result as ScanResult | undefined)?.users ?? 0;
    if (sampled === keys || sampled === 0) return { run, sampled, isExtrapolated: false };
    const whole = (part: number) => Math.round((part * keys) / sampled);
    const { total, throttled, byOperation } = run.calls;
    const calls = {
      total: whole(total),
      throttled: whole(throttled),
      byOperation: Object.fromEntries(Object.entries(byOperation).map(([name, count]) => [name, whole(count)])),
    };
    return { run: { ...run, calls, wall: whole(run.wall), cpu: whole(run.cpu) }, sampled, isExtrapolated: true };
  } finally {
    await estate.close();
  }
}

async function measureRotations(
  { keys, deployed, conditions = REALISTIC }: SizeProps,
  due: number,
  quiet: MeasuredRun | undefined,
): Promise<MeasuredRotations> {
  const estate = await Estate.open({ keys, due, conditions });
  const { rotate: rotateFunction, sync: syncFunction } = deployed.functions;
  try {
    const start = () => estate.start(rotateFunction);
    const { run: rotate } = await runOnce('rotate', estate, start, SCHEDULED, rotateFunction.timeout * 1000);
    const events = estate.events.filter((event) => deployed.startsSync(event));
    const isFirst = (event: (typeof events)[number]) => event['detail-type'] === 'Secret Label Updated';
    const sync = (name: string, some: typeof events) =>
      runForEach(name, estate, () => estate.start(syncFunction), some, syncFunction.timeout * 1000);
    const deliver = await sync('sync, first event', events.filter(isFirst));
    const secondEvents = await sync(
      'sync, second event',
      events.filter((event) => !isFirst(event)),
    );
    const before = quiet?.calls;
    const extra = (operation: string) =>
      (rotate.calls.byOperation[operation] ?? 0) +
      (deliver.calls.byOperation[operation] ?? 0) -
      (before?.byOperation[operation] ?? 0);
    const operations = [...new Set([rotate, deliver].flatMap(({ calls }) => Object.keys(calls.byOperation)))]
      .sort()
      .map((name) => [name, extra(name) / due] as const)
      .filter(([, count]) => count !== 0);
    const each = operations.filter(([name]) => !KEEPS_RECORD.has(name));
    return {
      due,
      rotate,
      deliver,
      secondEvents,
      callsEach: each.reduce((sum, [, count]) => sum + count, 0),
      callsEachByOperation: Object.fromEntries(each),
      recordCallsEach: Object.fromEntries(operations.filter(([name]) => KEEPS_RECORD.has(name))),
      unfinished: unfinished(estate),
    };
  } finally {
    await estate.close();
  }
}

/** What is not as it should be once every due key is rotated and delivered, and no other was touched. */
function unfinished(estate: Estate): string[] {
  return estate.managed.flatMap((managed) => {
    const { currentKey, keys, heldKey, hasIntent, isDelivered } = estate.stateOf(managed);
    const isDue = managed.phase === 'due';
    const isRight = keys.includes(currentKey) && isDelivered && !hasIntent && heldKey === currentKey;
    const isRotated = !isDue || (keys.length === 2 && keys[1] === currentKey);
    return isRight && isRotated ? [] : [managed.entry.id];
  });
}
