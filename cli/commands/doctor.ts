import { Command } from 'commander';
import { version } from '../../package.json';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { usualConfig } from '../connections';
import { type Diagnosis, diagnose } from '../doctor/checks';
import { gather } from '../doctor/gather';
import { EXIT, EXIT_CODES } from '../exit-code';
import { renderDiagnosis } from '../render/doctor';
import type { Terminal } from '../terminal';

interface DoctorOptions extends AccessOptions {
  readonly config?: string;
  readonly json?: true;
}

/** `keyturn doctor`: whether everything is as it must be, before a deployment and after it. */
export function doctorCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(new Command('doctor'))
    .description(
      'Looks whether everything is true that must be, before a deployment and after it, and says of each thing that is ' +
        'not how it is cured. It changes nothing.',
    )
    .option('--config <file>', 'compare with this configuration (default: keyturn.yaml if there is one)')
    .option('--json', 'write what was found as one JSON document')
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      ended(await doctor(options, terminal));
    });
}

const HELP = `
Each check is ok, warn, fail or unknown. What cannot be read is unknown and
names the right that it takes; the managed policy KeyturnAuditor has them all
but those to read tokens. Where the token of a connection may be read, every place is tried with a
write that changes nothing.
${EXIT_CODES}
It is 1 when a check fails; a warning alone leaves it at 0.

Examples:
  keyturn doctor --profile audit --region eu-west-1
  keyturn doctor --config keyturn.yaml
  keyturn doctor --json | jq '.checks[] | select(.status == "fail")'`;

async function doctor({ config, json, ...options }: DoctorOptions, terminal: Terminal): Promise<number> {
  const { time, stdout, stderr, watched } = terminal;
  const read = usualConfig(config, terminal);
  const access = accessOf(options);
  const caller = await reach(access);
  if (watched) stderr.write(`Looking at ${caller.accountId} in ${caller.region}...\n`);
  const diagnosis = diagnose(await gather({ access, caller, time, version, config: read }));
  stdout.write(json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : `${renderDiagnosis(diagnosis)}\n`);
  return exitCodeOf(diagnosis);
}

function exitCodeOf({ counts, unreached }: Diagnosis): number {
  if (counts.fail > 0) return EXIT.problems;
  return unreached ? EXIT.unreachable : EXIT.fine;
}
