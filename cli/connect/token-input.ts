import { password } from '@inquirer/prompts';
import { KeyturnError } from '../../functions/core/errors';
import type { TokenForm } from '../../functions/core/hosts/host';
import { Redacted } from '../../functions/core/key/credential';
import type { Terminal } from '../terminal';

export interface TokenAsked {
  /** The forms of the connection's host, the best one first. */
  readonly forms: readonly TokenForm[];
  /** What stands beside the secret part, by its field: it tells the form. */
  readonly names: Readonly<Record<string, string | undefined>>;
  readonly connection: string;
  readonly fromStdin: boolean;
}

/** More than any token has. */
const LONGEST = 10_000;
const WORD = /^[\x21-\x7e]+$/;

/**
 * Takes a token from a person, unseen, or from standard input, and makes it what its secret will hold.
 *
 * @throws KeyturnError `invalid-request`, which never quotes it
 */
export async function tokenFrom(
  { stdin, stderr, ...terminal }: Terminal,
  { forms, names, connection, fromStdin }: TokenAsked,
): Promise<Redacted> {
  const form = formOf(forms, names);
  const text = fromStdin
    ? await readAll(stdin)
    : await asked(
        { ...terminal, stdin, stderr },
        `${form.kind} of ${connection}${form.name ? ` (${form.secret})` : ''}`,
      );
  const token = text.trim();
  if (token.startsWith('{')) return new Redacted(token);
  if (!WORD.test(token)) {
    throw new KeyturnError(
      'invalid-request',
      'The token is empty, or holds a blank, a line break or another character that no token has. Paste it once more; nothing was stored.',
    );
  }
  const named = form.name === undefined ? {} : { [form.name]: names[form.name] };
  return new Redacted(JSON.stringify({ ...named, [form.secret]: token }));
}

function formOf(forms: readonly TokenForm[], names: TokenAsked['names']): TokenForm {
  const given = Object.keys(names).filter((name) => names[name] !== undefined);
  const form = given.length === 0 ? forms[0] : forms.find(({ name }) => name === given[0]);
  if (form !== undefined && given.length <= 1) return form;
  throw new KeyturnError(
    'invalid-request',
    `A token has one form: ${forms.map(({ kind, name }) => (name ? `${kind} with --${dashed(name)}` : kind)).join(', ')}.`,
  );
}

/** `clientId` as an option is written: `client-id`. */
export function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

async function readAll(stdin: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += chunk.toString();
    if (text.length > LONGEST) break;
  }
  return text;
}

async function asked({ stdin, stderr }: Pick<Terminal, 'stdin' | 'stderr'>, message: string): Promise<string> {
  if (!stdin.isTTY) {
    throw new KeyturnError(
      'invalid-request',
      'Nobody can be asked here: standard input is no terminal. Pipe the token in, with --token-stdin.',
    );
  }
  try {
    return await password({ message: `Paste the ${message}:`, toggleMask: false }, { input: stdin, output: stderr });
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ExitPromptError') {
      throw new KeyturnError('invalid-request', 'Stopped; nothing was stored.');
    }
    throw thrown;
  }
}
