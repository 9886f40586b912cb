import * as z from 'zod';
import type { AuditEvent } from './audit';
import { DAY } from './duration';

/** What the start of a run says of the stacks of its deployment: only a deployment can change it. */
const startedSchema = z.object({ stacks: z.array(z.string().min(1)) });

/** The days (UTC) on which runs said that a stack is one of their deployment's, by the stack's name. */
export type StackDays = ReadonlyMap<string, ReadonlySet<string>>;

/** Collects them from the starts of runs. Whoever adds an event has seen that its seal holds. */
export class StackDaysOfRecord {
  readonly #days = new Map<string, Set<string>>();

  add({ event, facts, time }: AuditEvent): void {
    if (event !== 'run-started') return;
    for (const stack of startedSchema.safeParse(facts).data?.stacks ?? []) {
      this.#days.set(stack, (this.#days.get(stack) ?? new Set()).add(time.slice(0, 10)));
    }
  }

  get days(): StackDays {
    return this.#days;
  }
}

/** Whether runs said so on the day of an instant, or on the one before or after: a stack is made before its first run. */
export function isStackOf(days: StackDays, stack: string, at: Date): boolean {
  const said = days.get(stack);
  return [-DAY, 0, DAY].some((by) => said?.has(new Date(at.getTime() + by).toISOString().slice(0, 10)) ?? false);
}
