import { SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { Run } from '../runtime/run';

/** After a throttled call that the SDK has repeated in vain; twice as long each time. */
const FIRST_PAUSE = 2 * SECOND;
const LONGEST_PAUSE = 30 * SECOND;

/** What is asked at the pace that AWS allows; undefined when it has not come before the run's time is nearly up. */
export async function atThePaceOfAws<Answer>(run: Run, ask: () => Promise<Answer>): Promise<Answer | undefined> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await ask();
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (error.code !== 'aws-throttled') throw error;
      if (!run.hasTime()) return undefined;
      await run.time.sleep(pause);
    }
  }
}
