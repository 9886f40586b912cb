import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { GetAccessKeyLastUsedCommand, IAMClient, ListAccessKeysCommand, paginateListUsers } from '@aws-sdk/client-iam';
import { table } from '../../cli/render/table';
import { ENV } from '../../functions/core/names';
import { bundleFunctions } from '../../infra/bundle';
import { settledScene } from './settled-scene';

/** What a bundle may weigh, and how long it may take from its import to its first await. */
const BUNDLE_LIMIT = 700 * 1024;
const COLD_LIMIT = 200;
/** AWS calls a managed key in a run that finds nothing to do. */
const CALLS_LIMIT = 0.15;
const COLD_STARTS = 5;

const INIT = `
const { performance } = require('node:perf_hooks');
const start = performance.now();
require(process.argv[2]);
process.stdout.write(String(performance.now() - start));
`;

/** Milliseconds from import to ready, the median of several cold processes. */
function coldInit(script: string): number {
  const measure = join(mkdtempSync(join(tmpdir(), 'keyturn-bench-')), 'init.cjs');
  writeFileSync(measure, INIT);
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

function bundles() {
  return bundleFunctions().map(({ name, file, bytes }) => {
    const cold = coldInit(join(process.cwd(), file));
    return { bundle: name, bytes, coldMilliseconds: Math.round(cold), met: bytes < BUNDLE_LIMIT && cold < COLD_LIMIT };
  });
}

/** The usual way: every user, its keys, and the last use of each key, one after the other. */
async function usualScan(): Promise<void> {
  const client = new IAMClient({});
  for await (const page of paginateListUsers({ client }, {})) {
    for (const { UserName } of page.Users ?? []) {
      const { AccessKeyMetadata = [] } = await client.send(new ListAccessKeysCommand({ UserName }));
      for (const { AccessKeyId } of AccessKeyMetadata) {
        await client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
      }
    }
  }
}

async function quietScan(keys: number) {
  const scene = await settledScene(keys);
  const timed = async (work: () => Promise<unknown>) => {
    const from = scene.calls.length;
    const start = performance.now();
    await work();
    return { calls: scene.calls.length - from, milliseconds: Math.round(performance.now() - start) };
  };
  try {
    await scene.rotate();
    const runs = {
      rotate: await timed(() => scene.rotate()),
      deactivate: await timed(() => scene.deactivate()),
      delete: await timed(() => scene.delete()),
      sync: await timed(() => scene.sync()),
      usual: await timed(usualScan),
    };
    return Object.entries(runs).map(([run, { calls, milliseconds }]) => ({
      run,
      calls,
      callsPerKey: Math.round((calls / keys) * 1000) / 1000,
      milliseconds,
      ofUsual: Math.round((calls / runs.usual.calls) * 1000) / 1000,
      met: run === 'usual' || calls / keys <= CALLS_LIMIT,
    }));
  } finally {
    await scene.close();
  }
}

async function main(): Promise<void> {
  const { argv } = process;
  const keys = argv.includes('--keys') ? Number(argv[argv.indexOf('--keys') + 1]) : 1000;
  const result = { keys, bundles: bundles(), quietScan: await quietScan(keys) };
  if (argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  } else {
    const verdict = (met: boolean) => (met ? 'met' : 'MISSED');
    const sizes = result.bundles.map((row) => [
      row.bundle,
      `${Math.round(row.bytes / 1024)} KB`,
      `${row.coldMilliseconds} ms`,
      verdict(row.met),
    ]);
    const scans = result.quietScan.map((row) => [
      row.run,
      String(row.calls),
      String(row.callsPerKey),
      `${row.milliseconds} ms`,
      String(row.ofUsual),
      verdict(row.met),
    ]);
    process.stdout.write(
      [
        'Bundles (limits: 700 KB minified, 200 ms from import to ready, median of 5 processes)',
        table(['bundle', 'size', 'cold', 'limit'], sizes),
        '',
        `A run over ${keys} managed keys that finds nothing to do (limit: ${CALLS_LIMIT} calls a key)`,
        table(['run', 'AWS calls', 'a key', 'wall', 'of usual', 'limit'], scans),
        '',
      ].join('\n'),
    );
  }
  if ([...result.bundles, ...result.quietScan].some(({ met }) => !met)) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
