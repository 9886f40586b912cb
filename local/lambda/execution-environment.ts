import { Worker } from 'node:worker_threads';
import type { FunctionConfiguration } from './function-configuration';
import { type LambdaError, runtimeExited, timedOut } from './invocation';
import type { InvokeMessage, WorkerMessage, WorkerSettings } from './worker/protocol';

/** How an invocation ended. After `ended` the environment cannot be used again. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: LambdaError }
  | { readonly kind: 'ended'; readonly error: LambdaError };

/** One execution environment of one function: a worker thread that serves one invocation at a time. */
export class ExecutionEnvironment {
  readonly #worker: Worker;
  readonly #configuration: FunctionConfiguration;
  #current: { readonly requestId: string; readonly settle: (outcome: Outcome) => void } | undefined;
  #ending: Promise<unknown> | undefined;

  /** @param onLine is told every line that the function writes. */
  constructor(
    source: string,
    configuration: FunctionConfiguration,
    settings: WorkerSettings,
    env: Record<string, string>,
    private readonly onLine: (line: string, at: number) => void,
  ) {
    this.#configuration = configuration;
    this.#worker = new Worker(source, {
      eval: true,
      name: configuration.functionName,
      workerData: settings,
      env,
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: configuration.memorySize },
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#worker.on('error', (error: unknown) => {
      const outOfMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#end(outOfMemory ? 'signal: killed' : `exit status 1: ${String(error)}`);
    });
    this.#worker.on('exit', (code) => this.#end(`exit status ${code}`));
  }

  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined;
  }

  /** Runs the handler once. Never rejects: what goes wrong is an outcome. */
  async invoke(message: InvokeMessage): Promise<Outcome> {
    const outcome = await new Promise<Outcome>((settle) => {
      this.#current = { requestId: message.requestId, settle };
      this.#worker.postMessage(message);
    });
    if (outcome.kind === 'ended') await this.#ending;
    return outcome;
  }

  /** Ends the thread, in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#end('signal: killed');
    await this.#ending;
  }

  /** Adds a line of the platform's to what the function writes. */
  log(line: string, at: number): void {
    this.onLine(line, at);
  }

  /** Ends the thread because the invocation has used up its time. */
  timeOut(): void {
    this.#end((requestId) => timedOut(requestId, this.#configuration.timeout));
  }

  #receive(message: WorkerMessage): void {
    if (message.type === 'log') for (const { line, at } of message.lines) this.onLine(line, at);
    else if (message.type === 'timed-out') this.timeOut();
    else if (message.type === 'crashed') this.#end(() => message.error);
    else if (message.type === 'failed') this.#settle({ kind: 'failed', error: message.error });
    else this.#settle({ kind: 'succeeded', payload: message.payload });
  }

  #end(reason: string | ((requestId: string) => LambdaError)): void {
    this.#ending ??= this.#worker.terminate();
    const requestId = this.#current?.requestId ?? '';
    const error = typeof reason === 'string' ? runtimeExited(requestId, reason) : reason(requestId);
    this.#settle({ kind: 'ended', error });
  }

  #settle(outcome: Outcome): void {
    const current = this.#current;
    this.#current = undefined;
    current?.settle(outcome);
  }
}
