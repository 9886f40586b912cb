import type { Time } from '../functions/account/ports';
import type { AwsAccess } from '../functions/aws/client-config';
import { createEvidencePorts } from '../functions/aws/evidence-ports';
import type { EvidenceSource } from '../functions/report/evidence/evidence';
import { gatherEvidence, type Period } from '../functions/report/evidence/gather-evidence';
import { makeReport } from '../functions/report/judge/make-report';
import type { Report } from '../functions/report/judge/model';

export interface ReviewRequest extends Period {
  readonly time: Time;
  readonly access?: AwsAccess;
  readonly logGroup?: string;
  /** ARNs of KMS keys that sealed the record before the stack's present one. @default - none */
  readonly formerSealKeys?: readonly string[];
  /** Told when a source has been read, or could not be. */
  readonly onSource?: (source: EvidenceSource, failure?: string) => void;
}

/** Reads an account's evidence with the reader's own rights, and judges it. */
export async function review({ since, until, onSource, ...options }: ReviewRequest): Promise<Report> {
  const ports = createEvidencePorts(options);
  return makeReport(await gatherEvidence(ports, { since, until }, onSource));
}
