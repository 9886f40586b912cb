import * as z from 'zod';
import { keyIdSchema } from '../core/config/registry';
import { CONNECTION_SECRET_PREFIX, idOfSecret } from '../core/names';

/** What a run of sync is about: some keys, or all of them. */
export interface SyncRequest {
  readonly trigger: 'event' | 'hourly' | 'request';
  /** Managed keys by id; all when undefined. */
  readonly ids?: readonly string[];
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

/** The end of a deployment, which may have changed targets. */
const deployment = z.object({ source: z.literal('aws.cloudformation') });

const schedule = z.object({ source: z.literal('aws.events'), 'detail-type': z.literal('Scheduled Event') });

/** By hand: `{"keys": ["web-shop-production"]}`. */
const request = z.strictObject({ keys: z.array(keyIdSchema).min(1).max(1000) });

/**
 * Reads the event that started the run. Events are hints: the worst that a forged or broken one can do is to make a run
 * look at the real state once more.
 */
export function syncRequestOf(event: unknown): SyncRequest {
  const put = putSecretValue.safeParse(event);
  if (put.success) return about(put.data.detail.requestParameters.secretId);
  const label = labelUpdated.safeParse(event);
  if (label.success) return about(label.data.detail.name);
  if (schedule.safeParse(event).success) return { trigger: 'hourly' };
  if (deployment.safeParse(event).success) return { trigger: 'event' };
  const asked = request.safeParse(event);
  if (asked.success) return { trigger: 'request', ids: asked.data.keys };
  return { trigger: 'event', unknown: true };
}

function about(nameOrArn: string): SyncRequest {
  const name = nameOrArn.startsWith('arn:')
    ? nameOrArn.replace(/^.*:secret:/, '').replace(/-[A-Za-z0-9]{6}$/, '')
    : nameOrArn;
  // A connection's new token: deliveries that it held up can go ahead, whosesoever they are.
  if (name.startsWith(CONNECTION_SECRET_PREFIX)) return { trigger: 'event' };
  const id = idOfSecret(name);
  const isId = id !== undefined && keyIdSchema.safeParse(id).success;
  return isId ? { trigger: 'event', ids: [id] } : { trigger: 'event', unknown: true };
}
