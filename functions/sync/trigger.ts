import * as z from 'zod';
import { awsStart, keysAsked, keysToSync } from '../core/config/asked';
import { keyIdSchema } from '../core/config/registry';
import { CONNECTION_SECRET_PREFIX, idOfSecret } from '../core/names';

/** What a run of sync is about: some keys, or all of them. */
export interface SyncRequest {
  readonly trigger: 'event' | 'hourly' | 'request';
  /** Managed keys by id; all when undefined. */
  readonly ids?: readonly string[];
  /** Their targets are compared with what was delivered there, and nothing is written to them. */
  readonly only?: 'check' | undefined;
  /** How many runs before it, one after the other, have left a delivery in the middle. @default - none */
  readonly goesOn?: number | undefined;
  /** Who asked and why, in their own words. */
  readonly facts?: Readonly<Record<string, string>>;
  /** The event had another shape than any that is known; everything is looked at instead. */
  readonly unknown?: true;
}

/** CloudTrail's record of a PutSecretValue; `secretId` is a name or an ARN. */
const putSecretValue = z.object({
  source: z.literal('aws.secretsmanager'),
  detail: z.object({
    eventName: z.literal('PutSecretValue'),
    requestParameters: z.object({ secretId: z.string().max(2048) }),
  }),
});

/** Secrets Manager's own `Secret Label Updated`. */
const labelUpdated = z.object({
  source: z.literal('aws.secretsmanager'),
  'detail-type': z.literal('Secret Label Updated'),
  detail: z.object({ name: z.string().max(2048) }),
});

/** Whatever else comes from there is a hint too. */
const ofSecretsManager = z.object({ source: z.literal('aws.secretsmanager') });

/**
 * Reads the event that started the run. Events of AWS are hints: the worst that a forged or broken one can do is to make
 * a run look at the real state once more.
 *
 * @throws KeyturnError `invalid-request` for what is neither an event of AWS nor a valid request (K14)
 */
export function syncRequestOf(event: unknown): SyncRequest {
  const put = putSecretValue.safeParse(event);
  if (put.success) return about(put.data.detail.requestParameters.secretId);
  const label = labelUpdated.safeParse(event);
  if (label.success) return about(label.data.detail.name);
  if (ofSecretsManager.safeParse(event).success) return { trigger: 'event', unknown: true };
  switch (awsStart(event)) {
    case 'schedule':
      return { trigger: 'hourly' };
    case 'deployment':
      return { trigger: 'event' };
    case undefined: {
      const look = keysToSync(event);
      if (look !== undefined) {
        const { keys: ids, only, goesOn, facts } = look;
        // Nobody waits for the answer of one that goes on.
        return { trigger: goesOn === undefined ? 'request' : 'event', ids, only, goesOn, facts };
      }
      const request = keysAsked(event);
      if (request === 'everything') return { trigger: 'request' };
      return { trigger: 'request', ids: request.keys, facts: request.facts };
    }
  }
}

function about(nameOrArn: string): SyncRequest {
  const name = nameOrArn.startsWith('arn:')
    ? nameOrArn.replace(/.*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '')
    : nameOrArn;
  // A connection's new token: deliveries that it held up can go ahead, whosesoever they are.
  if (name.startsWith(CONNECTION_SECRET_PREFIX)) return { trigger: 'event' };
  const id = keyIdSchema.safeParse(idOfSecret(name));
  return id.success ? { trigger: 'event', ids: [id.data] } : { trigger: 'event', unknown: true };
}
