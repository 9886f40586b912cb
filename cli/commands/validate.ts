import { Command } from 'commander';
import type { Config } from '../../functions/core/config/config';
import { type DeploymentOfKeys, deploymentOf } from '../../functions/core/config/deployed-keys';
import { policyWith } from '../../functions/core/config/policy';
import { shortfallsOfKeys } from '../../functions/core/config/shortfalls';
import { VALIDATE_SCHEMA, type Validated } from '../../functions/core/config/validated';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { readConfigFile } from '../config-file';
import { EXIT, EXIT_CODES } from '../exit-code';
import { renderValidated } from '../render/validated';
import type { Terminal } from '../terminal';

interface ValidateOptions extends AccessOptions {
  readonly deployed?: true;
  readonly strict?: true;
  readonly json?: true;
}

/** `keyturn validate`: what is wrong with a configuration, and what its deployment would do to the keys that there are. */
export function validateCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(new Command('validate'))
    .description(
      'Checks a configuration without AWS and without the CDK: every mistake with its place and its cure, and warnings ' +
        'of what is legal and probably not meant. With --deployed it also reads which keys the account has, and says ' +
        'which of them the deployment would leave to nobody. It changes nothing.',
    )
    .argument('[file]', 'the configuration', 'keyturn.yaml')
    .option('--strict', 'exit with 1 on warnings too')
    .option('--json', 'write what was found as one JSON document')
    .option('--deployed', 'compare it with what is deployed; KeyturnAuditor has the rights that this needs')
    .addHelpText('after', HELP)
    .action(async (file: string, options: ValidateOptions) => {
      ended(await validate(file, options, terminal));
    });
}

const HELP = `${EXIT_CODES}
Problems are mistakes in the file, warnings with --strict, and with --deployed a
deployment that would fail or drop half of the keys.

Examples:
  keyturn validate
  keyturn validate --strict production.yaml
  keyturn validate --json | jq -r '.mistakes[] | "\\(.line): \\(.message)"'
  keyturn validate --deployed --profile audit --region eu-west-1`;

async function validate(file: string, options: ValidateOptions, terminal: Terminal): Promise<number> {
  const { config, problems: mistakes, warnings } = readConfigFile(file, 'keyturn validate FILE', terminal);
  const deployed = options.deployed && config !== undefined ? await deploymentFor(config, options) : undefined;
  const isRefused = mistakes.length > 0 || (options.strict === true && warnings.length > 0);
  const ok = !isRefused && (deployed === undefined || isHarmless(deployed));
  const keys = config?.keys.length;
  const roles = config && (config.roles?.length ?? 0);
  const policies = config?.keys.map(({ id, policy }) => ({ id, policy: policyWith(config.policy, policy) })) ?? [];
  const shortfalls = shortfallsOfKeys(policies);
  const validated: Validated = {
    schema: VALIDATE_SCHEMA,
    file,
    ok,
    keys,
    roles,
    mistakes,
    warnings,
    shortfalls,
    deployed,
  };
  terminal.stdout.write(
    options.json ? `${JSON.stringify(validated, undefined, 2)}\n` : `${renderValidated(validated)}\n`,
  );
  return ok ? EXIT.fine : EXIT.problems;
}

/** @throws KeyturnError `aws-*` */
async function deploymentFor({ keys }: Config, options: ValidateOptions): Promise<DeploymentOfKeys> {
  const access = accessOf(options);
  await reach(access);
  // Most people check a file alone, and do not wait for the SDK.
  const { readDeployedKeys } = await import('../../functions/aws/deployed-keys');
  return deploymentOf(keys, await readDeployedKeys(access));
}

function isHarmless({ losesMost, taken, absent }: DeploymentOfKeys): boolean {
  return !losesMost && taken.length === 0 && absent.length === 0;
}
