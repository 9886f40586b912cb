import type { AlarmName } from '../config/alarm-names';
import { BREAK_GLASS_USED, KEYTURN_CHANGED } from '../names';
import { type HeldBy, quoted } from './commands';

/** What shows more of a finding, and what cures it: one command of `keyturn` each. */
export interface KeyturnCommands {
  readonly shows: 'status' | 'why' | 'doctor';
  /** @default - no command of `keyturn` does: a person decides, or it passes by itself */
  readonly cures?: 'deliver' | 'rotate' | 'rotate --compromised' | 'resume' | 'connect';
}

/** What they are about. */
export interface KeyturnSubject {
  /** The finding's code: it is given as the reason. */
  readonly code: string;
  readonly key?: string | undefined;
  readonly accessKeyId?: string | undefined;
  /** Name of the connection. */
  readonly connection?: string | undefined;
  readonly heldBy?: HeldBy | undefined;
}

/** `keyturn status web-shop`: without a key, or an access key, it shows all. */
export function showsMore({ shows }: KeyturnCommands, { key, accessKeyId }: KeyturnSubject): string {
  if (shows === 'doctor') return 'keyturn doctor';
  if (shows === 'why' && accessKeyId !== undefined) return `keyturn why ${quoted(accessKeyId)}`;
  return key === undefined ? 'keyturn status' : `keyturn status ${quoted(key)}`;
}

/** `keyturn deliver web-shop --why undelivered`; undefined where there is none. What a pause holds back is let go first. */
export function cures({ cures: cure }: KeyturnCommands, subject: KeyturnSubject): string | undefined {
  const { code, key, accessKeyId, connection, heldBy } = subject;
  if (cure === 'connect') return connection === undefined ? undefined : `keyturn connect ${quoted(connection)}`;
  if (cure === undefined || key === undefined || heldBy === 'observed') return undefined;
  if (cure === 'rotate --compromised' && heldBy === undefined && accessKeyId !== undefined)
    return `keyturn rotate ${quoted(key)} --compromised --key ${quoted(accessKeyId)} --why ${code}`;
  return `keyturn ${heldBy === 'paused' ? 'resume' : cure} ${quoted(key)} --why ${code}`;
}

/** The same for what is told and is no finding: alarms of their own, and two mails. */
export const BESIDE_FINDINGS = {
  overdue: { shows: 'status', cures: 'rotate' },
  'silent-rotate': { shows: 'doctor' },
  'silent-deactivate': { shows: 'doctor' },
  'silent-delete': { shows: 'doctor' },
  'silent-sync': { shows: 'doctor' },
  'silent-archive': { shows: 'doctor' },
  errors: { shows: 'doctor' },
  failing: { shows: 'doctor' },
  'dead-letters': { shows: 'doctor' },
  forwarding: { shows: 'doctor' },
  'record-incomplete': { shows: 'doctor' },
  archive: { shows: 'doctor' },
  untold: { shows: 'doctor' },
  'provider-failing': { shows: 'doctor' },
  'provider-throttled': { shows: 'doctor' },
  'provider-refusing': { shows: 'doctor' },
  'token-reused': { shows: 'doctor' },
  [KEYTURN_CHANGED]: { shows: 'doctor' },
  [BREAK_GLASS_USED]: { shows: 'status' },
} as const satisfies Partial<
  Readonly<Record<AlarmName | typeof KEYTURN_CHANGED | typeof BREAK_GLASS_USED, KeyturnCommands>>
>;
