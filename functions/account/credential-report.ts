import { MINUTE, SECOND } from '../core/duration';
import { type ErrorCode, toKeyturnError } from '../core/errors';
import type { CredentialReport } from '../core/key/access-key';
import type { Iam, Time } from './ports';

/** Why there is no credential report. */
export interface MissingReport {
  readonly denied: boolean;
  /** The error's own words. @default - IAM did not finish it in time */
  readonly reason?: string;
}

/** The account's credential report, or why there is none. */
export type ReportReading =
  | { readonly report: CredentialReport; readonly missing?: undefined }
  | { readonly report?: undefined; readonly missing: MissingReport };

/**
 * A report takes seconds, and a minute or more in a large account; the first run of a day is the one that starts it.
 * Source: reports of others; IAM documents no time.
 */
const LONGEST_WAIT = 2 * MINUTE;
const ASKS_EVERY = 2 * SECOND;
/** After a refusal; twice as long each time, up to a quarter of a minute. */
const PAUSES_FOR = 2 * SECOND;
const LONGEST_PAUSE = 15 * SECOND;

/** What may pass while a run waits. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['aws-throttled', 'aws-uncertain']);

/**
 * Reads the account's credential report; a run goes on without it. Never throws.
 *
 * @param timeLeft of the run, in milliseconds: a third of it at most is spent here
 */
export async function readCredentialReport(
  iam: Pick<Iam, 'credentialReport'>,
  time: Time,
  timeLeft: number,
): Promise<ReportReading> {
  const until = time.now().getTime() + Math.min(LONGEST_WAIT, timeLeft / 3);
  let pause = PAUSES_FOR;
  for (;;) {
    let wait = ASKS_EVERY;
    let reason: string | undefined;
    try {
      const report = await iam.credentialReport();
      if (report !== undefined) return { report };
    } catch (thrown) {
      const { message, code } = toKeyturnError(thrown);
      if (!PASSING.has(code)) return { missing: { denied: code === 'aws-denied', reason: message } };
      reason = message;
      wait = pause;
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
    if (time.now().getTime() + wait > until) return { missing: { denied: false, reason } };
    await time.sleep(wait);
  }
}
