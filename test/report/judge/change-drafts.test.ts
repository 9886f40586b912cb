import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { MINUTE } from '../../../functions/core/duration';
import type { Evidence, TrailWrite } from '../../../functions/report/evidence/evidence';
import {
  managedBy,
  matched,
  pairNotes,
  repeatedWrite,
  withoutKeyturn,
  withoutTrail,
} from '../../../functions/report/judge/change-drafts';
import type { Principals } from '../../../functions/report/judge/principals';
import { type ManagedKey, scopeOf } from '../../../functions/report/judge/scope';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const account = new AnAccount(2).live(0, 1);
const evidence = account.evidence(1, 0);
const { accessKeyId } = account.key(1);
const scope = scopeOf(evidence);
const managed = scope.byKey.get('key-0');
const nobody: Principals = { ofFunction: new Map(), doubt: () => undefined };
const at = day(0, MINUTE);

const write = (more: Partial<TrailWrite> = {}): TrailWrite => ({
  eventId: 'trail-1',
  at,
  action: 'UpdateAccessKey',
  by: 'alice',
  user: 'ci-0',
  accessKeyId: 'AKIA1',
  status: 'Inactive',
  version: 'v1',
  ...more,
});
const event = { id: 'event-1', event: 'key-deactivated', function: 'deactivate', key: 'key-0' } as AuditEvent;
const draft = {
  at: at.toISOString(),
  action: 'UpdateAccessKey',
  by: 'alice',
  trailEventId: 'trail-1',
  user: 'ci-0',
  accessKeyId: 'AKIA1',
  status: 'Inactive',
  version: 'v1',
  key: 'key-0',
};

describe('a write that an event accounts for', () => {
  const of = (given: Partial<TrailWrite>, told: Partial<AuditEvent> = {}, principals = nobody, notes: string[] = []) =>
    matched({ write: write(given), event: { ...event, ...told } }, 'begun-only', scope, principals, notes);
  const made = {
    ...draft,
    event: 'event-1',
    result: 'begun-only',
    isManaged: true,
    note: undefined,
    isDoubtful: false,
  };

  it.each<[string, Partial<TrailWrite>, Partial<AuditEvent>, Partial<typeof draft>]>([
    ['is of the key that its event names', { user: 'ci-1' }, {}, { user: 'ci-1' }],
    ['has the user of that key where it names none', { user: undefined }, {}, {}],
    [
      'is of the key of its user where its event names none',
      { user: 'ci-1' },
      { key: undefined },
      { user: 'ci-1', key: 'key-1' },
    ],
    [
      'is of the key of its user where its event names another',
      { user: 'ci-1' },
      { key: 'gone' },
      { user: 'ci-1', key: 'key-1' },
    ],
  ])('%s', (_what, given, told, changes) => {
    expect(of(given, told)).toEqual({ ...made, ...changes });
  });

  it('has what speaks against it first, and then its notes', () => {
    const doubtful = { ...nobody, doubt: () => 'Doubt.' };
    expect(of({}, {}, doubtful, ['One.', 'Two.'])).toEqual({ ...made, note: 'Doubt. One. Two.', isDoubtful: true });
    expect(of({}, {}, nobody, ['One.'])).toEqual({ ...made, note: 'One.' });
  });
});

it.each<[number, readonly AuditEvent[], readonly string[]]>([
  [0, [], []],
  [5 * MINUTE, [], []],
  [-5 * MINUTE, [], []],
  [5 * MINUTE + 1, [], ["The event is 5 minutes later than CloudTrail's record."]],
  [-20 * MINUTE, [], ["The event is 20 minutes earlier than CloudTrail's record."]],
  [0, [event, { ...event, id: 'event-2' }], ['Told again by event-1, event-2: done already.']],
])('a pair %i ms apart that %j tell again has the notes %j', (skew, again, notes) => {
  expect(pairNotes(skew, again)).toEqual(notes);
});

it('a write that repeats another one changed nothing, of whomever it is', () => {
  const made = { ...draft, result: 'matched', note: 'Repetition of trail-0: it changed nothing.' };
  const original = write({ eventId: 'trail-0' });
  expect(repeatedWrite(write(), original, managed)).toEqual({ ...made, isManaged: true });
  expect(repeatedWrite(write(), original, undefined)).toEqual({ ...made, key: undefined, isManaged: false });
});

