import { Logger } from '@aws-lambda-powertools/logger';
import type { AuditLog, Log } from '../account/ports';
import { cleaned } from '../core/outside-text';

/** Structured log lines in JSON. Facts are IDs, names and codes; values and whole errors never come here (K6). */
export function createLog(functionName: string, run: string): Log {
  const logger = new Logger({ serviceName: 'keyturn', persistentKeys: { function: functionName, run } });
  return {
    info: (message, facts) => logger.info(message, clean(facts)),
    warn: (message, facts) => logger.warn(message, clean(facts)),
    error: (message, facts) => logger.error(message, clean(facts)),
  };
}

/** Characters of one fact: a reason in the words of AWS or of a host. */
const LONGEST_FACT = 2_000;

function clean(facts: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const entries = Object.entries(facts);
  return Object.fromEntries(
    entries.map(([name, fact]) => [name, typeof fact === 'string' ? cleaned(fact, LONGEST_FACT) : fact]),
  );
}

/** The second copy of the record: each audit event is one JSON line of the function's own log group. */
export const auditLog: AuditLog = {
  write: (event) => {
    process.stdout.write(`${JSON.stringify(event)}\n`);
  },
};
