import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PACKAGE_ROOT } from './package-root';

/** The app: of a package as it was built, of a checkout from its source. */
const BUILT_APP = join(PACKAGE_ROOT, 'dist', 'lib', 'app.js');
const SOURCE_APP = join(PACKAGE_ROOT, 'infra', 'app.ts');
const RUN_APP = existsSync(SOURCE_APP)
  ? [join(PACKAGE_ROOT, 'node_modules/tsx/dist/cli.mjs'), SOURCE_APP]
  : [BUILT_APP];

/** Synthesis failed; the message is what the CDK app printed for people. */
export class SynthesisError extends Error {
  override name = 'SynthesisError';
}

/**
 * Runs the CDK app as `cdk synth` runs it, bundles included.
 *
 * @param config path of the configuration file
 * @param folder where a relative path starts
 * @returns the folder of the cloud assembly
 * @throws SynthesisError
 */
export function synthesize(config: string, folder: string): string {
  const file = resolve(folder, config);
  if (!existsSync(file)) {
    throw new SynthesisError(
      `${config} does not exist. Start from docs/examples/keyturn.yaml, or name a file with --config.`,
    );
  }
  const cdkOut = mkdtempSync(join(tmpdir(), 'keyturn-cdk-out-'));
  const { status, stderr } = spawnSync(process.execPath, RUN_APP, {
    cwd: PACKAGE_ROOT,
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: cdkOut, CDK_CONTEXT_JSON: JSON.stringify({ config: file }) },
  });
  if (status !== 0) throw new SynthesisError(stderr.trim() || 'The CDK app stopped without a message.');
  return cdkOut;
}
