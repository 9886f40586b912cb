import { expect, it } from 'vitest';
import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import { MINUTE } from '../../../functions/core/duration';
import type { TrailWrite } from '../../../functions/report/evidence/evidence';
import { isRepeatedEvent, isRepeatedWrite } from '../../../functions/report/judge/repeats';
import { day } from '../../core/web-shop';

const write = (action: TrailWrite['action'], at = 0, by = 'alice') => ({ action, at: day(0, at), by }) as TrailWrite;
const role = 'arn:aws:sts::1:assumed-role/Keyturn/';

it.each<[string, TrailWrite, TrailWrite, boolean]>([
  ['a version that was put twice', write('PutSecretValue', 0, 'bob'), write('PutSecretValue', 99 * MINUTE), true],
  ['a deactivation, at once', write('UpdateAccessKey'), write('UpdateAccessKey'), true],
  ['a deactivation, after a run', write('UpdateAccessKey', 15 * MINUTE), write('UpdateAccessKey'), true],
  ['a deactivation, a run before', write('UpdateAccessKey', -15 * MINUTE), write('UpdateAccessKey'), true],
  ['a deactivation, after more than a run', write('UpdateAccessKey', 15 * MINUTE + 1), write('UpdateAccessKey'), false],
  ['a deactivation by somebody else', write('UpdateAccessKey', 0, 'bob'), write('UpdateAccessKey'), false],
  [
    'a deactivation in another session',
    write('UpdateAccessKey', 0, `${role}a`),
    write('UpdateAccessKey', 0, `${role}b`),
    true,
  ],
  ['a deletion', write('DeleteAccessKey'), write('DeleteAccessKey'), false],
])('%s only repeats the other write: %s', (_what, again, original, expected) => {
  expect(isRepeatedWrite(again, original)).toBe(expected);
});

it.each<[AuditEventName, number, readonly number[] | undefined, boolean]>([
  ['key-deleted', 0, [0], true],
  ['key-deleted', 20 * MINUTE, [0], true],
  ['key-deleted', -20 * MINUTE, [0], true],
  ['key-deleted', 20 * MINUTE + 1, [0], false],
  ['key-deleted', 90 * MINUTE, [0, 90 * MINUTE], true],
  ['key-deleted', 0, [], false],
  ['key-deleted', 0, undefined, false],
  ['key-created', 0, [0], false],
])('%s at %i ms tells again of the writes at %j: %s', (event, at, times, expected) => {
  const told = { event, time: day(0, at).toISOString() } as AuditEvent;
  const pairs = times?.map((time) => ({ write: write('DeleteAccessKey', time), event: told }));
  expect(isRepeatedEvent(told, pairs)).toBe(expected);
});
