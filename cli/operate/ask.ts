import { randomUUID } from 'node:crypto';
import { confirm } from '@inquirer/prompts';
import { type Command, InvalidArgumentError } from 'commander';
import { callerConfig } from '../../functions/aws/client-config';
import { type Front, findFront } from '../../functions/aws/front';
import { SECOND } from '../../functions/core/duration';
import { KeyturnError, toKeyturnError } from '../../functions/core/errors';
import type { OperateAnswer, Refusal } from '../../functions/core/request/answer';
import { isRequestId, REQUEST_SCHEMA, reasonsOf, requestSchema } from '../../functions/core/request/request';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { EXIT, EXIT_CODES } from '../exit-code';
import { renderAnswer } from '../render/answer';
import { Reading } from '../render/reading';
import type { Terminal } from '../terminal';

/** The options that every command has which asks the deployed functions for something. */
export interface OperateOptions extends AccessOptions {
  readonly why: string;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly administrator?: true;
  readonly front?: string;
  readonly requestId?: string;
  readonly json?: true;
}

/** The fronts of the stack of this name that the documents use; others are named. */
const FRONTS = { operator: 'Keyturn-KeyRotationOperator', administrator: 'Keyturn-KeyRotationAdministrator' } as const;

/** Adds them. */
export function withAsking(command: Command): Command {
  return withAccess(command)
    .requiredOption('--why <reason>', 'why, in up to 200 characters: it is kept in the record')
    .option('--yes', 'do not ask before it is done, as in a script')
    .option('--dry-run', 'only show what would be done')
    .option('--administrator', 'ask as an administrator, whom another policy lets in')
    .option('--front <function>', `function to ask (default: ${FRONTS.operator}, or that of administrators)`)
    .option('--request-id <id>', 'name the request: repeated within a day, it acts once', requestId)
    .option('--json', 'write one JSON document: dist/keyturn.answer.v1.schema.json');
}

/** For `--help`. */
export const HOW_ASKED = `
It shows what will be done, and asks. What is done is what was shown, or nothing:
had something changed meanwhile, it would be refused. Who asked is attested by
AWS and recorded with the reason before anything is done. A command that is
stopped at any moment leaves nothing half, and may be given again.
It needs operators: true in the configuration, and the policy of
docs/operate/permissions.md.
${EXIT_CODES}
Code 1 is also for what was refused, or declined.`;

/** With --yes nobody has looked at a plan, so a changed one may be done as well; more often than this it is told. */
export const MOST_PLANS = 3;
/** Why a plan was not done that another one may take the place of. */
export const STALE: readonly (Refusal | undefined)[] = ['plan-changed', 'in-progress'];
/** Before the same request is sent again, because no answer came. */
export const AGAIN_AFTER = 2 * SECOND;

/**
 * Asks a deployed front for something: shows the plan, asks the person, has it done.
 *
 * @param what `do`, the key and what goes with them
 * @returns the exit code
 */
export async function askFor(
  what: Readonly<Record<string, unknown>>,
  options: OperateOptions,
  terminal: Terminal,
): Promise<number> {
  assertSound(requestOf(what, options));
  const reading = new Reading(terminal);
  try {
    reading.tell('Asking AWS who this is.');
    await reach(accessOf(options));
    reading.tell('Looking for whom to ask.');
    const asking = { front: await frontOf(options), what, options, terminal, reading };
    for (let left = MOST_PLANS; ; left -= 1) {
      const answer = await once(asking);
      const isStale = STALE.includes(answer?.refused?.reason);
      if (!isStale || !options.yes || left === 1) return ended(answer, options, terminal);
      // Two who ask at once may both be refused: they do not meet again.
      await terminal.time.sleep((0.5 + Math.random()) * AGAIN_AFTER);
    }
  } finally {
    reading.end();
  }
}

interface Asking {
  readonly front: Front;
  readonly what: Readonly<Record<string, unknown>>;
  readonly options: OperateOptions;
  readonly terminal: Terminal;
  readonly reading: Reading;
}

/** One plan, and what became of it; undefined where the person declined. */
async function once({ front, what, options, terminal, reading }: Asking): Promise<OperateAnswer | undefined> {
  const request = requestOf(what, options);
  const planned = await reading.during('Asking what would be done.', () => send(front, request, terminal));
  if (planned.outcome !== 'planned' || planned.plan === undefined || options.dryRun) return planned;
  // What a program reads is the end alone.
  const { stderr, stdout } = terminal;
  (options.json ? stderr : stdout).write(`${renderAnswer(planned)}\n`);
  if (!options.yes && !(await isWanted(terminal))) return undefined;
  const { digest: plan } = planned.plan;
  return reading.during('Having it done.', () => send(front, { ...request, plan }, terminal));
}

export function requestOf(what: Asking['what'], { why, requestId: id }: OperateOptions) {
  const named = id === undefined ? { id: randomUUID() } : { id, once: true };
  return { schema: REQUEST_SCHEMA, ...named, why, ...what };
}

/** @throws InvalidArgumentError */
function requestId(text: string): string {
  if (!isRequestId(text)) throw new InvalidArgumentError('expected 16 to 64 letters, digits and hyphens.');
  return text;
}

/** A mistake is told before anything is sent. */
export function assertSound(request: unknown): void {
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) throw new KeyturnError('invalid-request', `That is no request: ${reasonsOf(parsed.error)}.`);
}

export async function frontOf(options: OperateOptions): Promise<Front> {
  const name = options.front ?? (options.administrator ? FRONTS.administrator : FRONTS.operator);
  try {
    return await findFront(name, callerConfig(accessOf(options)));
  } catch (thrown) {
    if (toKeyturnError(thrown).code !== 'invalid-config') throw thrown;
    throw new KeyturnError(
      'invalid-config',
      `There is no function ${name} with a URL. Set operators: true in the configuration and deploy; of a stack with another name, give the function with --front.`,
    );
  }
}

/** The same request is done once, however often it is sent. */
export async function send(front: Front, request: unknown, terminal: Terminal): Promise<OperateAnswer> {
  const { time } = terminal;
  try {
    return await front.ask(request, time.now());
  } catch (thrown) {
    if (toKeyturnError(thrown).code !== 'aws-uncertain') throw thrown;
    await time.sleep(AGAIN_AFTER);
    return front.ask(request, time.now());
  }
}

/** @throws KeyturnError `invalid-request` where nobody can be asked */
export async function isWanted({ stdin, stderr }: Terminal): Promise<boolean> {
  if (stdin.isTTY !== true) {
    throw new KeyturnError(
      'invalid-request',
      'Nobody can be asked here: say --yes to have it done, or --dry-run to look.',
    );
  }
  try {
    return await confirm({ message: 'Do it?', default: false }, { input: stdin, output: stderr });
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ExitPromptError') return false;
    throw thrown;
  }
}

function ended(answer: OperateAnswer | undefined, options: OperateOptions, { stdout, stderr }: Terminal): number {
  if (answer === undefined) {
    stderr.write('Nothing was done.\n');
    return EXIT.problems;
  }
  stdout.write(`${options.json ? JSON.stringify(answer, undefined, 2) : renderAnswer(answer)}\n`);
  return exitOf(answer);
}

/** How a command ends by what was answered. */
export function exitOf({ refused }: OperateAnswer): number {
  if (refused === undefined) return EXIT.fine;
  if (refused.reason === 'failed') return EXIT.unreachable;
  return refused.reason === 'invalid-request' ? EXIT.usage : EXIT.problems;
}
