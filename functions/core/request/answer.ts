import * as z from 'zod';
import { auditEventSchema } from '../audit';

/** Version of what is answered. */
export const ANSWER_SCHEMA = 'keyturn.answer/v1';

/** Why nothing was done, for programs; a code's meaning never changes. */
export const REFUSALS = {
  /** It is no request, or has a mistake in it. */
  'invalid-request': 400,
  /** Whoever asks needs another level for it. */
  'beyond-level': 403,
  'unknown-key': 404,
  /** The key's entry or its secret is not as it was deployed. */
  'not-as-deployed': 409,
  /** What holds the key stands on a secret of before, which is no managed key's any more. */
  'stands-elsewhere': 409,
  'nothing-to-do': 409,
  /** It is paused, or only observed. */
  'held-back': 409,
  /** The current key has not reached every target yet. */
  'not-delivered': 409,
  /** The IAM user has two access keys, and none of them goes before its dates. */
  'no-room': 409,
  /** Something has changed since the plan was shown. */
  'plan-changed': 409,
  /** Another request for this key, or this very one, is being worked on. */
  'in-progress': 409,
  /** Another request had this ID. */
  'id-taken': 409,
  /** It is not known whether it was done: the same request, sent again, is done once. */
  failed: 503,
} as const;
export type Refusal = keyof typeof REFUSALS;

export const answerSchema = z.object({
  schema: z.literal(ANSWER_SCHEMA),
  id: z.string().optional().describe('Of the request; not there where it could not be read.'),
  run: z.string().describe("Lambda's request ID: by it the record tells what was done."),
  level: z.enum(['operator', 'administrator']),
  by: z.string().describe('ARN of whoever asked, as AWS says it.'),
  outcome: z.enum(['planned', 'done', 'refused']),
  plan: z
    .object({
      digest: z.string().describe('What has to be sent for it to be done.'),
      words: z.array(z.string()).describe('What will be done, or was, in sentences.'),
      changes: z.array(
        z.object({ key: z.string(), do: z.string(), tag: z.string().optional(), from: z.string().optional() }),
      ),
    })
    .optional(),
  started: z
    .array(z.object({ function: z.string(), isStarted: z.boolean() }))
    .optional()
    .describe('The functions that do it, and whether each was started now; one that was not does it in its next run.'),
  repeated: z.boolean().optional().describe('It was done before, by an earlier copy of the same request.'),
  followed: z
    .object({
      outcome: z
        .enum(['done', 'in-the-way', 'open', 'unread'])
        .describe('"open": not at its end yet; "unread": whoever asks may not read the record.'),
      events: z.array(auditEventSchema).describe('Its steps in the record.'),
    })
    .optional()
    .describe('What the record has of what came of it. The command adds it; no function answers it.'),
  refused: z
    .object({ reason: z.enum(Object.keys(REFUSALS) as [Refusal, ...Refusal[]]), message: z.string() })
    .optional(),
});
export type OperateAnswer = z.infer<typeof answerSchema>;
