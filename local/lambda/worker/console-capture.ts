import { format } from 'node:util';

type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

const LEVELS = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

/**
 * What the function writes, line by line. `console` writes as Lambda's does: with time, request ID and level in front,
 * or as JSON. What goes to standard output or error directly stays as it is.
 */
export class ConsoleCapture {
  /** The request that is being served. */
  requestId = '';

  constructor(
    private readonly onLine: (line: string) => void,
    private readonly logFormat: 'Text' | 'JSON',
  ) {}

  install(): void {
    for (const [method, level] of Object.entries(LEVELS)) {
      Object.assign(console, { [method]: (...args: unknown[]) => this.write(level, args) });
    }
    for (const stream of [process.stdout, process.stderr]) {
      let rest = '';
      const write = (chunk: string | Uint8Array, ...others: unknown[]) => {
        const lines = (rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.onLine(line);
        const callback = others.at(-1);
        if (typeof callback === 'function') process.nextTick(callback);
        return true;
      };
      Object.assign(stream, { write });
    }
  }

  write(level: Level, args: readonly unknown[]): void {
    const timestamp = new Date().toISOString();
    if (this.logFormat === 'Text') {
      // CloudWatch keeps a message of several lines together; a carriage return is what Lambda puts between them.
      const message = format(...args).replaceAll('\n', '\r');
      this.onLine(`${timestamp}\t${this.requestId}\t${level}\t${message}`);
      return;
    }
    const message = args.length === 1 && isPlain(args[0]) ? args[0] : format(...args);
    this.onLine(JSON.stringify({ timestamp, level, requestId: this.requestId, message }));
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Error);
}
