import { bundleTargets, measureBundles } from './bundles';
import { REALISTIC } from './conditions';
import { type Deployed, readDeployed } from './deployed';
import { dueToDeliveredTargets, measureDueToDelivered } from './due-to-delivered';
import { handOverTargets, measureHandOver } from './hand-over';
import { type MeasuredSize, measureSize } from './measure-size';
import { type BenchOptions, benchOptions, HELP, OptionsError, SIZES } from './options';
import { coldStartTargets, measureColdStart } from './provider/measure-cold-start';
import { measureProvider, providerTargets } from './provider/measure-provider';
import {
  bundleTable,
  coldStartTable,
  dueToDeliveredTable,
  growthTable,
  handOverTable,
  NOTES,
  providerTable,
  sizeTables,
  targetTable,
  tearTable,
  tornTimeTable,
  verifyTable,
} from './render';
import { buildScan } from './scan-bundle';
import { growthOf, growthTargets, sizeTargets } from './size-targets';
import type { Target } from './targets';
import { measureTears, tearTargets } from './torn-pair';
import { measureTornTimes, tornTimeTargets } from './torn-time';
import { measureVerify, verifyTargets } from './verify-archive';

/** What a bench prints: as a document, and as text. */
interface Report {
  readonly document: object;
  readonly text: readonly string[];
  readonly targets: readonly Target[];
}

/** What is due at each size when all are measured: 1 % first, then what shows how the cost grows. */
const DUE: Readonly<Record<number, readonly number[]>> = { 100: [1, 10], 1000: [10, 20, 40], 5000: [50, 10] };
const HAND_OVER = { keys: 20_000, due: 300, window: { rotate: 10_000, sync: 20_000 } } as const;

async function measure(options: BenchOptions, deployed: Deployed): Promise<Report> {
  const scanBundle = buildScan(deployed.functions.rotate);
  try {
    const bundles = measureBundles();
    // Before the big accounts: a busy process would fire timers of one moment together, and show pairs that are not torn.
    onProgress('torn pairs');
    const tears = await measureTears();
    onProgress('from due to delivered');
    const dueToDelivered = await measureDueToDelivered();
    const tornTimes = await measureTornTimes();
    onProgress('keyturn verify');
    const verified = await measureVerify();
    onProgress('secret provider');
    const provider = await measureProvider();
    const coldStart = await measureColdStart();
    const sizes: MeasuredSize[] = [];
    for (const keys of options.keys === undefined ? SIZES : [options.keys]) {
      const onePercent = [Math.max(1, Math.round(keys / 100))];
      const due = options.keys === undefined ? (DUE[keys] ?? onePercent) : onePercent;
      const { wholeScan } = options;
      sizes.push(await measureSize({ keys, due, deployed, scan: scanBundle.scan, wholeScan, onProgress }));
    }
    const growth = growthOf(sizes);
    const targets = [
      ...bundleTargets(bundles),
      ...sizes.flatMap(sizeTargets),
      ...(options.keys === undefined ? growthTargets(growth) : []),
      ...tearTargets(tears),
      ...dueToDeliveredTargets(dueToDelivered),
      ...tornTimeTargets(tornTimes),
      ...verifyTargets(verified),
      ...providerTargets(provider),
      ...coldStartTargets(coldStart),
    ];
    const tables = [bundleTable(bundles), ...sizes.map(sizeTables), growthTable(growth)];
    const more = [tearTable(tears), tornTimeTable(tornTimes), dueToDeliveredTable(dueToDelivered)];
    const text = [...tables, ...more, verifyTable(verified), providerTable(provider), coldStartTable(coldStart)];
    const document = { bundles, sizes, growth, tears, tornTimes, dueToDelivered, verified, provider, coldStart };
    return { document, text, targets };
  } finally {
    scanBundle.close();
  }
}

async function handOver({ keys = HAND_OVER.keys }: BenchOptions, deployed: Deployed): Promise<Report> {
  const due = Math.min(HAND_OVER.due, keys);
  // Eight requests a delivery: the hourly limit of Bitbucket's smallest plan would end it.
  const conditions = { ...REALISTIC, hostRequests: 10_000 };
  const handedOver = await measureHandOver({ ...HAND_OVER, keys, due, deployed, conditions, onProgress });
  return {
    document: { handOver: handedOver },
    text: [handOverTable(handedOver)],
    targets: handOverTargets(handedOver),
  };
}

async function main(): Promise<void> {
  const options = benchOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const deployed = readDeployed();
  try {
    const { document, text, targets } = await (options.handOver ? handOver : measure)(options, deployed);
    const met = targets.every((target) => target.met);
    const whole = { conditions: REALISTIC, notes: NOTES, ...document, targets, met };
    const printed = options.json
      ? JSON.stringify(whole, undefined, 2)
      : [NOTES.join('\n'), '', ...text, targetTable(targets)].join('\n');
    process.stdout.write(`${printed}\n`);
    if (!met) process.exitCode = 1;
  } finally {
    deployed.close();
  }
}

function onProgress(what: string): void {
  process.stderr.write(`… ${what}\n`);
}

main().catch((error: unknown) => {
  const isWrongUse = error instanceof OptionsError;
  const text =
    error instanceof Error && !isWrongUse ? error.stack : String(error instanceof Error ? error.message : error);
  process.stderr.write(`${text}\n${isWrongUse ? '\nnpm run bench -- --help says what there is.\n' : ''}`);
  process.exitCode = isWrongUse ? 2 : 1;
});
