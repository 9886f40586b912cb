import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import { policyWith } from '../../../functions/core/config/policy';
import { DAY, HOUR } from '../../../functions/core/duration';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { isLateWithin, livesOf, policyAt, supersededAt } from '../../../functions/report/judge/lives';
import type { Change, KeyLife } from '../../../functions/report/judge/model';
import type { ManagedKey } from '../../../functions/report/judge/scope';
import { day, handMade, keyOf, secretOf, versionOf } from '../../core/web-shop';
import { ARun } from './a-run';
import { AnAccount } from './account';

const policy = policyWith(undefined);
const evidence = new AnAccount(0).evidence(200, 0);
const listed = (accessKeyId: string, at: number) =>
  ({ user: 'ci', accessKeyId, status: 'Active', createdAt: day(at) }) as const;

/** What the record says, an event a run. */
function told(event: AuditEventName, at: number, more: Partial<AuditEvent> = {}): AuditEvent {
  const run = new ARun({ events: [], write: () => expect.fail() }, 'rotate', day(at), `run-${event}-${at}`);
  return run.tell(event, { key: 'shop', user: 'ci', accessKeyId: 'A', ...more });
}
const managed = (more: Partial<ManagedKey> = {}): ManagedKey => ({
  key: 'shop',
  user: 'ci',
  policy,
  entry: undefined,
  changedAt: undefined,
  secret: undefined,
  events: [],
  listed: undefined,
  since: day(0),
  ...more,
});
const lives = (more: Partial<ManagedKey> = {}, changes: readonly Change[] = [], given: Partial<Evidence> = {}) =>
  livesOf(managed(more), changes, { ...evidence, ...given });
const byHand = (action: Change['action'], at: number, more: Partial<Change> = {}): Change => ({
  id: 'change-1',
  at: day(at).toISOString(),
  action,
  accessKeyId: 'A',
  by: 'alice',
  result: 'without-keyturn',
  isManaged: true,
  ...more,
});
const record = (beginsAt: Date) => ({ record: evidence.record && { ...evidence.record, beginsAt } });

describe('where a key comes from', () => {
  it.each<[KeyLife['origin'], string, Partial<ManagedKey>, readonly Change[], Partial<Evidence>]>([
    ['keyturn', 'a run created it', { events: [told('key-created', 1)] }, [], {}],
    ['keyturn', 'it was current', { events: [told('key-stored', 1)] }, [], {}],
    [
      'keyturn',
      'a run was about to create it',
      {},
      [byHand('CreateAccessKey', 1, { result: 'begun-only', event: 'e' })],
      {},
    ],
    [
      'foreign',
      'a run found it so',
      { listed: [listed('A', -9)], events: [told('finding', 1, { reason: 'foreign-key' })] },
      [],
      {},
    ],
    [
      'adopted',
      'a run found something else',
      { listed: [listed('A', -9)], events: [told('finding', 1, { reason: 'two-keys' })] },
      [],
      {},
    ],
    [
      'adopted',
      'a run found another one',
      { listed: [listed('A', -9)], events: [told('finding', 1, { reason: 'foreign-key', accessKeyId: 'B' })] },
      [],
      {},
    ],
    [
      'adopted',
      'a run told something else of it',
      { listed: [listed('A', -9)], events: [told('step-failed', 1, { reason: 'foreign-key' })] },
      [],
      {},
    ],
    ['adopted', 'it was there before the secret', { listed: [listed('A', -1)] }, [], {}],
    ['foreign', 'it is as old as the secret', { listed: [listed('A', 0)] }, [], {}],
    ['foreign', 'somebody created it', {}, [byHand('CreateAccessKey', 1)], {}],
    ['foreign', 'somebody created it before the record began', {}, [byHand('CreateAccessKey', 1)], record(day(2))],
    ['unknown', 'it is older than the record', { listed: [listed('A', 1)] }, [], record(day(2))],
    ['foreign', 'it is as old as the record', { listed: [listed('A', 2)] }, [], record(day(2))],
    ['unknown', 'there is no record', { listed: [listed('A', 1)] }, [], { record: undefined }],
    ['unknown', 'nobody knows when it was created', {}, [byHand('DeleteAccessKey', 1)], {}],
    ['unknown', 'nobody knows since when it is managed', { listed: [listed('A', 1)], since: undefined }, [], {}],
    ['adopted', 'Keyturn deactivated it and never stored it', { events: [told('key-deactivated', 1)] }, [], {}],
    ['adopted', 'Keyturn deleted it and never stored it', { events: [told('key-deleted', 1)] }, [], {}],
    [
      'foreign',
      'another one was current',
      { listed: [listed('A', 5)], events: [told('key-stored', 1, { accessKeyId: '0' })] },
      [],
      {},
    ],
    [
      'adopted',
      'Keyturn delivered and retired it',
      { events: [told('version-delivered', 0.5), told('key-deactivated', 1)] },
      [],
      {},
    ],
    ['unknown', 'somebody deactivated it', {}, [byHand('UpdateAccessKey', 1)], {}],
    ['unknown', 'Keyturn saw it Active', { events: [told('reactivation-recorded', 1)] }, [], {}],
    [
      'keyturn',
      'Keyturn stored and deactivated it',
      { events: [told('key-stored', 1), told('key-deactivated', 2)] },
      [],
      {},
    ],
    [
      'unknown',
      'the record does not know all of the time of the secret',
      { events: [told('key-deactivated', 2)] },
      [],
      record(day(1, 1)),
    ],
    [
      'adopted',
      'the record began a day after the secret',
      { events: [told('key-deactivated', 2)] },
      [],
      record(day(1)),
    ],
    [
      'unknown',
      'nobody knows how old the secret is',
      { events: [told('key-deactivated', 2)], since: undefined },
      [],
      {},
    ],
    ['unknown', 'no record could know', { events: [told('key-deactivated', 2)] }, [], { record: undefined }],
  ])('is %s where %s', (origin, _what, more, changes, given) => {
    expect(lives(more, changes, given).find(({ accessKeyId }) => accessKeyId === 'A')?.origin).toBe(origin);
  });
});

