import * as z from 'zod';
import type { ProviderLook } from '../../functions/aws/provider-record';
import { parseVersionId } from '../../functions/core/key/version-id';
import { cleaned } from '../../functions/core/outside-text';

const instant = z.iso.datetime();
const text = z.string().transform((found) => cleaned(found));

const factsSchema = z.object({
  repository: text,
  environment: text.optional(),
  branch: text.optional(),
  step: text,
  pipeline: text.optional(),
  sources: z.array(z.object({ secret: z.string(), version: z.string() })),
});

export const fetchedSchema = z
  .object({
    last: z
      .object({
        at: instant,
        accessKeyId: z.string().optional().describe('What the step was given.'),
        repository: z.string(),
        environment: z.string().optional(),
        branch: z.string().optional(),
        step: z.string(),
        pipeline: z.string().optional(),
      })
      .optional()
      .describe('UUIDs as Bitbucket has them. Not there: nobody, as far as it was read.'),
    readBackTo: instant.optional().describe('Back to when all of the record was read.'),
    unread: z.string().optional().describe('Why not all of it was: then a later one may be missing.'),
  })
  .describe(
    "Who fetched it last from a secret provider, by the provider's own record, whose events have no seal. Not there: " +
      'there is no such record, or all keys were asked for.',
  );
export type FetchedDocument = z.infer<typeof fetchedSchema>;

/** @param secret whose giving was looked for */
export function fetchedDocument({ last, readBackTo, isCut }: ProviderLook, secret: string): FetchedDocument {
  const facts = factsSchema.safeParse(last?.facts).data;
  const version = facts?.sources.find((source) => source.secret === secret)?.version ?? '';
  const { repository = '', environment, branch, step = '', pipeline } = facts ?? {};
  return {
    last:
      last === undefined || facts === undefined
        ? undefined
        : {
            at: last.time,
            accessKeyId: parseVersionId(version)?.accessKeyId,
            repository,
            environment,
            branch,
            step,
            pipeline,
          },
    readBackTo: readBackTo.toISOString(),
    unread: isCut ? 'there is more of it than this command reads' : undefined,
  };
}
