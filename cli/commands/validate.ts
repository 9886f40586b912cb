import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readDeployedKeys } from '../../functions/aws/deployed-keys';
import { type DeploymentOfKeys, deploymentOf } from '../../functions/core/config/deployed-keys';
import { parseConfig, problemLine } from '../../functions/core/config/parse-config';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { EXIT } from '../exit-code';
import type { Terminal } from '../terminal';

interface ValidateOptions extends AccessOptions {
  readonly deployed?: true;
}

/** `keyturn validate`: what is wrong with a configuration, and what its deployment would do to the keys that there are. */
export function validateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(new Command('validate'))
    .description(
      'Checks a configuration without the CDK. With --deployed it also reads which keys the account has, and says which ' +
        'of them the deployment would leave to nobody. It changes nothing.',
    )
    .argument('[file]', 'the configuration', 'keyturn.yaml')
    .option('--deployed', 'compare it with what is deployed; KeyturnAuditor has the rights that this needs')
    .addHelpText(
      'after',
      '\nExit codes: 0 when it can be deployed, 1 when the file is wrong, or when with --deployed the deployment would fail\n' +
        'or drop half of the keys, 2 when there is no such file, 3 when the account cannot be read.',
    )
    .action(async (file: string, options: ValidateOptions) => {
      ended(await validate(file, options, terminal));
    });
}

async function validate(file: string, options: ValidateOptions, { folder, stdout, stderr }: Terminal): Promise<number> {
  const { config, problems } = parseConfig(readFileSync(resolve(folder, file), 'utf8'));
  if (config === undefined) {
    for (const problem of problems) stderr.write(`${problemLine(file, problem)}\n`);
    return EXIT.problems;
  }
  if (!options.deployed) {
    stdout.write(`${file} is sound: ${config.keys.length} managed keys.\n`);
    return EXIT.fine;
  }
  const access = accessOf(options);
  await reach(access);
  const deployment = deploymentOf(config.keys, await readDeployedKeys(access));
  const lines = said(deployment);
  for (const line of lines) stdout.write(`${line}\n`);
  if (lines.length === 0) stdout.write(`${file} keeps every key that is deployed.\n`);
  const { losesMost, taken, absent } = deployment;
  return losesMost || taken.length > 0 || absent.length > 0 ? EXIT.problems : EXIT.fine;
}

function said({ dropped, losesMost, taken, absent }: DeploymentOfKeys): readonly string[] {
  return [
    ...(dropped.length === 0
      ? []
      : [
          `Taken out, so that nobody rotates them any more: ${dropped.join(', ')}.` +
            (losesMost ? ' That is half of the registry or more: is it the right file, and the right account?' : ''),
        ]),
    ...taken.map((id) => `${id}: the secret keyturn/${id} is there already; write "secret: existing", which takes it.`),
    ...absent.map((id) => `${id}: there is no secret keyturn/${id}; restore it, or take "secret: existing" out.`),
  ];
}
