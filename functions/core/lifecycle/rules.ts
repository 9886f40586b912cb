import type { Found } from './found';
import type { Plan, Step } from './steps';

/** Steps, findings, or both. */
export type Part<Each extends Step, Finding extends Found> = Partial<Plan<Each, Finding>>;

/** One line of a planner's table: what is planned where it applies, and undefined where it does not. */
export type Rule<Situation, Each extends Step, Finding extends Found> = (
  situation: Situation,
) => Part<Each, Finding> | undefined;

/** What the first rule says that applies. */
export function firstOf<Situation, Each extends Step, Finding extends Found>(
  rules: readonly Rule<Situation, Each, Finding>[],
  situation: Situation,
): Part<Each, Finding> | undefined {
  for (const rule of rules) {
    const part = rule(situation);
    if (part !== undefined) return part;
  }
  return undefined;
}

/** All of it, in this order. */
export function together<Each extends Step, Finding extends Found>(
  parts: readonly (Part<Each, Finding> | undefined)[],
): Plan<Each, Finding> {
  return {
    steps: parts.flatMap((part) => part?.steps ?? []),
    findings: parts.flatMap((part) => part?.findings ?? []),
  };
}
