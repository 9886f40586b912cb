import { SSMClient } from '@aws-sdk/client-ssm';
import { auditTermsDigest, parseAuditTerms } from '../core/config/audit-terms';
import { AUDIT_TERMS_PARAMETER } from '../core/names';
import type { AuditTermsReader } from '../report/evidence/ports';
import { type ClientConfig, clientConfig } from './client-config';
import { readParameter } from './parameter';

/** The AuditTermsReader port over an SSM parameter, which a stack without such terms does not have. */
export function createAuditTerms(config: ClientConfig = clientConfig): AuditTermsReader {
  const client = new SSMClient(config);
  return {
    async read() {
      const written = await readParameter(client, AUDIT_TERMS_PARAMETER);
      if (written?.Value === undefined) return undefined;
      const digest = auditTermsDigest(written.Value);
      return { ...parseAuditTerms(AUDIT_TERMS_PARAMETER, written.Value), changedAt: written.LastModifiedDate, digest };
    },
  };
}
