import type { Log } from '../account/ports';
import { toKeyturnError } from '../core/errors';

/**
 * Runs the use case of a function that makes no run; what stops it is logged and thrown, so that Lambda tries again and
 * the dead-letter queue keeps what is lost.
 *
 * @param failure what is said then, such as `the report was not made`
 */
export async function orThrow<Result>(log: Log, failure: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    log.error(failure, { code: error.code, reason: error.message });
    throw error;
  }
}
