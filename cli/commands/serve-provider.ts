import { Command } from 'commander';
import type { Log } from '../../functions/account/ports';
import { KeyturnError } from '../../functions/core/errors';
import { PROVIDER_LOG_GROUP } from '../../functions/core/names';
import { cleaned } from '../../functions/core/outside-text';
import { version } from '../../package.json';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { readSoundConfig } from '../config-file';
import { EXIT, EXIT_CODES } from '../exit-code';
import { openProvider } from '../provider/open';
import type { Terminal } from '../terminal';
import { portNumber } from '../whole-number';

interface ServeProviderOptions extends AccessOptions {
  readonly config: string;
  readonly port: number;
}

/** `keyturn serve-provider`: gives steps of Bitbucket Pipelines their secrets when they start. */
export function serveProviderCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(
    new Command('serve-provider')
      .description(
        'Serves "provider" of a keyturn.yaml on 127.0.0.1, until it is ended: a self-hosted runner asks it with the token ' +
          'of a step that starts, and gets the variables that the rules give to this step.',
      )
      .option('-c, --config <file>', 'configuration with "provider"', 'keyturn.yaml')
      .option('--port <port>', 'where it listens; 0 for a free port', portNumber, 8787),
  )
    .addHelpText('after', HELP)
    .action(async (options: ServeProviderOptions) => {
      ended(await serveUntilEnded(options, terminal));
    });
}

const HELP = `
Each decision about a step stands in the log group ${PROVIDER_LOG_GROUP} before it
is answered; without a record nothing is given, and it does not start.
Standard error has one line of JSON for each answer, never a value or a token.
${EXIT_CODES}

Examples:
  keyturn serve-provider --config keyturn.yaml
  keyturn serve-provider --config keyturn.yaml --port 9000 --region eu-west-1`;

async function serveUntilEnded(options: ServeProviderOptions, terminal: Terminal): Promise<number> {
  const { provider: config } = readSoundConfig(options.config, 'keyturn serve-provider -c FILE', terminal);
  if (config === undefined) {
    const message = `${options.config} has no "provider": docs/start/provider.md says what stands there.`;
    throw new KeyturnError('invalid-request', message);
  }
  const access = accessOf(options);
  const { accountId: account, region } = await reach(access);
  const end = ending();
  const { time } = terminal;
  const origin = { account, region, functionVersion: version };
  const log = logTo(terminal);
  const server = await openProvider({ config, access, origin, port: options.port, time, log });
  terminal.stdout.write(`Serving on ${server.url}, until Ctrl+C.\n`);
  await end;
  await server.close();
  return EXIT.fine;
}

/** Somebody ends the process; what is being answered is answered first. */
function ending(): Promise<void> {
  return new Promise((end) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end());
  });
}

function logTo({ stderr, time }: Terminal): Log {
  const write =
    (level: string) =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}) => {
      const clean = Object.entries(facts).map(([name, fact]) => [
        name,
        typeof fact === 'string' ? cleaned(fact, 500) : fact,
      ]);
      stderr.write(
        `${JSON.stringify({ time: time.now().toISOString(), level, message, ...Object.fromEntries(clean) })}\n`,
      );
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
