import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PACKAGE_ROOT } from './package-root';

/** The app: of a package as it was built, of a checkout from its source. */
const BUILT_APP = join(PACKAGE_ROOT, 'dist', 'lib', 'app.js');
const SOURCE_APP = join(PACKAGE_ROOT, 'infra', 'app.ts');
/** In one process, so that nothing outlives it. */
const RUN_APP = existsSync(SOURCE_APP)
  ? ['--import', pathToFileURL(join(PACKAGE_ROOT, 'node_modules/tsx/dist/loader.mjs')).href, SOURCE_APP]
  : [BUILT_APP];

/** Synthesis failed; the message is what the CDK app printed for people. */
export class SynthesisError extends Error {
  override name = 'SynthesisError';
}

/**
 * Runs the CDK app as `cdk synth` runs it, bundles included. The folder is gone when the process ends, however it ends.
 *
 * @param config path of the configuration file
 * @param folder where a relative path starts
 * @returns the folder of the cloud assembly
 * @throws SynthesisError
 */
export async function synthesize(config: string, folder: string): Promise<string> {
  const file = resolve(folder, config);
  if (!existsSync(file)) {
    throw new SynthesisError(
      `${config} does not exist. Start from docs/examples/keyturn.yaml, or name a file with --config.`,
    );
  }
  const cdkOut = mkdtempSync(join(tmpdir(), 'keyturn-cdk-out-'));
  const app = spawn(process.execPath, RUN_APP, {
    cwd: PACKAGE_ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      CDK_OUTDIR: cdkOut,
      CDK_CONTEXT_JSON: JSON.stringify({ config: file }),
      // CloudFormation's schemas take seconds to load. What is deployed for good is checked by them all the same.
      CDK_VALIDATION: 'false',
    },
  });
  process.once('exit', () => {
    app.kill('SIGKILL');
    // It may just be making a file.
    rmSync(cdkOut, { recursive: true, force: true, maxRetries: 5 });
  });
  let said = '';
  app.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const status = await new Promise((done, failed) => app.once('error', failed).once('close', done));
  if (status !== 0) throw new SynthesisError(said.trim() || 'The CDK app stopped without a message.');
  return cdkOut;
}
