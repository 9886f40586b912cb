import { existsSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { KeyturnError } from '../functions/core/errors';
import { bundleFunctions } from './bundles/bundle';
import { BUNDLES_FOLDER } from './bundles/bundles-folder';
import { writeJsonSchemas } from './bundles/json-schemas';
import { KeyturnStack } from './engine/keyturn-stack';

/** Set by the CDK's command, which has then run cdk.json's `build` already. */
const BUILT_BY_CDK = process.env.CDK_CLI_VERSION !== undefined && existsSync(BUNDLES_FOLDER);

function main(): void {
  if (!BUILT_BY_CDK) {
    bundleFunctions();
    writeJsonSchemas();
  }
  const app = new App();
  const file = String(app.node.tryGetContext('config') ?? 'keyturn.yaml');
  const keyStacks: unknown = app.node.tryGetContext('keyStacks');
  KeyturnStack.fromFile(app, 'Keyturn', file, keyStacks === undefined ? {} : { keyStacks: Number(keyStacks) });
  app.synth();
}

try {
  main();
} catch (thrown) {
  if (!(thrown instanceof KeyturnError)) throw thrown;
  console.error(thrown.message);
  process.exitCode = 1;
}
