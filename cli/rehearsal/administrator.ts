import { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import type { World } from '../../local/world';

import type { Terminal } from '../terminal';

/**
 * Types a command of `keyturn` as somebody does who administers the world's account: the command itself runs, over HTTP
 * and in the world's time.
 *
 * @param args without the name of the command. @returns what it wrote. @throws what the command throws
 */
export async function typeCommand(
  world: World,
  make: (terminal: Terminal, ended: (exitCode: number) => void) => Command,
  args: readonly string[],
): Promise<string> {
  const { account, accountUrl, clock } = world;
  const stdout = new Written();
  const terminal: Terminal = {
    stdin: Readable.from([]),
    stdout,
    stderr: new Written(),
    watched: false,
    folder: process.cwd(),
    // The world stands still meanwhile, and has nothing to be waited for.
    time: { now: () => new Date(clock.now()), sleep: async () => {} },
    synthesize: () => {
      throw new Error('nothing is synthesized by a command of an administrator');
    },
  };
  const { accessKeyId, secretAccessKey, sessionToken } = account.rootSession();
  const command = make(terminal, () => {}).exitOverride();
  command.setOptionValue('credentials', { accessKeyId, secretAccessKey, sessionToken });
  await command.parseAsync([...args, '--endpoint-url', accountUrl, '--region', account.region], { from: 'user' });
  return stdout.text;
}

class Written extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