describe('a write that nothing accounts for', () => {
  const role = 'arn:aws:sts::1:assumed-role/Keyturn-sync';
  const principals = (by: string): Principals => ({
    ...nobody,
    ofFunction: new Map([
      ['rotate', 'x'],
      ['sync', by],
    ]),
  });
  const record = (beginsAt: Date) => ({ record: evidence.record && { ...evidence.record, beginsAt } });
  const of = (by: string, of: Partial<ManagedKey> | undefined, changes: Partial<Evidence> = {}) =>
    withoutKeyturn(
      write({ by }),
      of && { ...(managed ?? expect.fail('not managed')), ...of },
      { ...evidence, ...changes },
      principals(role),
    );
  const made = { ...draft, result: 'without-keyturn', isManaged: true, note: undefined };
  const functions =
    "Its principal is that of the sync function, but no event tells of it: look into the function's own log.";

  it.each<[string, Partial<ManagedKey> | undefined, Partial<Evidence>, object]>([
    ['of a managed key', {}, {}, {}],
    ['of a user that is not managed', undefined, record(day(9)), { key: undefined, isManaged: false }],
    ['of a key whose time nobody knows', { since: undefined }, {}, {}],
    ['at the instant from which on it was managed', { since: at }, {}, {}],
    [
      'before it was managed',
      { since: day(9) },
      record(day(9)),
      { isManaged: false, note: 'Before ci-0 was managed.' },
    ],
    ['at the instant at which the record begins', {}, record(at), {}],
    [
      'before the record begins',
      {},
      record(day(9)),
      { note: `The record begins later, at ${day(9).toISOString()}: it cannot tell.` },
    ],
    ['where there is no record', {}, { record: undefined }, {}],
  ])('%s', (_what, key, changes, expected) => {
    expect(of('alice', key, changes)).toEqual({ ...made, by: 'alice', ...expected });
  });

  it.each([
    [`${role}/session`, functions],
    [role, functions],
    [`${role}-2/session`, undefined],
    [`x${role}/session`, undefined],
  ])('by %s says whose principal that is: %s', (by, note) => {
    expect(of(by, {})).toEqual({ ...made, by, note });
  });

  it('has all of its notes', () => {
    expect(of(role, { since: day(9) })).toMatchObject({ note: `Before ci-0 was managed. ${functions}` });
  });
});

it.each([
  ['UpdateAccessKey', { status: 'Inactive' }],
  ['CreateAccessKey', {}],
] as const)('an event that CloudTrail does not have says what it says: %s', (action, more) => {
  const told = {
    time: '2026-01-01T04:00:00+01:00',
    id: 'event-1',
    user: 'ci-0',
    accessKeyId: 'A',
    key: 'key-0',
    version: 'v1',
  };
  expect(withoutTrail(told as AuditEvent, action)).toEqual({
    at: day(0).toISOString(),
    action,
    user: 'ci-0',
    accessKeyId: 'A',
    ...more,
    version: 'v1',
    key: 'key-0',
    event: 'event-1',
    result: 'without-trail',
    isManaged: true,
    note: 'CloudTrail does not have it: the event may be forged, or CloudTrail is incomplete.',
  });
});

it.each<[string, Partial<TrailWrite>, string | undefined]>([
  ['its user', { user: 'ci-1' }, 'key-1'],
  ['its user, whatever else it names', { user: 'ci-0', accessKeyId }, 'key-0'],
  ['its access key, where its user has another name now', { user: 'renamed', accessKeyId }, 'key-1'],
  ['its access key, where it names no user', { user: undefined, accessKeyId }, 'key-1'],
  ['its access key, and not by its secret', { user: undefined, accessKeyId: 'X', secret: 'keyturn/key-1' }, undefined],
  ['its secret', { user: undefined, accessKeyId: undefined, secret: 'keyturn/key-1' }, 'key-1'],
  ['its secret, which is another one', { user: undefined, accessKeyId: undefined, secret: 'keyturn/other' }, undefined],
  ['its secret, which is no managed one', { user: undefined, accessKeyId: undefined, secret: 'other' }, undefined],
  ['nothing', { user: undefined, accessKeyId: undefined }, undefined],
])('the managed key that a write concerns is known by %s', (_what, more, key) => {
  expect(managedBy(write(more), scope)?.key).toBe(key);
});
