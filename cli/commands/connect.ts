import { Command } from 'commander';
import { callerConfig } from '../../functions/aws/client-config';
import {
  type ConnectionStore,
  createConnectionStore,
  type StoredConnection,
} from '../../functions/aws/connection-store';
import { KeyturnError } from '../../functions/core/errors';
import { tokenFormsOf } from '../../functions/core/hosts/target';
import type { Redacted } from '../../functions/core/key/credential';
import { CONNECTION_SECRET_PREFIX, idOfSecret } from '../../functions/core/names';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { type Before, type Decision, decide, isProved, isUnreachable, worksLess } from '../connect/decide';
import { tokenFrom } from '../connect/token-input';
import { type TriedToken, tryToken } from '../connect/try-token';
import { type ConnectionUse, readConnections } from '../connections';
import { EXIT, EXIT_CODES } from '../exit-code';
import { instantOf } from '../instant';
import { type Connected, renderConnected } from '../render/connected';
import type { Terminal } from '../terminal';

interface ConnectOptions extends AccessOptions {
  readonly config?: string;
  readonly tokenStdin?: true;
  readonly email?: string;
  readonly clientId?: string;
  readonly expires?: Date;
  readonly dryRun?: true;
  readonly force?: true;
  readonly json?: true;
}

/** `keyturn connect`: a token is tried before it is stored, and one that works less than the one before is not. */
export function connectCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(new Command('connect'))
    .description(
      'Takes the token of a CI host, tries it at every place of a connection with a write that changes nothing, and ' +
        "stores it in the connection's secret. The token before it stays as AWSPREVIOUS.",
    )
    .argument('<connection>', 'its name in the configuration')
    .option('--config <file>', 'configuration (default: keyturn.yaml if there is one, otherwise the deployed registry)')
    .option('--token-stdin', 'read the token from standard input instead of asking for it')
    .option('--email <address>', 'the token is an API token of this account')
    .option('--client-id <id>', 'the token is the secret of an OAuth consumer with this key')
    .option('--expires <date>', 'when it ends, where the host does not tell: 2027-01-31', instantOf)
    .option('--dry-run', 'only try it, and store nothing')
    .option('--force', 'store it although it lacks something, or works less than the one before')
    .option('--json', 'write what was found as one JSON document')
    .addHelpText('after', HELP)
    .action(async (name: string, options: ConnectOptions) => {
      ended(await connect(name, options, terminal));
    });
}

const HELP = `
The token is asked for without showing it, or read from standard input; it is
never an argument, and never printed. Standard input may also hold the JSON that
the secret is to hold. Of an access token nothing else has to be said.
It needs secretsmanager:DescribeSecret, CreateSecret, PutSecretValue,
TagResource and UntagResource on the connection's secret. Where GetSecretValue is allowed
too, the token before is tried as well, to compare them.
${EXIT_CODES}
It is 0 only when every place has shown that the token may write there; one
where that stays unproved is named, and makes it 1.

Examples:
  keyturn connect acme --expires 2027-01-31
  keyturn connect acme --dry-run
  pass show bitbucket/keyturn | keyturn connect acme --token-stdin
  keyturn connect acme --email ci@example.com`;

async function connect(name: string, options: ConnectOptions, terminal: Terminal): Promise<number> {
  const { time } = terminal;
  const { dryRun = false, force = false } = options;
  assertAhead(options.expires, time.now());
  const access = accessOf(options);
  const { source, uses } = await readConnections(options.config, terminal, access);
  const use = namedUse(name, uses, source);
  const token = await tokenFrom(terminal, {
    forms: tokenFormsOf(use.connection.host),
    names: { email: options.email, clientId: options.clientId },
    connection: name,
    fromStdin: options.tokenStdin === true,
  });
  const { accountId, region } = await reach(access);
  const store = createConnectionStore(use.connection.secret, callerConfig(access));
  const stored = await store.find();
  const tried = await tryOne(token, use, terminal, options.json !== true);
  const before = stored === undefined ? 'none' : await compared(store, token, tried, use, terminal);
  const decision = decide(tried, before, { dryRun, force });
  const expires = writtenDown(tried.token?.endsAt ?? options.expires);
  const notes =
    decision.store || decision.because === 'same'
      ? await keep(store, token, { use, stored, expires }, decision.store)
      : [];
  const connected: Connected = {
    schema: 'keyturn.connect/v1',
    account: accountId,
    region,
    connection: name,
    host: use.connection.host,
    url: use.connection.url,
    secret: use.connection.secret,
    token: tried.token,
    expires,
    places: tried.places,
    proved: isProved(tried),
    before,
    stored: storedAs(decision, stored),
    because: decision.because,
    notes,
  };
  terminal.stdout.write(
    options.json ? `${JSON.stringify(connected, undefined, 2)}\n` : `${renderConnected(connected)}\n`,
  );
  if (decision.because === 'foreign') return EXIT.problems;
  return isUnreachable(tried) ? EXIT.unreachable : isProved(tried) ? EXIT.fine : EXIT.problems;
}

/** A day as a date, for the tag that people read. */
function writtenDown(end: Date | undefined): string | undefined {
  return end?.toISOString().replace(/T00:00:00\.000Z$/, '');
}

