import type { MessagePort } from 'node:worker_threads';
import type { LogMessage, WorkerMessage } from './protocol';

/**
 * What this thread tells the main one. Lines go in batches: waking the other thread for each would cost more than
 * writing them. `flush` is called before anything that the outside can see, so a kill loses no line that came before.
 */
export class Outbox {
  #lines: LogMessage['lines'][number][] = [];

  constructor(private readonly port: MessagePort) {}

  log(at: number, line: string): void {
    if (this.#lines.length === 0) setImmediate(() => this.flush());
    this.#lines.push({ at, line });
  }

  post(message: Exclude<WorkerMessage, LogMessage>): void {
    this.flush();
    this.port.postMessage(message);
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    const message: LogMessage = { type: 'log', lines: this.#lines };
    this.port.postMessage(message);
    this.#lines = [];
  }
}
