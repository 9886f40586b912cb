import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENV } from '../../functions/core/names';
import { bundleFunctions } from '../../infra/bundle';
import { atMost, type Target } from './targets';

/** KB that a bundle may weigh, and ms that it may take from its import to its first await. */
const SIZE_LIMIT = 700;
const COLD_LIMIT = 200;
const COLD_STARTS = 5;

const INIT = `
const { performance } = require('node:perf_hooks');
const start = performance.now();
require(process.argv[2]);
process.stdout.write(String(performance.now() - start));
`;

export interface MeasuredBundle {
  readonly bundle: string;
  readonly kilobytes: number;
  /** Median of several cold processes, from import to ready. */
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
  return bundles.flatMap(({ bundle, kilobytes, coldMilliseconds }) => [
    atMost(`size of the bundle ${bundle}, minified`, kilobytes, SIZE_LIMIT, ' KB'),
    atMost(`${bundle} from import to ready, median of ${COLD_STARTS} processes`, coldMilliseconds, COLD_LIMIT, ' ms'),
  ]);
}

function coldInit(measure: string, script: string): number {
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    [ENV.topicArn]: 'arn:aws:sns:eu-west-1:111122223333:t',
  };
  const times = Array.from({ length: COLD_STARTS }, () =>
    Number(execFileSync(process.execPath, [measure, script], { env, encoding: 'utf8' })),
  );
  return times.sort((a, b) => a - b)[Math.floor(COLD_STARTS / 2)] ?? Number.NaN;
}
