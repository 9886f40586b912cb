import { describe, expect, it } from 'vitest';
import {
  type AuditEvent,
  attemptOf,
  attemptOfEvent,
  auditJsonSchema,
  eventId,
  readAuditLine,
  startOf,
} from '../../functions/core/audit';

const event: AuditEvent = {
  schema: 'keyturn.audit/v1',
  id: 'run-1-abc-3',
  sequence: 3,
  time: '2026-01-01T03:00:00.000Z',
  account: '111122223333',
  region: 'eu-west-1',
  run: 'run-1',
  function: 'sync',
  functionVersion: '0.1.0+abc',
  event: 'finding',
  outcome: 'ok',
};

describe('a line of the record', () => {
  it.each<[string, string, ReturnType<typeof readAuditLine>]>([
    ['an event', JSON.stringify(event), { event, document: event }],
    [
      'an event with what a later version adds to it',
      JSON.stringify({ ...event, later: 1 }),
      { event, document: { ...event, later: 1 } },
    ],
    [
      'an event of a newer schema',
      JSON.stringify({ ...event, schema: 'keyturn.audit/v12' }),
      { unreadable: 'newer-schema', schema: 'keyturn.audit/v12' },
    ],
    ['half an event', JSON.stringify({ ...event, run: undefined }), { unreadable: 'not-an-event' }],
    ['an event of another program', JSON.stringify({ schema: 'other.audit/v2' }), { unreadable: 'not-an-event' }],
    ['a schema that only begins so', JSON.stringify({ schema: 'keyturn.audit/v2x' }), { unreadable: 'not-an-event' }],
    ['a schema that only ends so', JSON.stringify({ schema: 'x keyturn.audit/v2' }), { unreadable: 'not-an-event' }],
    ['no JSON', 'START RequestId: 1', { unreadable: 'not-an-event' }],
    ['nothing', 'null', { unreadable: 'not-an-event' }],
  ])('with %s is read', (_what, line, read) => {
    expect(readAuditLine(line)).toEqual(read);
  });
});

describe('an attempt', () => {
  it.each([1, 9, 10, 100])('is found again in the ID of its event number %i', (sequence) => {
    const attempt = attemptOf({ run: 'run-1' }, new Date(36 ** 3));
    expect(attempt).toBe('run-1-1000');
    const id = eventId(attempt, sequence);
    expect(id).toBe(`run-1-1000-${sequence}`);
    expect(attemptOfEvent({ id, sequence })).toBe(attempt);
    expect(startOf(attempt)).toBe(36 ** 3);
  });

  it('without a beginning in its name has none', () => {
    expect([startOf('run-'), startOf('run-_')]).toEqual([Number.NaN, Number.NaN]);
  });
});

it('the JSON Schema of an event has its name, says what one must have, and lets a later version add to it', () => {
  expect(auditJsonSchema()).not.toHaveProperty('additionalProperties');
  expect(auditJsonSchema()).toMatchObject({
    title: 'keyturn.audit/v1',
    description: 'One event of the audit log of Keyturn.',
    type: 'object',
    required: Object.keys(event).sort((a, b) => order(a) - order(b)),
  });
});

function order(name: string): number {
  return Object.keys((auditJsonSchema() as { properties: object }).properties).indexOf(name);
}
