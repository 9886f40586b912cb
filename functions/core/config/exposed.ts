import * as z from 'zod';

/** What is done for a managed key that AWS says has leaked. */
export const ON_EXPOSED = ['rotate', 'disable-first', 'notify'] as const;
export type OnExposed = (typeof ON_EXPOSED)[number];

/** The codes of AWS Health's events about leaked or misused access keys. */
export const EXPOSURE_CODES = [
  'AWS_RISK_CREDENTIALS_EXPOSED',
  'AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED',
  'AWS_RISK_CREDENTIALS_COMPROMISED',
  'AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED',
] as const;

/** An event of AWS that names access keys which have leaked, or are misused. */
export interface Exposure {
  readonly source: 'aws.health' | 'aws.guardduty';
  /** What AWS calls it: an event type code, or the type of a finding. */
  readonly what: string;
  readonly accessKeyIds: readonly string[];
  /** Whose they are, where the event says it. */
  readonly user?: string | undefined;
  /** When AWS said it, by the event; it may have waited since. */
  readonly saidAt?: Date | undefined;
}

/** Long-term keys only: those of a session (ASIA…) end by themselves, and are nobody's to rotate. */
const accessKeyId = z.string().regex(/^AKIA[A-Z0-9]{12,28}$/);
const what = z.string().regex(/^[\w:./!-]{1,128}$/);

/** Every event of EventBridge has it; what it says decides nothing, so an odd one stops nothing. */
const time = z.iso
  .datetime()
  .transform((text) => new Date(text))
  .optional()
  .catch(undefined);

const health = z.object({
  time,
  source: z.literal('aws.health'),
  detail: z.object({
    eventTypeCode: z.enum(EXPOSURE_CODES),
    affectedEntities: z.array(z.object({ entityValue: z.string().max(256) })).max(1000),
  }),
});

const guardDuty = z.object({
  time,
  source: z.literal('aws.guardduty'),
  detail: z.object({
    type: what,
    resource: z.object({ accessKeyDetails: z.object({ accessKeyId, userName: z.string().max(64).optional() }) }),
  }),
});

/**
 * What an event of AWS says of leaked keys; undefined for any other event. EventBridge takes no event of a source
 * `aws.…` from anybody else, so that only whoever may invoke the function itself can make one up.
 */
export function exposureOf(event: unknown): Exposure | undefined {
  const ofHealth = health.safeParse(event);
  if (ofHealth.success) {
    const { eventTypeCode, affectedEntities } = ofHealth.data.detail;
    const named = affectedEntities
      .map(({ entityValue }) => entityValue)
      .filter((id) => accessKeyId.safeParse(id).success);
    const accessKeyIds = [...new Set(named)];
    return { source: 'aws.health', what: eventTypeCode, accessKeyIds, saidAt: ofHealth.data.time };
  }
  const ofGuardDuty = guardDuty.safeParse(event);
  if (!ofGuardDuty.success) return undefined;
  const { type, resource } = ofGuardDuty.data.detail;
  const { accessKeyId: id, userName: user } = resource.accessKeyDetails;
  return { source: 'aws.guardduty', what: type, accessKeyIds: [id], user, saidAt: ofGuardDuty.data.time };
}
