import { createHash } from 'node:crypto';
import { type AuditEvent, attemptOf, eventId } from '../../../functions/core/audit';
import { DEFAULT_POLICY } from '../../../functions/core/config/policy';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

/** The same text gives the same hexadecimal digits: samples are the same in every run. */
export function digits(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** What an event of a sample tells besides what its run gives. */
export type Told = Pick<AuditEvent, 'event'> &
  Partial<Pick<AuditEvent, 'key' | 'user' | 'accessKeyId' | 'target' | 'reason' | 'outcome' | 'code' | 'message'>>;

/** One attempt of a function in a sample: its events count from 1, a second apart. */
export function attempt(name: string, at: Date, told: readonly Told[]): readonly AuditEvent[] {
  const hash = digits(`${name} ${at.toISOString()} ${told[0]?.key ?? ''}`, 32);
  const run = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20)].join('-');
  const id = attemptOf({ run }, at);
  return told.map((one, index) => ({
    schema: 'keyturn.audit/v1',
    id: eventId(id, index + 1),
    sequence: index + 1,
    time: new Date(at.getTime() + index * 1000).toISOString(),
    account: ACCOUNT,
    region: REGION,
    run,
    function: name,
    functionVersion: '0.1.0+0123456789ab',
    outcome: 'ok',
    ...(one.key === undefined ? {} : { policy: DEFAULT_POLICY }),
    ...one,
  }));
}
