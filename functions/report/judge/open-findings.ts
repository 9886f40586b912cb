import type { AuditEvent } from '../../core/audit';
import type { Attempt } from './runs';

/** A finding that no later run has cleared. */
export interface OpenFinding {
  readonly last: AuditEvent;
  readonly firstSeen: string;
  readonly times: number;
}

/**
 * The last finding of each key and code that still stands. A daily or hourly run looks at every key, so when a later one
 * of the same function came to its end without the finding, it is over. Runs for a single key clear nothing.
 */
export function openFindings(events: readonly AuditEvent[], attempts: readonly Attempt[]): readonly OpenFinding[] {
  const lastFullRun = new Map<string, number>();
  for (const { function: name, trigger, isFinished, missing, startedAt } of attempts) {
    const isFullRun = (trigger === 'daily' || trigger === 'hourly') && isFinished && missing.length === 0;
    if (isFullRun) lastFullRun.set(name, Math.max(lastFullRun.get(name) ?? 0, startedAt.getTime()));
  }
  const found = new Map<string, OpenFinding>();
  for (const event of events) {
    // A notice asks for nobody.
    if (event.event !== 'finding' || event.outcome === 'ok') continue;
    const name = JSON.stringify([event.function, event.key, event.reason, event.accessKeyId]);
    const before = found.get(name);
    found.set(name, {
      last: event,
      firstSeen: before?.firstSeen ?? event.time,
      times: (before?.times ?? 0) + 1,
    });
  }
  return [...found.values()].filter(({ last }) => Date.parse(last.time) >= (lastFullRun.get(last.function) ?? 0));
}
