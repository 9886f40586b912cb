import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARCHIVE_FUNCTION, ENV, REPORT_FUNCTION } from '../../functions/core/names';
import { bundleFunctions } from '../../infra/bundles/bundle';
import { atMost, type Target } from './targets';

/**
 * KB that a bundle may weigh, and ms of processor time from its import to its first await. Importing waits for nothing,
 * and a busy machine does not count. Some ten of them are room for the next rules.
 */
const LIMITS = { kilobytes: 770, milliseconds: 300 };
/**
 * KMS's client weighs 50 KB and Lambda's, which sync has for its hosts and rotate to start deactivate, 70, most of it the
 * forms of operations that they do not use. Sync restarts nodes too, and asks the record for keys that roles replaced.
 */
const LIMITS_OF_SYNC = { ...LIMITS, kilobytes: 940 };
/** It starts deactivate where a key has leaked. */
const LIMITS_OF_ROTATE = { ...LIMITS, kilobytes: 870 };
/** The archive function copies, and every batch may find it cold. */
const LIMITS_OF_ARCHIVE = { kilobytes: 450, milliseconds: 200 };
/** The report brings the library that draws, runs once a month, and nobody waits for it. */
const LIMITS_OF_REPORT = { kilobytes: 2048, milliseconds: 600 };
const COLD_STARTS = 5;

const INIT = `
const start = process.cpuUsage();
require(process.argv[2]);
const { user, system } = process.cpuUsage(start);
process.stdout.write(String((user + system) / 1000));
`;

export interface MeasuredBundle {
  readonly bundle: string;
  readonly kilobytes: number;
  /** Processor time from import to ready, the median of several cold processes. */
  readonly coldMilliseconds: number;
}

/** Builds the bundles, weighs them and loads each into several fresh processes. */
export function measureBundles(): readonly MeasuredBundle[] {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
  try {
    const measure = join(folder, 'init.cjs');
    writeFileSync(measure, INIT);
    return bundleFunctions().map(({ name, file, bytes }) => ({
      bundle: name,
      kilobytes: Math.round(bytes / 1024),
      coldMilliseconds: Math.round(coldInit(measure, join(process.cwd(), file))),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function bundleTargets(bundles: readonly MeasuredBundle[]): readonly Target[] {
  return bundles.flatMap(({ bundle, kilobytes, coldMilliseconds }) => {
    const limits =
      {
        rotate: LIMITS_OF_ROTATE,
        sync: LIMITS_OF_SYNC,
        [REPORT_FUNCTION]: LIMITS_OF_REPORT,
        [ARCHIVE_FUNCTION]: LIMITS_OF_ARCHIVE,
      }[bundle] ?? LIMITS;
    return [
      atMost(`size of the bundle ${bundle}, minified`, kilobytes, limits.kilobytes, ' KB'),
      atMost(
        `${bundle}: processor time from import to ready, median of ${COLD_STARTS} processes`,
        coldMilliseconds,
        limits.milliseconds,
        ' ms',
      ),
    ];
  });
}

function coldInit(measure: string, script: string): number {
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    [ENV.topicArn]: 'arn:aws:sns:eu-west-1:111122223333:t',
    [ENV.release]: '0.1.0+bench',
    [ENV.stacks]: 'Keyturn',
    [ENV.sealKey]: 'arn:aws:kms:eu-west-1:111122223333:key/seal',
    [ENV.archiveBucket]: 'archive',
    [ENV.level]: 'operator',
    [ENV.providerConfig]: '0'.repeat(64),
    [ENV.usedTokens]: 'used-tokens',
    ...Object.fromEntries(Object.values(ENV.starts).map((name) => [name, 'bench'])),
  };
  const times = Array.from({ length: COLD_STARTS }, () =>
    Number(execFileSync(process.execPath, [measure, script], { env, encoding: 'utf8' })),
  );
  return times.sort((a, b) => a - b)[Math.floor(COLD_STARTS / 2)] ?? Number.NaN;
}
