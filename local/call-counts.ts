import type { AwsCall } from './account/principal';

/** Counts the AWS calls of each function: a role's session has the name of the function that holds it. */
export class CallCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  add({ principal, service, action }: AwsCall): void {
    if (principal.kind !== 'role') return;
    const functionName = principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
    const counts = this.#counts.get(functionName) ?? new Map<string, number>();
    this.#counts.set(functionName, counts);
    const name = `${service}:${action}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  /** How often a function has called each action, such as `iam:ListAccessKeys`. */
  byAction(functionName: string): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts.get(functionName) ?? []);
  }

  /** All calls of one function, or of all. */
  total(functionName?: string): number {
    const counted = functionName === undefined ? [...this.#counts.values()] : [this.#counts.get(functionName)];
    return counted.flatMap((counts) => [...(counts?.values() ?? [])]).reduce((sum, count) => sum + count, 0);
  }

  reset(): void {
    this.#counts.clear();
  }
}
