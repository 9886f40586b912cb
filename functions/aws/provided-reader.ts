import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ENDPOINT, PROVIDER_LOG_GROUP, PROVIDER_SEAL_KEY_ALIAS } from '../core/names';
import type { ProvidedReader } from '../report/evidence/ports';
import { recordLines } from './audit-record-reader';
import { type ClientConfig, reviewConfig } from './client-config';
import { ProvidedLines } from './provided-lines';
import { createSealKey } from './seal-key';

/**
 * The ProvidedReader port over CloudWatch Logs. Only the endpoint's streams are read: what a process writes beside them
 * nothing proves.
 */
export function createProvidedReader(config: ClientConfig = reviewConfig()): ProvidedReader {
  const client = new CloudWatchLogsClient(config);
  const sealKey = createSealKey(PROVIDER_SEAL_KEY_ALIAS, config);
  return {
    async read(since, until) {
      const lines = new ProvidedLines(since, await sealKey.publicKey());
      const only = { logStreamNamePrefix: `${ENDPOINT}/` };
      for await (const line of recordLines(client, PROVIDER_LOG_GROUP, since, until, only)) {
        lines.add(line);
        if (lines.isFull) break;
      }
      return lines.read();
    },
  };
}
