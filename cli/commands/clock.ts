import { Command } from 'commander';
import { DAY } from '../../functions/core/duration';
import { KeyturnError } from '../../functions/core/errors';
import { TYPED } from '../invocation';
import { instantFrom, LocalClock } from '../rehearsal/local-clock';
import { Progress } from '../render/progress';
import { renderClock, renderLived } from '../render/rehearsal';
import type { Terminal } from '../terminal';

const USAGE = 2;
const UNREACHABLE = 3;
/** How often whoever waits sees how far it is, in real ms. */
const LOOK_EVERY = 250;

/** `keyturn clock`: what time it is in the local world that is served, and how to get on in it. */
export function clockCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return new Command('clock')
    .description(
      `Shows what time it is in the local world of "${TYPED.simulate} --serve", or moves it on: every scheduled run and ` +
        'every delivery until then takes place at once. There is no such clock in an AWS account.',
    )
    .argument('[time]', 'how far to move on (+10d, +36h, +90m), or to when (2027-02-01)')
    .option('--json', 'print one JSON document and nothing else')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ keyturn clock             what time it is there',
        '  $ keyturn clock +10d        ten days later',
        '  $ keyturn clock 2027-02-01  on that day, at midnight UTC',
        '',
        'Exit codes: 0 fine, 2 a time that is none or that has passed, or no',
        'KEYTURN_LOCAL, 3 the local world does not answer.',
      ].join('\n'),
    )
    .action(async (time: string | undefined, { json }: { readonly json?: true }) => {
      ended(await clock(time, json === true, terminal));
    });
}

async function clock(time: string | undefined, json: boolean, terminal: Terminal): Promise<number> {
  const print = (text: string) => terminal.stdout.write(`${text}\n`);
  try {
    const local = LocalClock.of(process.env);
    const now = await local.now();
    if (time === undefined) {
      print(json ? JSON.stringify({ now }, undefined, 2) : renderClock(now));
      return 0;
    }
    const lived = await moved(local, now, instantFrom(time, now), json ? undefined : terminal);
    print(json ? JSON.stringify(lived, undefined, 2) : renderLived(lived));
    return 0;
  } catch (error) {
    if (!(error instanceof KeyturnError)) throw error;
    terminal.stderr.write(`${error.message}\n`);
    return error.code === 'invalid-request' ? USAGE : UNREACHABLE;
  }
}

/** Moves the clock, and shows on the way how far it has come. */
async function moved(local: LocalClock, from: Date, to: Date, terminal: Terminal | undefined) {
  const progress = new Progress(terminal?.watched ? terminal.stderr : undefined);
  const days = (instant: Date) => Math.ceil((instant.getTime() - from.getTime()) / DAY);
  const looking = setInterval(() => {
    void local.now().then(
      (now) => progress.show(days(now), days(to)),
      () => {},
    );
  }, LOOK_EVERY);
  try {
    return await local.moveTo(to);
  } finally {
    clearInterval(looking);
    progress.end();
  }
}
