import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Emulator } from './emulator';
import { ACCOUNT_ID, REGION } from './emulator';

const CDK = join(__dirname, '../../node_modules/aws-cdk/bin/cdk');

/** The `cdk` command ended with an error; the message is what it printed. */
export class CdkError extends Error {
  override name = 'CdkError';
}

/**
 * Runs the real `cdk` command against the emulated account.
 *
 * @returns what it printed
 * @throws CdkError
 */
export async function cdk(emulator: Emulator, ...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [CDK, ...args, '--ci', '--no-notices', '--no-color'], {
    // Not in the project's folder: its cdk.json would build the bundles and run the app once more.
    cwd: emulator.folder,
    env: emulator.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      printed += text.toString();
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0) throw new CdkError(printed);
  return printed;
}

export function bootstrap(emulator: Emulator, region = REGION): Promise<string> {
  return cdk(emulator, 'bootstrap', `aws://${ACCOUNT_ID}/${region}`);
}

/** Deploys all stacks of a cloud assembly. @param assembly the folder that `cdk synth` wrote */
export function deploy(emulator: Emulator, assembly: string, ...args: readonly string[]): Promise<string> {
  const always = ['--all', '--require-approval', 'never', '--progress', 'events'];
  return cdk(emulator, 'deploy', '--app', assembly, ...always, ...args);
}

export function destroy(emulator: Emulator, assembly: string): Promise<string> {
  return cdk(emulator, 'destroy', '--app', assembly, '--all', '--force');
}
