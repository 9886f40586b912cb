import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentsIn } from './documents';

/** The longest timeout of a function, in seconds: Lambda allows no more, and sync has it. */
export const LONGEST_TIMEOUT = 900;

/** A command of a page. */
export interface GivenCommand {
  /** Of the page, from the root. */
  readonly path: string;
  readonly run: string;
}

/** Every command that the pages of a checkout give people, on one line each. @param root the checkout's folder */
export function commandsIn(root: string): readonly GivenCommand[] {
  return documentsIn(root).flatMap((path) =>
    blocks(readFileSync(join(root, path), 'utf8')).flatMap((block) => commands(block).map((run) => ({ path, run }))),
  );
}

/** Those that start a function. */
export function invocationsIn(root: string): readonly GivenCommand[] {
  return commandsIn(root).filter(({ run }) => run.includes('aws lambda invoke'));
}

/** How long a command of the AWS CLI waits for an answer, in seconds. @default 60 */
export const readTimeout = (run: string) => Number(/--cli-read-timeout (\d+)/.exec(run)?.[1] ?? 60);

/** The commands of a checkout's cdk.json that only a shell finds in which npm has put them. */
export function unfoundByCdk(root: string): readonly string[] {
  const { app, build } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as Readonly<Record<string, string>>;
  return [app, build].filter((command = '') => !/^(npx|node) /.test(command)).map(String);
}

/** Whether a page says which version of the AWS CLI it needs. */
export function namesVersionOfCli(root: string, path: string): boolean {
  return /AWS CLI, version 2/.test(readFileSync(join(root, path), 'utf8'));
}

const blocks = (text: string) => [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, script = '']) => script);
/** Each command on one line. */
const commands = (script: string) => script.replaceAll(/\\\n\s*/g, ' ').split('\n');
