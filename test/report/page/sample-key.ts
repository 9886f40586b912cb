import type { AuditEvent } from '../../../functions/core/audit';
import { DEFAULT_POLICY } from '../../../functions/core/config/policy';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import type { KeyLife, ManagedKeyHistory } from '../../../functions/report/judge/model';
import { attempt, digits, type Told } from './sample-run';

export const SINCE = new Date('2024-11-01T00:00:00.000Z');
export const UNTIL = new Date('2026-11-01T00:00:00.000Z');

export interface SampleKey {
  readonly history: ManagedKeyHistory;
  readonly events: readonly AuditEvent[];
  readonly createdAt: ReadonlyMap<string, Date>;
  readonly failedDeliveries: number;
}

type Mark = KeyLife['marks'][number];
const iso = (at: number | Date) => new Date(at).toISOString();

/** Every seventh key has a hold a year, every ninth an incident, every eleventh is once rotated late. */
export function sampleKey(index: number, key: string, user: string): SampleKey {
  const events: AuditEvent[] = [];
  const lives: KeyLife[] = [];
  const createdAt = new Map<string, Date>();
  const target = `bitbucket:acme/${key}/Production`;
  let late = 0;
  let failed = 0;
  let born = SINCE.getTime() - (20 + ((index * 37) % 70)) * DAY + (index % 50) * MINUTE;
  for (let rotation = 0; born < UNTIL.getTime(); rotation += 1) {
    const accessKeyId = `AKIA${digits(`${key} ${rotation}`, 16).toUpperCase()}`;
    const lateDays = index % 11 === 3 && rotation === 5 ? 6 : 0;
    const held = index % 7 === 2 && rotation % 4 === 2 ? 4 : 0;
    const about = { key, user, accessKeyId };
    createdAt.set(accessKeyId, new Date(born));
    const marks: Mark[] = [];
    /** Lets a function run, if that is within the period; the mark refers to the run's n-th event. */
    const happens = (name: string, at: number, told: readonly Told[], kind?: Mark['kind'], nth = 0, label = '') => {
      if (at >= UNTIL.getTime()) return;
      const run = at < SINCE.getTime() ? [] : attempt(name, new Date(at), told);
      events.push(...run);
      const event = run[nth]?.id;
      if (kind !== undefined) {
        marks.push({ kind, at: iso(at), label: label || `${accessKeyId} ${kind}`, ...(event && { event }) });
      }
    };
    if (rotation === 0) marks.push({ kind: 'created', at: iso(born), label: `${accessKeyId} adopted` });
    else {
      const made: Told[] = [
        { event: 'intent-written', key, user },
        { event: 'key-created', ...about, reason: 'due' },
        { event: 'key-proved', ...about },
        { event: 'key-stored', ...about },
        { event: 'intent-cleared', key, user },
      ];
      happens('rotate', born, made, 'created', 1, `${accessKeyId} created: the key before was due`);
    }
    let delivered = born + 2 * MINUTE;
    if (index % 9 === 4 && rotation === 4) {
      const message = `Bitbucket answered 401 for ${target}: its token was rejected. Put a new one into the secret.`;
      const told: Told = {
        event: 'target-failed',
        ...about,
        target,
        outcome: 'failed',
        code: 'token-rejected',
        message,
      };
      happens('sync', delivered, [told], 'incident', 0, 'Delivery failed: the token was rejected');
      if (delivered < UNTIL.getTime()) failed += 1;
      delivered += 26 * HOUR;
    }
    const handed: Told[] = [
      { event: 'key-proved', ...about },
      { event: 'target-delivered', ...about, target },
      { event: 'version-delivered', ...about },
    ];
    happens('sync', delivered, handed, 'delivered', 2);
    const successor = born + (90 + lateDays) * DAY;
    const due = successor + 10 * DAY;
    if (held > 0) {
      const message = `${accessKeyId} was used within 2 days. Its deactivation waits until it is idle, 10 days at most.`;
      const told: Told = { event: 'hold-recorded', ...about, reason: 'in-use', outcome: 'held', message };
      happens('deactivate', due, [told], 'hold', 0, `Held for ${held} days: it was in use`);
    }
    const inactive = due + held * DAY;
    const ended = inactive + 10 * DAY;
    happens(
      'deactivate',
      inactive,
      [
        { event: 'key-deactivation-begun', ...about, reason: 'superseded' },
        { event: 'key-deactivated', ...about, reason: 'superseded' },
      ],
      'deactivated',
      1,
    );
    happens(
      'delete',
      ended,
      [
        { event: 'key-deletion-begun', ...about, reason: 'recovery-over' },
        { event: 'key-deleted', ...about, reason: 'recovery-over' },
      ],
      'deleted',
      1,
    );
    const bounds: [KeyLife['phases'][number]['phase'], number, number][] = [
      ['undelivered', born, delivered],
      ['current', delivered, successor],
      ['overlap', successor, inactive],
      ['inactive', inactive, ended],
    ];
    const isLate = lateDays > 0 && successor < UNTIL.getTime();
    if (isLate) late += 1;
    lives.push({
      accessKeyId,
      origin: rotation === 0 ? 'adopted' : 'keyturn',
      phases: bounds
        .filter(([, from]) => from < UNTIL.getTime())
        .map(([phase, from, to]) => ({ phase, from: iso(from), ...(to < UNTIL.getTime() ? { to: iso(to) } : {}) })),
      marks,
      ...(rotation === 0 ? {} : { rotationReason: 'due' }),
      ...(isLate ? { lateDays } : {}),
    });
    if (successor >= UNTIL.getTime()) break;
    born = successor;
  }
  const current = lives.at(-1);
  const currentBorn = createdAt.get(current?.accessKeyId ?? '') ?? SINCE;
  const count = (event: AuditEvent['event']) => events.filter((one) => one.event === event).length;
  return {
    history: {
      key,
      user,
      policy: DEFAULT_POLICY,
      isManagedNow: true,
      targets: [target],
      currentAccessKeyId: current?.accessKeyId,
      state: 'on-time',
      rotateDueAt: iso(currentBorn.getTime() + 90 * DAY),
      rotations: count('key-created'),
      lateRotations: late,
      deliveries: count('target-delivered'),
      holds: count('hold-recorded'),
      incidents: count('target-failed'),
      lives,
      events: events.map(({ id }) => id),
    },
    events,
    createdAt,
    failedDeliveries: failed,
  };
}
