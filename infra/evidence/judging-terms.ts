import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { type AuditTerms, auditTermsDocument } from '../../functions/core/config/audit-terms';
import { AUDIT_TERMS_PARAMETER } from '../../functions/core/names';

/** What reports judge by, the function's and an auditor's alike; nothing where all frameworks count and nothing is accepted. */
export class JudgingTerms extends Construct {
  constructor(scope: Construct, id: string, terms: AuditTerms) {
    super(scope, id);
    const document = auditTermsDocument(terms);
    if (document === undefined) return;
    new StringParameter(this, 'Parameter', {
      parameterName: AUDIT_TERMS_PARAMETER,
      stringValue: document,
      description: 'Keyturn: the frameworks that reports judge by, and the exceptions that were accepted',
    });
  }
}
