import * as z from 'zod';
import type { Giving, ProviderLook } from '../../functions/aws/provider-record';
import { parseVersionId } from '../../functions/core/key/version-id';
import { cleaned } from '../../functions/core/outside-text';

const instant = z.iso.datetime();
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
    passedOver: z
      .int()
      .optional()
      .describe('Lines about it, among those that were read, that no provider writes so: they are not believed.'),
    unread: z.string().optional().describe('Why not all of it was: then a later one may be missing.'),
  })
  .describe(
    "Who fetched it last from a secret provider, by the provider's own record; this look checks no seal, which an " +
      "endpoint's events have. Not there: there is no such record, or all keys were asked for.",
  );
export type FetchedDocument = z.infer<typeof fetchedSchema>;

export function fetchedDocument({ last, readBackTo, passedOver, isCut }: ProviderLook): FetchedDocument {
  return {
    last: last && givingDocument(last),
    readBackTo: readBackTo.toISOString(),
    passedOver: passedOver === 0 ? undefined : passedOver,
    unread: isCut ? 'there is more of it than this command reads' : undefined,
  };
}

/** Whoever may write into the record has chosen its texts. */
function givingDocument({ at, version, repository, environment, branch, step, pipeline }: Giving) {
  const clean = (text: string | undefined) => (text === undefined ? undefined : cleaned(text));
  return {
    at: at.toISOString(),
    accessKeyId: parseVersionId(version)?.accessKeyId,
    repository: cleaned(repository),
    environment: clean(environment),
    branch: clean(branch),
    step: cleaned(step),
    pipeline: clean(pipeline),
  };
}
