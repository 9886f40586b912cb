import * as z from 'zod';
import { type Described, described } from '../../functions/core/findings/described';
import { FINDING_CODES, FINDINGS, type FindingCode } from '../../functions/core/findings/findings';
import { cures, type KeyturnSubject, showsMore } from '../../functions/core/findings/keyturn';
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
  shows: z.string().optional().describe('The keyturn command that shows more of it.'),
  cures: z
    .string()
    .optional()
    .describe('The one that cures it; not there where none does: a person decides, or it passes by itself.'),
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

export function findingDocument(found: Omit<Described, 'outcome'>): FindingDocument {
  const { code, key, accessKeyId, severity, what, brokenNow, message, connection, heldBy } = found;
  const commands = keyturnOf({ code, key, accessKeyId, connection: connection?.name, heldBy }, found.cures);
  return { code, key, accessKeyId, severity, what, brokenNow, message, ...commands };
}

/** What shows more of a finding and what cures it, as its descriptor says. */
export function keyturnOf(
  subject: KeyturnSubject & { readonly code: FindingCode },
  cure = FINDINGS[subject.code].keyturn.cures,
): Pick<FindingDocument, 'shows' | 'cures'> {
  const { keyturn } = FINDINGS[subject.code];
  return { shows: showsMore(keyturn, subject), cures: cures({ ...keyturn, cures: cure }, subject) };
}

export function obstacleDocument({ finding, from, until }: Obstacle): ObstacleDocument {
  return { ...findingDocument(described(finding)), from: from.toISOString(), until: until.toISOString() };
}
