import type { Log } from '../account/ports';
import { KeyturnError, toKeyturnError } from '../core/errors';

/**
 * What somebody else's work comes to, unless it takes too long; it then goes on unheard.
 *
 * @param milliseconds undefined waits for as long as it takes
 * @throws KeyturnError `aws-uncertain` when it takes too long, and whatever the work throws
 */
export async function within<Result>(milliseconds: number | undefined, work: Promise<Result>): Promise<Result> {
  if (milliseconds === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const message = `There was no answer within ${milliseconds / 1000} seconds.`;
      reject(new KeyturnError('aws-uncertain', message, { retryable: true }));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/** Sends something at a run's end. What cannot be sent is logged, never thrown. */
export async function quietly(
  { log, patienceAtEnd }: { readonly log: Log; readonly patienceAtEnd?: number },
  what: string,
  send: () => Promise<void>,
): Promise<void> {
  try {
    await within(patienceAtEnd, send());
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    log.error(`${what} could not be sent`, { code: error.code, reason: error.message });
  }
}