describe('the life of a key', () => {
  it('has what is known of it', () => {
    const events = [
      told('key-created', 0, { reason: 'asked' }),
      told('key-stored', 0, { reason: 'first' }),
      told('version-delivered', 1),
      told('key-stored', 95, { accessKeyId: 'B', reason: 'due' }),
      told('key-deactivated', 100),
      told('key-deleted', 110),
    ];
    const at = (days: number) => day(days).toISOString();
    expect(lives({ events })[0]).toEqual({
      accessKeyId: 'A',
      origin: 'keyturn',
      phases: [
        { phase: 'undelivered', from: at(0), to: at(1) },
        { phase: 'current', from: at(1), to: at(95) },
        { phase: 'overlap', from: at(95), to: at(100) },
        { phase: 'inactive', from: at(100), to: at(110) },
      ],
      marks: [
        { kind: 'created', at: at(0), label: 'Created (asked)', event: events[0]?.id },
        { kind: 'delivered', at: at(1), label: 'Delivered to every target', event: events[2]?.id },
        { kind: 'deactivated', at: at(100), label: 'Made Inactive', event: events[4]?.id },
        { kind: 'deleted', at: at(110), label: 'Deleted', event: events[5]?.id },
      ],
      endedAt: at(110),
      rotationReason: 'first',
      lateDays: 5,
    });
    expect(lives({ events })[1]).toMatchObject({ rotationReason: 'due', phases: [{ phase: 'undelivered' }] });
  });

  it.each<[string, number, object, boolean]>([
    ['for the key that was current', 39.5, { tag: 'A 2026-02-09T15:00:00.000Z' }, true],
    ['and was found by a copy of the request', 39.5, {}, true],
    ['for another key', 39.5, { tag: 'C 2026-02-09T15:00:00.000Z' }, false],
    ['more than a day before', 38.9, { tag: 'A 2026-02-09T15:00:00.000Z' }, false],
    ['afterwards', 40.5, { tag: 'A 2026-02-09T15:00:00.000Z' }, false],
    ['as something else', 39.5, { tag: 'A 2026-02-09T15:00:00.000Z', do: 'deliver' }, false],
  ])('names who asked for it, %s (K7)', (_what, asked, facts, isNamed) => {
    const ask = told('ask-written', asked, {
      accessKeyId: undefined,
      facts: { do: 'rotate', by: 'arn:alice', why: 'a developer left', ...facts },
    });
    const made = { accessKeyId: 'B', reason: 'requested' };
    const stored = [told('key-stored', 0), told('key-stored', 40, made)];
    const requested = { by: 'arn:alice', why: 'a developer left', event: ask.id };
    expect(lives({ events: [...stored, ask] })[1]?.requested).toEqual(isNamed ? requested : undefined);
  });

  it('has the reason of its creation, where it was not stored for one', () => {
    expect(lives({ events: [told('key-created', 0, { reason: 'asked' }), told('key-stored', 0)] })).toMatchObject([
      { rotationReason: 'asked' },
    ]);
    expect(lives({ listed: [listed('A', 0)] })[0]?.rotationReason).toBeUndefined();
    expect(lives({ events: [told('key-deactivated', 1, { reason: 'idle' })] })[0]?.rotationReason).toBeUndefined();
  });

  it.each<[string, Partial<ManagedKey>, object]>([
    ['is discarded', { events: [told('key-created', 0), told('key-discarded', 1)] }, { endedAt: day(1).toISOString() }],
    ['is found gone', { events: [told('key-created', 0)], listed: [] }, { foundGoneAt: day(200).toISOString() }],
    ['goes on', { events: [told('key-created', 0)] }, {}],
  ])('has its end where it %s', (_what, more, end) => {
    const { endedAt, foundGoneAt } = lives(more)[0] ?? expect.fail('no life');
    expect({ endedAt, foundGoneAt }).toEqual({ endedAt: undefined, foundGoneAt: undefined, ...end });
  });

  it('begins with what is managed, where Keyturn retired it and never stored it', () => {
    const [life] = lives({ events: [told('key-deactivated', 5)], since: day(-3) }, [], record(day(-3)));
    expect(life?.phases[0]).toMatchObject({ phase: 'current', from: day(-3).toISOString() });
  });

  it('begins with its creation, whatever is told before', () => {
    const events = [told('key-deactivated', 5)];
    expect(lives({ events, listed: [listed('A', 6)] })[0]?.phases[0]).toMatchObject({ from: day(6).toISOString() });
  });

  it('is presumed to be delivered, where it is older than the record', () => {
    const secret = secretOf([versionOf(keyOf('A', day(1)), 'AWSCURRENT')]);
    const phase = (beginsAt: Date) => lives({ secret }, [], record(beginsAt))[0]?.phases.map((each) => each.phase);
    expect(phase(day(1, 1))).toEqual(['current']);
    expect(phase(day(1))).toEqual(['undelivered']);
  });

  it('comes in the order of their beginnings, and then by name', () => {
    const keys = [listed('C', 2), listed('B', 1), listed('A', 2)];
    expect(lives({ listed: keys }).map(({ accessKeyId }) => accessKeyId)).toEqual(['B', 'A', 'C']);
    // What was adopted is older than all that is told of it.
    const events = [told('key-stored', 1, { accessKeyId: 'B' }), told('key-deactivated', 5)];
    expect(lives({ events }).map(({ accessKeyId }) => accessKeyId)).toEqual(['A', 'B']);
  });

  it('has its marks in the order of time', () => {
    const events = [told('key-created', 0), told('finding', 3, { reason: 'two-keys' }), told('key-deactivated', 5)];
    expect(lives({ events })[0]?.marks.map(({ label, kind }) => [kind, label])).toEqual([
      ['created', 'Created'],
      ['incident', 'two-keys'],
      ['deactivated', 'Made Inactive'],
    ]);
  });
});

