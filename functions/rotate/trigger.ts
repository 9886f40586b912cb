import * as z from 'zod';
import { keyIdSchema } from '../core/config/registry';

/** What a run of rotate is about. */
export interface RotateRequest {
  readonly trigger: 'daily' | 'request';
  /** Keys that an operator wants rotated now, by id. */
  readonly requested?: readonly string[];
  /** Who asked and why, in their own words. */
  readonly facts?: Readonly<Record<string, string>>;
  /** The stack was deployed this very moment. */
  readonly justDeployed?: true;
}

const words = z.string().max(200).optional();

/** By hand: `{"keys": ["web-shop-production"], "by": "jo@example.com", "why": "leaked in a log"}`. */
const request = z.strictObject({ keys: z.array(keyIdSchema).min(1).max(1000), by: words, why: words });

const deployment = z.object({ source: z.literal('aws.cloudformation') });

/** Reads the event that started the run: only the exact request rotates before its time, anything else is the daily run. */
export function rotateRequestOf(event: unknown): RotateRequest {
  const asked = request.safeParse(event);
  if (asked.success) {
    const { keys, by = 'not said', why = 'not said' } = asked.data;
    return { trigger: 'request', requested: keys, facts: { requestedBy: by, requestedWhy: why } };
  }
  return deployment.safeParse(event).success ? { trigger: 'daily', justDeployed: true } : { trigger: 'daily' };
}
