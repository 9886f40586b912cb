import { bold, dim, green, yellow } from 'yoctocolors';
import type { FoundAccount, Initialized } from '../../functions/core/config/initialized';
import { describeKey } from '../init/answers';
import { counted, wrapped } from './wrapped';

/** Users that are listed; the rest is counted. */
const MOST_USERS = 20;

/** What an account has, for people who are about to be asked. */
export function renderFound({ users, rootKeys, trails }: FoundAccount): string {
  const withKeys = users.filter(({ keys }) => keys.length > 0);
  const listed = withKeys
    .slice(0, MOST_USERS)
    .flatMap(({ name, keys }) => [bold(name), ...keys.map((key) => wrapped(describeKey(key), '  '))]);
  const more = withKeys.length - MOST_USERS;
  const logging = trails.filter(({ logsManagementEvents }) => logsManagementEvents).map(({ name }) => name);
  return [
    ...(withKeys.length === 0 ? ['No user has an access key.'] : listed),
    ...(more > 0 ? [dim(`and ${counted(more, 'user')} more`)] : []),
    ...(rootKeys > 0
      ? [yellow(wrapped(`The root user has ${counted(rootKeys, 'access key')}: delete it; nobody should use one.`))]
      : []),
    logging.length === 0
      ? yellow('No trail logs management events here: the stack will make one.')
      : `Management events are logged by the trail ${logging.join(', ')}.`,
    '',
  ].join('\n');
}

/** What comes after the file. */
interface NextSteps {
  /** @default - no place was chosen */
  readonly connection: string | undefined;
  /** The command that deploys it. */
  readonly deploy: string;
}

/** What was written, and what to do next: each command on a line of its own, to be copied. */
export function renderInitialized({ file, cdkJson, warnings }: Initialized, { connection, deploy }: NextSteps): string {
  const steps = [
    ['Read it, change what you like, and check it:', `npx keyturn validate ${file}`],
    ...(connection === undefined
      ? []
      : [['Store its token, which is tried first:', `npx keyturn connect ${connection} --config ${file}`]]),
    ['Deploy it:', deploy],
  ];
  return [
    green(`${file} is written${cdkJson ? ', and a cdk.json for "npx cdk"' : ''}.`),
    ...warnings.map(({ line, message, cure }) => yellow(wrapped(`Line ${line}: ${message}; ${cure}.`))),
    '',
    'What comes next:',
    ...steps.map(([what, command], at) => `  ${at + 1}. ${what}\n       ${command}`),
  ].join('\n');
}
