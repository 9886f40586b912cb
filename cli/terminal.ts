import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { Time } from '../functions/account/ports';
import { systemTime } from '../functions/runtime/time';
import { synthesize } from './synthesize';

/** What a command has of the person and of the machine that run it: all of it is an argument, so that a test is one. */
export interface Terminal {
  /** What a person types, or another program pipes in: questions are asked where it is a terminal. */
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Whether somebody watches standard error. */
  readonly watched: boolean;
  /** Where the names of files start. */
  readonly folder: string;
  readonly time: Time;
  /**
   * What time it is where a command looks, which its command line decides. @param endpointUrl what that says of it.
   * @param asksAws whether the command looks at an account. @default - `time`
   */
  readonly localTime?: (endpointUrl: string | undefined, asksAws: boolean) => Promise<Time>;
  /** Runs the CDK app. @param config path, relative to `folder`. @returns the folder of the cloud assembly */
  readonly synthesize: (config: string, folder: string) => string | Promise<string>;
}

/** The one that this process was started from. */
export const processTerminal: Terminal = {
  stdin: process.stdin,
  stdout: colouredForPeople(process.stdout, process.env),
  stderr: colouredForPeople(process.stderr, process.env),
  watched: process.stderr.isTTY === true,
  folder: process.cwd(),
  time: systemTime,
  synthesize,
};

/** Colours are for a terminal, and not for a file or another program, whatever the other stream is. */
export function colouredForPeople(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR }: Readonly<Partial<Record<string, string>>>,
): NodeJS.WritableStream {
  if (FORCE_COLOR !== undefined || (stream.isTTY && (NO_COLOR ?? '') === '')) return stream;
  return new Writable({
    decodeStrings: false,
    write: (text: string | Buffer, _encoding, done) => {
      // What goes wrong with the stream is told by the stream.
      stream.write(stripVTControlCharacters(text.toString()), () => done());
    },
  });
}
