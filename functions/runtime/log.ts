import { Logger } from '@aws-lambda-powertools/logger';
import type { AuditLog, Log } from '../account/ports';

/** Structured log lines in JSON. Facts are IDs, names and codes; values and whole errors never come here (K6). */
export function createLog(functionName: string, run: string): Log {
  const logger = new Logger({ serviceName: 'keyturn', persistentKeys: { function: functionName, run } });
  return {
    info: (message, facts = {}) => logger.info(message, { ...facts }),
    warn: (message, facts = {}) => logger.warn(message, { ...facts }),
    error: (message, facts = {}) => logger.error(message, { ...facts }),
  };
}

/** The second copy of the record: each audit event is one JSON line of the function's own log group. */
export const auditLog: AuditLog = {
  write: (event) => {
    process.stdout.write(`${JSON.stringify(event)}\n`);
  },
};
