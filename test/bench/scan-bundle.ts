import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { DeployedFunction } from './deployed';

/** The usual scan, built as the functions are and with a function's memory, to run in the same kind of process. */
export interface ScanBundle {
  readonly scan: DeployedFunction;
  close(): void;
}

export function buildScan(like: DeployedFunction): ScanBundle {
  const codeDirectory = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
  buildSync({
    entryPoints: [join(__dirname, 'usual-scan.ts')],
    outfile: join(codeDirectory, 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  const scan = { ...like, codeDirectory, handler: 'index.handler' };
  return { scan, close: () => rmSync(codeDirectory, { recursive: true, force: true }) };
}
