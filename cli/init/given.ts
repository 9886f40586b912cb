import type { FoundAccount, FoundRepository, FoundUser } from '../../functions/core/config/initialized';
import { KeyturnError } from '../../functions/core/errors';
import { Redacted } from '../../functions/core/key/credential';
import { lookAtWorkspace, type Workspace } from '../../functions/hosts/bitbucket/workspace';
import type { Terminal } from '../terminal';
import { type Answers, type Destination, problemWith } from './answers';
import type { Known } from './ask';
import { connectionNamed, tokenOf } from './token';

/** What flags can say instead of answers. */
export interface InitFlags {
  readonly user?: readonly string[];
  readonly deliverTo?: readonly string[];
  readonly notify?: readonly string[];
  readonly workspace?: string;
  readonly secret?: string;
  readonly email?: string;
  readonly bitbucketUrl?: string;
  readonly tokenStdin?: true;
}

/** The most names that a message lists. */
const MOST_NAMES = 10;

/** What the flags say. @throws KeyturnError `invalid-request` for what they cannot mean */
export function knownFrom(flags: InitFlags): Known {
  const { user: users = [], notify = [], workspace, secret, bitbucketUrl: url } = flags;
  const deliverTo = new Map((flags.deliverTo ?? []).map((text) => destinationOf(text, users)));
  const [first] = deliverTo.values();
  const home = workspace ?? first?.repository.split('/')[0];
  const connection = home === undefined ? undefined : connectionNamed(home, { secret, url });
  const known = { users, notify, deliverTo, workspace, secret, url, connection };
  const problem = problemWith({ users: users.length === 0 ? ['somebody'] : users, notify, deliverTo, connection });
  if (problem !== undefined) throw new KeyturnError('invalid-request', `keyturn init: ${problem}.`);
  return known;
}

/** `<user>=<workspace>/<repository>[:<environment>]`; a user's name may hold what separates. */
function destinationOf(text: string, users: readonly string[]): readonly [user: string, Destination] {
  const user = [...users].sort((a, b) => b.length - a.length).find((name) => text.startsWith(`${name}=`));
  if (user === undefined) {
    const says = `keyturn init: --deliver-to ${text}: expected <user>=<workspace>/<repository>:<environment>, with the user of a --user.`;
    throw new KeyturnError('invalid-request', says);
  }
  const [repository = '', ...environment] = text.slice(user.length + 1).split(':');
  return [user, { repository, environment: environment.length === 0 ? undefined : environment.join(':') }];
}

/** Which flags have to be given where nobody can be asked. */
export function missingFlags({ users, notify }: Answers): readonly string[] {
  return [...(users.length === 0 ? ['--user'] : []), ...(notify.length === 0 ? ['--notify'] : [])];
}

/**
 * The account with the users that were named, by the names that IAM has. The credential report may be four hours old, so
 * that IAM is asked for those who are not in it.
 *
 * @throws KeyturnError `invalid-request` for a user that the account does not have, `aws-*`
 */
export async function withNamedUsers(
  found: FoundAccount,
  { users }: Answers,
  lookAt: (user: string) => Promise<FoundUser | undefined>,
): Promise<FoundAccount> {
  const named: FoundUser[] = [];
  for (const user of users.filter((name) => !found.users.some((one) => one.name === name))) {
    const spelled = found.users.find(({ name }) => name.toLowerCase() === user.toLowerCase());
    const fresh = spelled === undefined ? await lookAt(user) : undefined;
    if (fresh === undefined) {
      const there = someOf(found.users.map(({ name }) => name));
      const cure =
        spelled === undefined ? `Create it first, or name one of these: ${there}.` : `IAM spells it ${spelled.name}.`;
      throw new KeyturnError('invalid-request', `keyturn init: the account ${found.id} has no user ${user}. ${cure}`);
    }
    named.push(fresh);
  }
  return { ...found, users: [...found.users, ...named] };
}

/** Reads a token from standard input, to its end. @throws KeyturnError `invalid-request` where there is none */
export async function openWorkspace(
  flags: InitFlags,
  known: Known,
  terminal: Terminal,
): Promise<Workspace | undefined> {
  if (!flags.tokenStdin) return undefined;
  const workspace = known.workspace ?? known.connection?.name;
  if (workspace === undefined)
    throw new KeyturnError('invalid-request', 'keyturn init: --token-stdin needs --workspace.');
  if (terminal.stdin.isTTY === true) {
    const says =
      'keyturn init: --token-stdin takes a token from a pipe, and this is a terminal. Leave it out to be asked.';
    throw new KeyturnError('invalid-request', says);
  }
  let text = '';
  for await (const chunk of terminal.stdin) text += String(chunk);
  if (text.trim() === '') throw new KeyturnError('invalid-request', 'keyturn init: standard input held no token.');
  const { secret, url } = known.connection ?? connectionNamed(workspace, known);
  const token = tokenOf(new Redacted(text.trim()), flags.email);
  return lookAtWorkspace({ workspace, token, secret, url, time: terminal.time });
}

/**
 * The repositories of a workspace, and the environments of those that keys are delivered to.
 *
 * @throws KeyturnError `invalid-request` for a destination that is not there, HostError
 */
export async function lookAtDestinations(
  workspace: Workspace,
  { deliverTo }: Answers,
): Promise<readonly FoundRepository[]> {
  const names = await workspace.repositories();
  const environments = new Map<string, readonly string[]>();
  for (const { repository, environment } of deliverTo.values()) {
    const name = names.find((one) => one.toLowerCase() === repository.toLowerCase());
    if (name === undefined) throw notThere(`repository ${repository}`, names);
    const there = environments.get(name) ?? (await workspace.environments(name));
    environments.set(name, there);
    if (environment !== undefined && !there.some((one) => one.toLowerCase() === environment.toLowerCase())) {
      throw notThere(`deployment environment ${environment} in ${name}`, there);
    }
  }
  return names.map((name) => ({ name, environments: environments.get(name) }));
}

function notThere(what: string, there: readonly string[]): KeyturnError {
  const says = `keyturn init: this token sees no ${what}. It sees ${there.length === 0 ? 'none' : someOf(there)}.`;
  return new KeyturnError('invalid-request', says);
}

export function someOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return [...names.slice(0, MOST_NAMES), ...(more > 0 ? [`and ${more} more`] : [])].join(', ') || 'there is none';
}
