import * as z from 'zod';
import { type Described, described } from '../../functions/core/findings/described';
import { FINDING_CODES } from '../../functions/core/findings/findings';
import { FORESEEN, type Foreseen, type Obstacle } from '../../functions/core/forecast/forecast';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');

export const foreseenSchema = z.object({
  at: instant,
  key: z.string().describe('ID of the managed key.'),
  does: z.enum(FORESEEN),
  accessKeyId: z.string().optional().describe('Not there for an access key that is still to be made.'),
  madeAt: instant
    .optional()
    .describe('When the access key was, or will be, made; of "rotate" the one that is replaced.'),
  reason: z.string().optional(),
  observed: z.boolean().optional().describe('True where the key is only observed: it would be done, and is not.'),
  latest: instant.optional().describe('To when it may be held because the key is still in use.'),
});
export type ForeseenDocument = z.infer<typeof foreseenSchema>;

export const findingSchema = z.object({
  code: z.enum(FINDING_CODES as [string, ...string[]]),
  key: z.string().optional(),
  accessKeyId: z.string().optional(),
  severity: z.enum(['attention', 'notice']),
  what: z.string(),
  brokenNow: z.string(),
  message: z.string(),
});
export type FindingDocument = z.infer<typeof findingSchema>;

export const obstacleSchema = findingSchema.extend({ from: instant, until: instant });
export type ObstacleDocument = z.infer<typeof obstacleSchema>;

export function foreseenDocument(seen: Foreseen): ForeseenDocument {
  const { at, key, does, accessKeyId, madeAt, reason, latest, isObserved } = seen;
  return {
    at: at.toISOString(),
    key,
    does,
    accessKeyId,
    madeAt: madeAt?.toISOString(),
    reason,
    latest: latest?.toISOString(),
    ...(isObserved ? { observed: true } : {}),
  };
}

export function findingDocument({
  code,
  key,
  accessKeyId,
  severity,
  what,
  brokenNow,
  message,
}: Omit<Described, 'outcome'>): FindingDocument {
  return { code, key, accessKeyId, severity, what, brokenNow, message };
}

export function obstacleDocument({ finding, from, until }: Obstacle): ObstacleDocument {
  return { ...findingDocument(described(finding)), from: from.toISOString(), until: until.toISOString() };
}