describe('trouble without an access key', () => {
  const stored = [told('key-stored', 1), told('key-stored', 50, { accessKeyId: 'B' })];
  const trouble = (at: number, accessKeyId?: string) =>
    told('finding', at, { reason: 'delivery-failed', accessKeyId: accessKeyId as string });
  const where = (events: readonly AuditEvent[], more: Partial<ManagedKey> = {}) =>
    lives({ events, ...more }).flatMap(({ accessKeyId, marks }) =>
      marks.some(({ label }) => label === 'delivery-failed') ? [accessKeyId] : [],
    );

  it.each<[string, number, string]>([
    ['the first one was current', 10, 'A'],
    ['the second one just was', 50, 'B'],
    ['the second one was', 60, 'B'],
    ['nothing was yet', 0.5, 'B'],
  ])('is of the key that was current: while %s', (_when, at, expected) => {
    expect(where([...stored, trouble(at)])).toEqual([expected]);
  });

  it('is of the key that it names, and of the current one where nobody knows that', () => {
    expect(where([...stored, trouble(60, 'A')])).toEqual(['A']);
    expect(where([...stored, trouble(60, 'X')])).toEqual(['B']);
  });

  it('is of the last key where none was ever current, and of none where there is none', () => {
    expect(where([trouble(5)], { listed: [listed('A', 1), listed('B', 2), listed('C', 3)] })).toEqual(['C']);
    expect(lives({ events: [trouble(5)] })).toEqual([]);
  });
});

