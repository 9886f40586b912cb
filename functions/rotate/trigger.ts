import { awsStart, keysAsked, keysToLookAt } from '../core/config/asked';
import { type Exposure, exposureOf } from '../core/config/exposed';

/** What a run of rotate is about. */
export interface RotateRequest {
  readonly trigger: 'daily' | 'event' | 'request';
  /** AWS says that access keys have leaked. */
  readonly exposure?: Exposure;
  /** Keys that an operator wants rotated now, by id. */
  readonly requested?: readonly string[];
  /** Keys that are looked at now, by id; what is done for them their secrets say. */
  readonly look?: readonly string[];
  /** Who asked and why, in their own words. */
  readonly facts?: Readonly<Record<string, string>>;
  /** The stack was deployed this very moment. */
  readonly justDeployed?: true;
}

/**
 * Reads the event that started the run.
 *
 * @throws KeyturnError `invalid-request` for what is neither a rule's event nor a valid request: whoever asks in a leak
 *   must not be answered with the daily run (K14)
 */
export function rotateRequestOf(event: unknown): RotateRequest {
  const exposure = exposureOf(event);
  if (exposure !== undefined) {
    return { trigger: 'event', exposure, facts: { source: exposure.source, what: exposure.what } };
  }
  switch (awsStart(event)) {
    case 'schedule':
      return { trigger: 'daily' };
    case 'deployment':
      return { trigger: 'daily', justDeployed: true };
    case undefined: {
      const look = keysToLookAt(event);
      if (look !== undefined) return { trigger: 'request', look: look.keys, facts: look.facts };
      const request = keysAsked(event);
      if (request === 'everything') return { trigger: 'daily' };
      return { trigger: 'request', requested: request.keys, facts: request.facts };
    }
  }
}
