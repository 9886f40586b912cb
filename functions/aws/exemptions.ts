import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { after } from '../core/duration';
import { type Exemption, exemptionsOf, LONGEST_EXEMPTION } from '../core/key/exemption';
import { CLOCK_SKEW } from '../core/key/secret-state';
import { AUDIT_LOG_GROUP, SEAL_KEY_ALIAS } from '../core/names';
import { type RecordLine, RecordLines } from './audit-record-lines';
import { EXEMPTIONS, recordLines } from './audit-record-reader';
import { type ClientConfig, reviewConfig } from './client-config';
import { createSealKeys } from './seal-keys';

export interface ExemptionReader {
  /**
   * What was accepted by `keyturn exempt` and may be in force still, as sealed events tell. The seal's public key is read
   * only where there is any.
   *
   * @throws KeyturnError `aws-*`
   */
  read(now: Date): Promise<readonly Exemption[]>;
}

export function createExemptionReader(
  logGroup: string = AUDIT_LOG_GROUP,
  config: ClientConfig = reviewConfig(),
): ExemptionReader {
  const client = new CloudWatchLogsClient(config);
  return {
    async read(now) {
      const lines: RecordLine[] = [];
      const since = after(now, -LONGEST_EXEMPTION);
      for await (const line of recordLines(client, logGroup, since, after(now, CLOCK_SKEW), EXEMPTIONS))
        lines.push(line);
      if (lines.length === 0) return [];
      const known = new RecordLines(now, await createSealKeys(SEAL_KEY_ALIAS, [], config).read());
      for (const line of lines) known.addLater(line);
      return exemptionsOf(known.exemptions);
    },
  };
}
