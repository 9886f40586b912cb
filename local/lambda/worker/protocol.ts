import type { LambdaError } from '../invocation';

/** What a worker is started with. Times are simulated unless said otherwise. */
export interface WorkerSettings {
  /** The cells of the world's clock. */
  readonly clock: SharedArrayBuffer;
  readonly taskRoot: string;
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memorySize: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly logFormat: 'Text' | 'JSON';
  /** Host names that are served on loopback: name to origin, such as `http://127.0.0.1:8080`. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Whether the global `setTimeout` goes by the clock. */
  readonly timersOnClock: boolean;
}

/** From the main thread: run the handler once. */
export interface InvokeMessage {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** The instant at which the function times out (ms since the epoch). */
  readonly deadline: number;
}

/** Lines that the function has written. */
export interface LogMessage {
  readonly type: 'log';
  readonly lines: readonly { readonly at: number; readonly line: string }[];
}

/** From the worker. After `timed-out` and `crashed` it does nothing any more and waits to be ended. */
export type WorkerMessage =
  | LogMessage
  | { readonly type: 'succeeded'; readonly payload: string }
  | { readonly type: 'failed'; readonly error: LambdaError }
  | { readonly type: 'crashed'; readonly error: LambdaError }
  | { readonly type: 'timed-out' };
