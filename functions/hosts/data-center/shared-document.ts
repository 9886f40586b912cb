import { MINUTE } from '../../core/duration';
import type { SentRestart } from '../../core/hosts/data-center';

/** A command that was sent shows in the list within seconds. */
const REMEMBERED = 8 * MINUTE;

/** What the targets of one document know of each other, in one process. */
export class SharedDocument {
  /** Whoever looks and sends stands in it. */
  line: Promise<unknown> = Promise.resolve();
  /** What this process has sent lately. */
  sent: SentRestart[] = [];

  /** What was sent and is not listed yet. */
  unlisted(listed: readonly SentRestart[], now: Date): readonly SentRestart[] {
    this.sent = this.sent.filter(({ sentAt }) => now.getTime() - sentAt.getTime() < REMEMBERED);
    return this.sent.filter((mine) => listed.every(({ commandId }) => commandId !== mine.commandId));
  }
}
