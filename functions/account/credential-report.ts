import { SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { CredentialReport } from '../core/key/access-key';
import type { Finding } from '../core/lifecycle/plan';
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
    return { finding: unavailable('IAM did not finish it in time', false) };
  } catch (thrown) {
    const { message, code } = toKeyturnError(thrown);
    return { finding: unavailable(message, code === 'aws-denied') };
  }
}

function unavailable(why: string, denied: boolean): Finding {
  return {
    code: 'report-unavailable',
    severity: denied ? 'attention' : 'notice',
    message: `The IAM credential report could not be read (${why}). Keys that are due are handled; changes made by hand are seen by the next run.`,
  };
}
