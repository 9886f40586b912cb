import * as z from 'zod';
import { type KeyStanding, OTHER_KEYS, type StandingKey } from '../../functions/core/forecast/standing';
import { exceptionSchema } from './exception';
import { fetchedSchema } from './fetched';
import { findingDocument, findingSchema, foreseenDocument, foreseenSchema } from './foreseen';

export const STATUS_SCHEMA = 'keyturn.status/v1';
/** What is unseen by this name is no key. */
export const THE_RECORD = 'the audit record';

const instant = z.iso.datetime().describe('ISO 8601, UTC.');

const accessKeySchema = z.object({
  accessKeyId: z.string(),
  status: z.enum(['Active', 'Inactive', 'gone']).describe('"gone": IAM does not list it.'),
  createdAt: instant,
  ageDays: z.int().min(0),
  lastUsedAt: instant.optional().describe('By whomever, proofs of Keyturn among them. Not there: never.'),
  lastUsedService: z.string().optional(),
  usedByOthers: z.boolean().describe('Whether that use was none of the proofs that Keyturn makes.'),
});
export type AccessKeyDocument = z.infer<typeof accessKeySchema>;

const keySchema = z.object({
  id: z.string(),
  user: z.string(),
  mode: z.enum(['observe', 'rotate']),
  current: accessKeySchema.optional().describe('Not there before the first rotation.'),
  delivered: z.object({
    places: z.array(z.string()),
    at: instant.optional().describe('When every place had confirmed it. Not there: not every one has.'),
    seenAt: instant.optional().describe('When every place was last seen to hold it.'),
    receipts: z
      .array(z.object({ place: z.string(), at: instant, accessKeyId: z.string().optional(), outcome: z.string() }))
      .optional()
      .describe('What each place answered last; for one key by its id.'),
  }),
  fetched: fetchedSchema.optional(),
  others: z.array(accessKeySchema.extend({ is: z.enum(OTHER_KEYS) })),
  exception: exceptionSchema.optional(),
  next: z.array(foreseenSchema).describe('What the daily runs will do, in the order of time.'),
  findings: z.array(findingSchema),
});
export type KeyDocument = z.infer<typeof keySchema>;

export const statusSchema = z.object({
  schema: z.literal(STATUS_SCHEMA),
  account: z.string(),
  region: z.string(),
  at: instant,
  keys: z.array(keySchema),
  findings: z.array(findingSchema).describe('What concerns no single key.'),
  silent: z
    .array(z.string())
    .describe('Functions that have ended no whole run lately: nothing of what is foreseen happens meanwhile.'),
  unseen: z
    .array(z.object({ id: z.string(), code: z.string(), message: z.string() }))
    .describe('Keys, and sources, that could not be looked at.'),
});
export type StatusDocument = z.infer<typeof statusSchema>;

export function keyDocument({
  id,
  user,
  isObserved,
  current,
  delivered,
  others,
  next,
  findings,
}: KeyStanding): KeyDocument {
  const { places, at, seenAt } = delivered;
  return {
    id,
    user,
    mode: isObserved ? 'observe' : 'rotate',
    current: current && accessKeyDocument(current),
    delivered: { places: [...places], at: at?.toISOString(), seenAt: seenAt?.toISOString() },
    others: others.map((other) => ({ ...accessKeyDocument(other), is: other.is })),
    next: next.map(foreseenDocument),
    findings: findings.map(findingDocument),
  };
}

function accessKeyDocument(key: StandingKey): AccessKeyDocument {
  const { accessKeyId, status, createdAt, ageDays, lastUsed, usedByOthers } = key;
  return {
    accessKeyId,
    status,
    createdAt: createdAt.toISOString(),
    ageDays,
    lastUsedAt: lastUsed.at?.toISOString(),
    lastUsedService: lastUsed.service,
    usedByOthers,
  };
}