function assertAhead(expires: Date | undefined, now: Date): void {
  if (expires === undefined || expires > now) return;
  throw new KeyturnError(
    'invalid-request',
    `--expires ${expires.toISOString()} has passed: a token that has ended is no use.`,
  );
}

/** @throws KeyturnError `invalid-request`, with the names that there are */
function namedUse(name: string, uses: readonly ConnectionUse[], source: string): ConnectionUse {
  const [use, another] = uses.filter((one) => one.name === name);
  if (use !== undefined && another !== undefined) {
    throw new KeyturnError(
      'invalid-request',
      `The connection ${JSON.stringify(name)} is two in ${source}: ${use.connection.url} and ${another.connection.url}, or two secrets. Name the configuration with --config.`,
    );
  }
  if (use !== undefined) return withOwnSecret(use);
  const names = [...new Set(uses.map((one) => one.name))].join(', ') || 'none';
  throw new KeyturnError(
    'invalid-request',
    `There is no connection ${JSON.stringify(name)} in ${source}. There are: ${names}. A configuration is named with --config.`,
  );
}

/** @throws KeyturnError `invalid-config` where its secret is that of a managed key: it holds a live key, and no token */
function withOwnSecret(use: ConnectionUse): ConnectionUse {
  const { secret } = use.connection;
  const name = /^arn:[^:]+:secretsmanager:[^:]+:\d*:secret:(.+?)(-[A-Za-z0-9]{6})?$/.exec(secret)?.[1] ?? secret;
  if (idOfSecret(name) === undefined) return use;
  throw new KeyturnError(
    'invalid-config',
    `The connection "${use.name}" names the secret ${secret}, which is that of a managed key: expected one of its own, such as ${CONNECTION_SECRET_PREFIX}${use.name}.`,
  );
}

/** Whether a secret's value has the fields of a token, in one of the forms that the host takes. */
function isToken(value: Redacted, host: string): boolean {
  try {
    const fields = Object.keys(JSON.parse(value.reveal())).sort().join();
    return tokenFormsOf(host).some(
      ({ secret, name }) =>
        [secret, name]
          .filter((each) => each !== undefined)
          .sort()
          .join() === fields,
    );
  } catch {
    return false;
  }
}

function tryOne(token: Redacted, { connection, targets }: ConnectionUse, terminal: Terminal, tells: boolean) {
  const { time, stderr, watched } = terminal;
  if (watched && tells)
    stderr.write(`Trying it at ${targets.length} ${targets.length === 1 ? 'place' : 'places'}...\n`);
  return tryToken({ connection, targets, time, secrets: { read: () => Promise.resolve(token) } });
}

/** Tries the token before, where it can be read and the new one does not do. */
async function compared(
  store: ConnectionStore,
  token: Redacted,
  tried: TriedToken,
  use: ConnectionUse,
  terminal: Terminal,
): Promise<Before> {
  const earlier = await store.read();
  if (earlier === undefined) return 'unreadable';
  if (earlier.reveal() === token.reveal()) return 'same';
  // What stands under the connections' own prefix is ours to put right.
  const { host, secret } = use.connection;
  if (!secret.includes(CONNECTION_SECRET_PREFIX) && !isToken(earlier, host)) return 'foreign';
  if (isProved(tried)) return 'not-better';
  try {
    return worksLess(tried, await tryOne(earlier, use, terminal, false)) ? 'better' : 'not-better';
  } catch {
    // What no host takes is no better than anything.
    return 'not-better';
  }
}

interface Kept {
  readonly use: ConnectionUse;
  readonly stored: StoredConnection | undefined;
  readonly expires: string | undefined;
}

/** @returns what a person should know of it */
async function keep(
  store: ConnectionStore,
  token: Redacted,
  { use, stored, expires }: Kept,
  isOther: boolean,
): Promise<readonly string[]> {
  const { secret } = use.connection;
  if (stored === undefined) {
    if (secret.startsWith('arn:')) {
      throw new KeyturnError(
        'secret-missing',
        `There is no secret ${secret}. Name it by a name in the configuration, and it is made.`,
      );
    }
    await store.create(token, use.encryptionKey, expires);
    return [];
  }
  if (isOther) await store.replace(token);
  const notes: string[] = [];
  // Of a token that is there already nothing is taken away, and a date that was not written yet is.
  if (expires !== stored.expires && (expires !== undefined || (isOther && stored.expires !== undefined))) {
    await store.setExpires(expires);
    if (expires === undefined)
      notes.push(
        'The tag keyturn:expires told of the token before, and was taken away: say with --expires when this one ends.',
      );
  }
  if (use.encryptionKey !== undefined && stored.encryptionKey !== use.encryptionKey) {
    notes.push(
      `Another KMS key encrypts it than the configuration says. Change that with: aws secretsmanager update-secret --secret-id ${secret} --kms-key-id ${use.encryptionKey}`,
    );
  }
  return notes;
}

function storedAs(decision: Decision, stored: StoredConnection | undefined): Connected['stored'] {
  if (!decision.store) return 'no';
  return stored === undefined ? 'created' : 'replaced';
}
