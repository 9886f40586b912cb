import * as z from 'zod';
import { shortfallInWords, shortfallsOf } from './frameworks-of-policy';
import type { Policy } from './policy';

/** The controls whose words some keys' policies do not meet on every day: part of what commands write as JSON. */
export const shortfallsSchema = z
  .array(
    z.strictObject({
      keys: z.array(z.string()).describe('Those with one policy.'),
      control: z.string(),
      verdict: z.enum(['exception', 'fail']).describe('What a report says on these days.'),
      daysAYear: z.int().min(0).describe('Usually.'),
      daysAYearAtMost: z.int().min(0).describe('Where each deactivation is held to its limit.'),
      message: z.string(),
    }),
  )
  .describe('Controls whose words the policies do not meet on every day.');
export type Shortfalls = z.infer<typeof shortfallsSchema>;

/** The shortfalls of several keys; those with one policy are told together. */
export function shortfallsOfKeys(keys: readonly { readonly id: string; readonly policy: Policy }[]): Shortfalls {
  const policies = new Map<string, { readonly policy: Policy; readonly ids: string[] }>();
  for (const { id, policy } of keys) {
    const name = JSON.stringify(policy);
    const of = policies.get(name) ?? { policy, ids: [] };
    of.ids.push(id);
    policies.set(name, of);
  }
  return [...policies.values()].flatMap(({ policy, ids }) =>
    shortfallsOf(policy).map((shortfall) => ({
      keys: ids,
      control: shortfall.control,
      verdict: shortfall.verdict,
      daysAYear: shortfall.perYear.usual,
      daysAYearAtMost: shortfall.perYear.atMost,
      message: shortfallInWords(shortfall, policy),
    })),
  );
}
