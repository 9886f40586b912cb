import * as z from 'zod';
import { dailyRunOf, keysToLookAt } from '../core/config/asked';
import { keyIdSchema } from '../core/config/registry';
import { idOfSecret } from '../core/names';

/** What a run of deactivate is about. */
export interface DeactivateRequest {
  readonly trigger: 'daily' | 'event' | 'request';
  /** Keys that are looked at now, by id; what is done for them their secrets say. @default - all */
  readonly look?: readonly string[];
  /** Who asked and why, in their own words. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** Secrets Manager's `Secret Label Updated`: a version is marked as delivered. */
const labelUpdated = z.object({
  source: z.literal('aws.secretsmanager'),
  'detail-type': z.literal('Secret Label Updated'),
  detail: z.object({ name: z.string().max(2048) }),
});

/**
 * Reads the event that started the run. A delivery is a hint that a key that has leaked may be made Inactive now: a forged
 * event has the real state looked at once more.
 *
 * @throws KeyturnError `invalid-request`
 */
export function deactivateRequestOf(event: unknown): DeactivateRequest {
  const label = labelUpdated.safeParse(event);
  if (label.success) {
    const id = keyIdSchema.safeParse(idOfSecret(label.data.detail.name));
    return { trigger: 'event', look: id.success ? [id.data] : [] };
  }
  const look = keysToLookAt(event);
  return look === undefined ? dailyRunOf(event) : { trigger: 'request', look: look.keys, facts: look.facts };
}
