import * as z from 'zod';
import type { AuditEvent } from './audit';

const factsSchema = z.object({
  repository: z.string(),
  environment: z.string().optional(),
  branch: z.string().optional(),
  step: z.string(),
  pipeline: z.string().optional(),
  sources: z.array(z.object({ secret: z.string(), version: z.string() })),
});
/** What a secret provider tells of a giving, as much of it as is shown. */
export type GivenFacts = z.output<typeof factsSchema>;

/** The facts of an event `secrets-given`; undefined where they are not what a provider tells. */
export function givenFacts({ facts }: AuditEvent): GivenFacts | undefined {
  return factsSchema.safeParse(facts).data;
}
