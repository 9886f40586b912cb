import { AwsError } from './account/aws-error';
import type { Logs } from './account/logs';
import type { LogLine } from './lambda/log-line';

/**
 * Characters of a line that stay one log event. Lambda splits a longer one, at some power of two: people saw it at 2^16
 * and at 2^18 (stackoverflow.com, question 77175643). No character takes more than three bytes, so that any piece fits.
 */
const LONGEST_PIECE = 2 ** 18;

/** Puts what functions write into CloudWatch Logs; a log group that nobody has made is made, as Lambda does. */
export class LogShipper {
  readonly #streams = new Set<string>();

  constructor(private readonly logs: Logs) {}

  ship({ at, logGroupName, logStreamName, line }: LogLine): void {
    const stream = `${logGroupName}\n${logStreamName}`;
    if (!this.#streams.has(stream)) {
      unlessThere(() => this.logs.createLogGroup({ logGroupName }));
      unlessThere(() => this.logs.createLogStream({ logGroupName, logStreamName }));
      this.#streams.add(stream);
    }
    for (let from = 0; from === 0 || from < line.length; from += LONGEST_PIECE) {
      const message = line.slice(from, from + LONGEST_PIECE);
      this.logs.putLogEvents({ logGroupName, logStreamName, logEvents: [{ timestamp: at, message }] });
    }
  }
}

function unlessThere(create: () => void): void {
  try {
    create();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceAlreadyExistsException') throw error;
  }
}