describe('a rotation that came late', () => {
  const late = (at: number, more: Partial<AuditEvent> = {}, events: readonly AuditEvent[] = []) =>
    lives({
      events: [
        told('key-created', 0),
        told('key-stored', 0),
        ...events,
        told('key-stored', at, { accessKeyId: 'B', ...more }),
      ],
    })[0]?.lateDays;

  it.each<[string, number, number | undefined]>([
    ['in time', 90, undefined],
    ['by the run after its day', 91 + 2 / 24, undefined],
    ['a moment later', (91 * DAY + 2 * HOUR + 1000) / DAY, 1.1],
    ['five days late', 95, 5],
  ])('is one only after the run of the day after: %s', (_what, at, expected) => {
    expect(late(at)).toBe(expected);
  });

  it('is judged by the policy of its time', () => {
    const strict = { policy: policyWith({ rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44 }) };
    expect(late(40, strict)).toBe(10);
    expect(late(95, {}, [told('finding', 50, strict)])).toBe(65);
    expect(late(95, {}, [told('finding', 50, strict), told('finding', 60, { policy })])).toBe(5);
  });

  it('is none of the current key, of one that never was, and of one whose successor was stored by hand', () => {
    const events = [told('key-created', 0), told('key-stored', 0)];
    expect(lives({ events })[0]?.lateDays).toBeUndefined();
    expect(
      lives({ listed: [listed('A', 0)], events: [told('key-stored', 95, { accessKeyId: 'B' })] })[0]?.lateDays,
    ).toBeUndefined();
    const put = byHand('PutSecretValue', 95, { accessKeyId: undefined, version: handMade });
    expect(lives({ events }, [put])[0]?.lateDays).toBeUndefined();
  });

  it('counts the last time that it was current', () => {
    const events = [
      ...[told('key-created', 0), told('key-stored', 0), told('key-stored', 10, { accessKeyId: 'B' })],
      ...[told('key-promoted', 11), told('key-stored', 95, { accessKeyId: 'C' })],
    ];
    expect(lives({ events })[0]?.lateDays).toBe(5);
  });
});

it('the policy of an instant is that of the last event before it that names one', () => {
  const strict = policyWith({ rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44 });
  const given = managed({
    events: [told('finding', 1, { policy: strict }), told('finding', 2), told('finding', 3, { policy })],
  });
  const at = (days: number, more = 0) => policyAt(given, day(days, more)).rotateAfter;
  expect([at(1, -1), at(1), at(2), at(3, -1), at(3)]).toEqual([90, 30, 30, 30, 90]);
});

it('a key is superseded at the end of the last time that it was current, delivered or not', () => {
  const phases = (...of: [KeyLife['phases'][number]['phase'], string?][]) =>
    ({ phases: of.map(([phase, to]) => ({ phase, from: '', to })), lateDays: 1 }) as unknown as KeyLife;
  expect(supersededAt(phases(['current', 'a'], ['overlap', 'b'], ['current', 'c'], ['overlap', 'd']))).toBe('c');
  expect(supersededAt(phases(['undelivered', 'a'], ['inactive', 'b']))).toBe('a');
  expect(supersededAt(phases(['overlap', 'a']))).toBeUndefined();
  const within = (life: KeyLife) => isLateWithin({ since: day(1), until: day(2) }, life);
  expect(within(phases(['current', day(1).toISOString()]))).toBe(true);
  expect(within(phases(['current', day(2).toISOString()]))).toBe(false);
  expect(within(phases(['current']))).toBe(false);
  expect(within({ ...phases(['current', day(1).toISOString()]), lateDays: undefined })).toBe(false);
});
