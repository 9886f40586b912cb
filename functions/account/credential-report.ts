import { SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { Finding } from '../core/findings/findings';
import type { CredentialReport } from '../core/key/access-key';
import type { Iam, Time } from './ports';

/** The account's credential report, or why there is none. */
export interface ReportReading {
  readonly report?: CredentialReport;
  readonly finding?: Finding;
}

const TRIES = 6;
const WAIT = 2 * SECOND;

/** Reads the account's credential report; a run goes on without it. Never throws. */
export async function readCredentialReport(iam: Iam, time: Time): Promise<ReportReading> {
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const report = await iam.credentialReport();
      if (report !== undefined) return { report };
      await time.sleep(WAIT);
    }
    return { finding: { code: 'report-unavailable', facts: { denied: false } } };
  } catch (thrown) {
    const { message: reason, code } = toKeyturnError(thrown);
    return { finding: { code: 'report-unavailable', facts: { denied: code === 'aws-denied', reason } } };
  }
}
