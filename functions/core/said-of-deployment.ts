import * as z from 'zod';
import type { AuditEvent } from './audit';
import { DAY } from './duration';

/** What the start of a run says of its deployment: it stands in the function's environment, which only a deployment changes. */
const startedSchema = z.object({
  stacks: z.array(z.string().min(1)).optional().catch(undefined),
  terms: z.string().min(1).optional().catch(undefined),
});

/** The days (UTC) on which runs said that a stack is one of their deployment's, by the stack's name. */
export type StackDays = ReadonlyMap<string, ReadonlySet<string>>;

/** Collects that from the starts of runs. Whoever adds an event has seen that its seal holds. */
export class SaidOfDeployment {
  readonly #days = new Map<string, Set<string>>();
  #terms: { readonly time: string; readonly digest: string } | undefined;

  add({ event, facts, time }: AuditEvent): void {
    if (event !== 'run-started') return;
    const { stacks = [], terms } = startedSchema.safeParse(facts).data ?? {};
    for (const stack of stacks) {
      this.#days.set(stack, (this.#days.get(stack) ?? new Set()).add(time.slice(0, 10)));
    }
    if (terms !== undefined && !(this.#terms !== undefined && time < this.#terms.time)) {
      this.#terms = { time, digest: terms };
    }
  }

  get stacks(): StackDays {
    return this.#days;
  }

  /** The digest of what reports judge by, as the last run has it; undefined where none says it. */
  get terms(): string | undefined {
    return this.#terms?.digest;
  }
}

/** Whether runs said so on the day of an instant, or on the one before or after: a stack is made before its first run. */
export function isStackOf(days: StackDays, stack: string, at: Date): boolean {
  const said = days.get(stack);
  return [-DAY, 0, DAY].some((by) => said?.has(new Date(at.getTime() + by).toISOString().slice(0, 10)) ?? false);
}
