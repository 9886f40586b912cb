import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { KeyturnError } from '../functions/core/errors';
import { BUNDLES_FOLDER } from './bundles/bundles-folder';
import { KeyturnStack } from './engine/keyturn-stack';

/** Set by the CDK's command, which has then run cdk.json's `build` already. */
const BUILT_BY_CDK = process.env.CDK_CLI_VERSION !== undefined && existsSync(BUNDLES_FOLDER);
/** A package has the bundles, and nothing to make them of. */
const IS_CHECKOUT = existsSync(join(__dirname, 'build.ts'));

async function main(): Promise<void> {
  if (IS_CHECKOUT && !BUILT_BY_CDK) await import('./build');
  const app = new App();
  const file = String(app.node.tryGetContext('config') ?? 'keyturn.yaml');
  const keyStacks: unknown = app.node.tryGetContext('keyStacks');
  KeyturnStack.fromFile(app, 'Keyturn', file, keyStacks === undefined ? {} : { keyStacks: Number(keyStacks) });
  app.synth();
}

main().catch((thrown: unknown) => {
  if (!(thrown instanceof KeyturnError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 1;
});
