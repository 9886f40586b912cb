import * as z from 'zod';
import { keyIdSchema } from '../core/registry';

/** What a run of rotate is about. */
export interface RotateRequest {
  readonly trigger: 'daily' | 'request';
  /** Keys that an operator wants rotated now, by id. */
  readonly requested?: readonly string[];
}

/** By hand: `{"keys": ["web-shop-production"]}`. */
const request = z.strictObject({ keys: z.array(keyIdSchema).min(1).max(1000) });

/** Reads the event that started the run: only the exact request rotates before its time, anything else is the daily run. */
export function rotateRequestOf(event: unknown): RotateRequest {
  const asked = request.safeParse(event);
  return asked.success ? { trigger: 'request', requested: asked.data.keys } : { trigger: 'daily' };
}
