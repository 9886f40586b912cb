import { AwsError } from './account/aws-error';
import type { Logs } from './account/logs';
import type { LogLine } from './lambda/log-line';

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
    this.logs.putLogEvents({ logGroupName, logStreamName, logEvents: [{ timestamp: at, message: line }] });
  }
}

function unlessThere(create: () => void): void {
  try {
    create();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceAlreadyExistsException') throw error;
  }
}
