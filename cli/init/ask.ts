import { checkbox, confirm, input, password, search, select } from '@inquirer/prompts';
import type { FoundAccount, FoundUser } from '../../functions/core/config/initialized';
import { KeyturnError } from '../../functions/core/errors';
import { Redacted } from '../../functions/core/key/credential';
import { lookAtWorkspace, type Workspace } from '../../functions/hosts/bitbucket/workspace';
import { counted, wrapped } from '../render/wrapped';
import type { Terminal } from '../terminal';
import { type Answers, type Destination, describeKey, problemWith } from './answers';
import { connectionNamed, tokenOf } from './token';

/** What flags have said already is not asked again. */
export interface Known extends Answers {
  readonly workspace?: string | undefined;
  readonly secret?: string | undefined;
  readonly url?: string | undefined;
}

/** The answers of a person at a terminal; questions go to standard error, so that standard output stays the document. */
export async function ask(known: Known, found: FoundAccount | undefined, terminal: Terminal): Promise<Answers> {
  const context = { input: terminal.stdin, output: terminal.stderr };
  const users = known.users.length > 0 ? known.users : await askUsers(found, context);
  const open = users.filter((user) => !known.deliverTo.has(user));
  const delivered =
    open.length > 0 && (await confirm({ message: 'Do pipelines at Bitbucket use these keys?' }, context))
      ? await askBitbucket(known, open, terminal)
      : undefined;
  const notify =
    known.notify.length > 0 ? known.notify : await askAddresses('Who hears of findings and failures?', context);
  return {
    users,
    notify,
    deliverTo: new Map([...known.deliverTo, ...(delivered?.deliverTo ?? [])]),
    connection: known.connection ?? delivered?.connection,
  };
}

interface Context {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

async function askUsers(found: FoundAccount | undefined, context: Context): Promise<readonly string[]> {
  const users = (found?.users ?? []).filter(({ keys }) => keys.length > 0);
  if (users.length === 0) {
    const message = 'Which IAM users have keys that pipelines use? (names, with commas between)';
    return listed(
      await input({ message, required: true, validate: (text) => isSound({ users: listed(text) }) }, context),
    );
  }
  const message = `Which users' keys are to be rotated? ${counted(users.length, 'user')} of ${found?.id ?? 'it'} have keys.`;
  return checkbox({ message, required: true, pageSize: 12, choices: users.map(choiceOf) }, context);
}

function choiceOf({ name, keys }: FoundUser) {
  const oldest = Math.max(...keys.map(({ ageInDays = 0 }) => ageInDays));
  const short = `${name} (${counted(keys.length, 'key')}, ${counted(oldest, 'day')} old)`;
  return { value: name, name: short, short: name, description: keys.map(describeKey).join('; ') };
}

async function askBitbucket(
  known: Known,
  users: readonly string[],
  terminal: Terminal,
): Promise<Pick<Answers, 'deliverTo' | 'connection'>> {
  const context = { input: terminal.stdin, output: terminal.stderr };
  const workspace = known.workspace ?? (await askWorkspace(context));
  const connection = known.connection ?? connectionNamed(workspace, known);
  const look = await askToken(workspace, connection, terminal);
  const deliverTo = new Map<string, Destination>();
  for (const user of users) {
    const destination = await askDestination(user, workspace, look, context);
    if (destination !== undefined) deliverTo.set(user, destination);
  }
  return { deliverTo, connection };
}

function askWorkspace(context: Context): Promise<string> {
  const validate = (slug: string) => isSoundDestination({ repository: `${slug}/any` });
  return input({ message: 'Which workspace?', required: true, validate }, context);
}

/** What a token shows. */
interface Look {
  readonly workspace: Workspace;
  readonly repositories: readonly string[];
}

/** Asks until there is a token that may look, or none. @returns undefined where the person types what one would show */
async function askToken(
  workspace: string,
  connection: NonNullable<Answers['connection']>,
  terminal: Terminal,
): Promise<Look | undefined> {
  const context = { input: terminal.stdin, output: terminal.stderr };
  for (;;) {
    const message = 'A token, to choose repositories from (not kept; Enter: type their names)';
    const given = (await password({ message }, context)).trim();
    if (given === '') return undefined;
    const email = given.startsWith('ATATT')
      ? await input({ message: 'E-mail address of its owner', required: true }, context)
      : undefined;
    const token = tokenOf(new Redacted(given), email);
    const look = lookAtWorkspace({
      secret: connection.secret,
      url: connection.url,
      workspace,
      token,
      time: terminal.time,
    });
    try {
      return { workspace: look, repositories: await look.repositories() };
    } catch (thrown) {
      if (!(thrown instanceof KeyturnError)) throw thrown;
      terminal.stderr.write(`${wrapped(thrown.message)}\n`);
    }
  }
}

async function askDestination(
  user: string,
  workspace: string,
  look: Look | undefined,
  context: Context,
): Promise<Destination | undefined> {
  const repository = await askRepository(user, workspace, look, context);
  if (repository === undefined) return undefined;
  const environments = await environmentsOf(repository, look, context);
  if (environments.length === 0) {
    const message = `Which deployment environment of ${repository}? (Enter: all of its pipelines)`;
    const validate = (name: string) => name === '' || isSoundDestination({ repository, environment: name });
    const environment = await input({ message, validate }, context);
    return { repository, environment: environment === '' ? undefined : environment };
  }
  const choices = [
    ...environments.map((name) => ({ name, value: name })),
    { name: 'all of its pipelines (variables of the repository)', value: undefined, short: 'all' },
  ];
  const message = `Which deployment environment of ${repository}?`;
  return { repository, environment: await select<string | undefined>({ message, choices }, context) };
}

/** Those that the token shows; where it may not see them a person types one. */
async function environmentsOf(
  repository: string,
  look: Look | undefined,
  { output }: Context,
): Promise<readonly string[]> {
  try {
    return (await look?.workspace.environments(repository)) ?? [];
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError)) throw thrown;
    output.write(`${wrapped(thrown.message)}\n`);
    return [];
  }
}

async function askRepository(
  user: string,
  workspace: string,
  look: Look | undefined,
  context: Context,
): Promise<string | undefined> {
  const names = look?.repositories ?? [];
  if (names.length === 0) {
    const validate = (slug: string) =>
      slug === '' || isSoundDestination({ repository: withWorkspace(slug, workspace) });
    const slug = await input(
      { message: `Which repository uses the key of ${user}? (Enter: not yet)`, validate },
      context,
    );
    return slug === '' ? undefined : withWorkspace(slug, workspace);
  }
  const none = { name: '(not yet)', value: undefined };
  const source = (term = '') => [
    ...names.filter((name) => name.includes(term.toLowerCase())).map((name) => ({ name, value: name })),
    none,
  ];
  return search<string | undefined>({ message: `Which repository uses the key of ${user}?`, source }, context);
}

function withWorkspace(slug: string, workspace: string): string {
  return slug.includes('/') ? slug : `${workspace}/${slug}`;
}

async function askAddresses(message: string, context: Context): Promise<readonly string[]> {
  const validate = (text: string) => isSound({ notify: listed(text) });
  return listed(await input({ message: `${message} (e-mail addresses)`, required: true, validate }, context));
}

function isSound(answers: Partial<Answers>): true | string {
  return problemWith(answers) ?? true;
}

function isSoundDestination(destination: Destination): true | string {
  return isSound({
    deliverTo: new Map([['somebody', destination]]),
    connection: { name: 'any', secret: 'any' },
  });
}

function listed(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter((part) => part !== '');
}
