import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import { MINUTE } from '../../../functions/core/duration';
import { versionIdOf } from '../../../functions/core/key/version-id';
import type { Evidence, TrailWrite } from '../../../functions/report/evidence/evidence';
import { type Reconciliation, reconcile } from '../../../functions/report/judge/reconcile';
import { scopeOf } from '../../../functions/report/judge/scope';
import { day, keyOf } from '../../core/web-shop';
import { roleOf } from './a-run';
import { ADMIN, AnAccount } from './account';

const key = keyOf('key', day(2));
const { accessKeyId } = key;
const about = { key: 'key-0', user: 'ci-0', accessKeyId };

/** What a run of a function says, of one attempt a number. */
function told(event: AuditEventName, at = 0, more: Partial<AuditEvent> = {}): AuditEvent {
  const account = new AnAccount(0);
  account.run('rotate', day(2, at), (run) => run.tell(event, { ...about, ...more }), `run-${event}-${at}`);
  return { ...(account.events[1] ?? expect.fail('no event')), ...more };
}
const write = (action: TrailWrite['action'], at = 0, more: Partial<TrailWrite> = {}): TrailWrite => ({
  eventId: `${action}-${at}`,
  action,
  at: day(2, at),
  by: roleOf('rotate'),
  user: 'ci-0',
  accessKeyId,
  ...more,
});

function reconciled(
  writes: readonly TrailWrite[],
  events: readonly AuditEvent[],
  changes: Partial<Evidence> = {},
): Reconciliation {
  const account = new AnAccount(1).evidence(3, 1, { listedKeys: [] });
  const evidence: Evidence = {
    ...account,
    record: account.record && { ...account.record, events },
    trail: { from: day(1), to: day(3), writes },
    ...changes,
  };
  return reconcile(evidence, scopeOf(evidence));
}
const said = ({ changes }: Pick<Reconciliation, 'changes'>) =>
  changes.map(({ result, trailEventId, event, note }) => [result, trailEventId ?? event, note]);

describe('what CloudTrail and the record say together', () => {
  it('is nothing where CloudTrail could not be asked', () => {
    expect(reconciled([], [told('key-created')], { trail: undefined })).toEqual({
      changes: [],
      all: [],
      doubtful: new Set(),
      skew: 0,
      unmatchable: 0,
      ownerless: new Set(),
    });
  });

  it('is one change of a write and its event', () => {
    const event = told('key-created');
    const { changes, all, ...rest } = reconciled([write('CreateAccessKey')], [event]);
    expect(changes).toEqual([
      {
        id: 'change-1',
        at: day(2).toISOString(),
        action: 'CreateAccessKey',
        by: roleOf('rotate'),
        trailEventId: 'CreateAccessKey-0',
        ...about,
        status: undefined,
        version: undefined,
        event: event.id,
        result: 'matched',
        isManaged: true,
        note: undefined,
      },
    ]);
    expect(all).toEqual(changes);
    expect(rest).toEqual({ doubtful: new Set(), skew: 0, unmatchable: 0, ownerless: new Set() });
  });

  it('is in order of time, of an instant in that of the records, and numbered', () => {
    const writes = [
      write('DeleteAccessKey', 5, { eventId: 'b' }),
      write('DeleteAccessKey', 5, { eventId: 'a', accessKeyId: 'X' }),
      write('DeleteAccessKey', 1, { eventId: 'c', accessKeyId: 'Y' }),
    ];
    const events = [
      told('key-deleted', 5, { accessKeyId: 'N', id: 'z-2' }),
      told('key-deleted', 5, { accessKeyId: 'M', id: 'y-2' }),
    ];
    const order = (of: readonly AuditEvent[]) =>
      reconciled(writes, of).all.map(({ id, trailEventId, event }) => [id, trailEventId, event]);
    for (const of of [events, events.toReversed()])
      expect(order(of)).toEqual([
        ['change-1', 'c', undefined],
        ['change-2', undefined, 'y-2'],
        ['change-3', undefined, 'z-2'],
        ['change-4', 'a', undefined],
        ['change-5', 'b', undefined],
      ]);
    expect(reconciled(writes, events).doubtful).toEqual(new Set());
  });

  it('is of the period, and beside it all that CloudTrail has', () => {
    const outside = [
      write('DeleteAccessKey', 0, { at: day(1, -1) }),
      write('DeleteAccessKey', 1, { accessKeyId: 'X' }),
    ];
    const { changes, all } = reconciled(outside, []);
    expect([changes.length, all.length]).toEqual([1, 2]);
  });

  it('says by how much the clocks differ, where that is beyond the tolerance', () => {
    const skew = (at: number) => reconciled([write('CreateAccessKey', at)], [told('key-created')]).skew;
    expect([5 * MINUTE, 5 * MINUTE + 1, -7 * MINUTE].map(skew)).toEqual([0, 5 * MINUTE + 1, 7 * MINUTE]);
  });

  it('names what told of it again, with the first pair of the action', () => {
    const deactivate = (at: number) => write('UpdateAccessKey', at, { status: 'Inactive', by: 'x' });
    const times = [0, 1, 2, 30 * MINUTE, 120 * MINUTE];
    const events = times.map((at) => told('key-deactivated', at, { function: 'deactivate' }));
    const given = reconciled([deactivate(0), deactivate(30 * MINUTE)], events);
    const again = `Told again by ${events[1]?.id}, ${events[2]?.id}: done already.`;
    expect(said(given)).toEqual([
      ['matched', 'UpdateAccessKey-0', again],
      ['matched', `UpdateAccessKey-${30 * MINUTE}`, undefined],
      ['without-trail', events[4]?.id, expect.any(String)],
    ]);
  });

  it('is a repetition, where the same was done already', () => {
    const put = { secret: 'keyturn/key-0', version: versionIdOf(key), user: undefined, accessKeyId: undefined };
    const event = told('key-stored', 0, { version: versionIdOf(key) });
    const given = reconciled(
      [write('PutSecretValue', 0, put), write('PutSecretValue', 9, { ...put, by: ADMIN })],
      [event],
    );
    expect(said(given)).toEqual([
      ['matched', 'PutSecretValue-0', undefined],
      ['matched', 'PutSecretValue-9', 'Repetition of PutSecretValue-0: it changed nothing.'],
    ]);
  });
});

describe('a write that no event tells of', () => {
  it('is of a run that had announced it', () => {
    const given = reconciled([write('CreateAccessKey')], [told('intent-written')]);
    expect(said(given)).toEqual([['begun-only', 'CreateAccessKey-0', 'The run did not say that it had done it.']]);
  });

  it.each([
    ['is of that run, by its principal', roleOf('rotate'), 'begun-only'],
    ['is not of that run, by another principal', ADMIN, 'without-keyturn'],
  ])('%s', (_what, by, result) => {
    const known = [1, 2].map((at) => ({ accessKeyId: `K${at}` }));
    const writes = known.map((more, at) => write('CreateAccessKey', at, more));
    const events = [told('intent-written', 9), ...known.map((more, at) => told('key-created', at, more))];
    const all = reconciled([...writes, write('CreateAccessKey', 9, { by })], events).changes;
    expect(all.find(({ trailEventId }) => trailEventId === 'CreateAccessKey-9')?.result).toBe(result);
  });

  it('is of the announcement before it, in order of time and then of the records', () => {
    const writes = [
      write('CreateAccessKey', 2, { eventId: 'late', accessKeyId: 'L' }),
      write('CreateAccessKey', 1, { eventId: 'b', accessKeyId: 'B' }),
      write('CreateAccessKey', 1, { eventId: 'a', accessKeyId: 'A' }),
    ];
    expect(said(reconciled(writes, [told('intent-written')])).map(([result, id]) => [result, id])).toEqual([
      ['begun-only', 'a'],
      ['without-keyturn', 'b'],
      ['without-keyturn', 'late'],
    ]);
  });

  it('is counted only, where there is no record that could tell', () => {
    const none = { record: undefined };
    const { changes, unmatchable } = reconciled(
      [write('DeleteAccessKey'), write('UpdateAccessKey', 1, { status: 'Active' })],
      [],
      none,
    );
    expect([changes.map(({ action }) => action), unmatchable]).toEqual([['UpdateAccessKey'], 1]);
    expect(reconciled([write('DeleteAccessKey', 0, { user: 'alice', accessKeyId: 'X' })], [], none).unmatchable).toBe(
      0,
    );
  });

  it.each<[string, Partial<TrailWrite>, boolean]>([
    ['nobody', { user: undefined, accessKeyId: undefined }, true],
    ['a user', { user: 'alice', accessKeyId: undefined }, false],
    ['an access key', { user: undefined, accessKeyId: 'X' }, false],
    ['a version', { user: undefined, accessKeyId: undefined, version: 'v1' }, false],
    ['a managed secret', { user: undefined, accessKeyId: undefined, secret: 'keyturn/key-0' }, false],
  ])('may concern a managed user where it names %s: %s', (_what, more, expected) => {
    const { ownerless } = reconciled([write('PutSecretValue', 0, more)], []);
    expect([...ownerless]).toEqual(expected ? ['change-1'] : []);
  });
});

describe('an event that no write bears out', () => {
  it.each<[string, number, Partial<AuditEvent>, number]>([
    ['is without CloudTrail', 0, {}, 1],
    [
      'counts from five minutes after the time that it was asked for',
      5 * MINUTE,
      { time: day(1, 5 * MINUTE).toISOString() },
      1,
    ],
    ['does not count before that', 0, { time: day(1, 5 * MINUTE - 1).toISOString() }, 0],
    ['counts until five minutes before the end of that time', 0, { time: day(3, -5 * MINUTE).toISOString() }, 1],
    ['does not count after that', 0, { time: day(3, 1 - 5 * MINUTE).toISOString() }, 0],
    ['counts of no action that CloudTrail has', 0, { event: 'finding' }, 0],
    ['counts of no deed that failed', 0, { outcome: 'failed' }, 0],
  ])('%s', (_what, at, more, count) => {
    const { changes } = reconciled([], [told('key-deleted', at, more)]);
    expect(changes.map(({ result }) => result)).toEqual(Array(count).fill('without-trail'));
  });

  it('does not count twice, where it only tells again', () => {
    const events = [0, 1].map((at) => told('key-deleted', at));
    expect(reconciled([write('DeleteAccessKey')], events).changes).toHaveLength(1);
  });
});

it('what is doubtful is named by its change', () => {
  const known = [1, 2, 3].map((at) => ({ accessKeyId: `K${at}` }));
  const writes = known.map((more, at) =>
    write('CreateAccessKey', at, { ...more, by: at === 1 ? ADMIN : roleOf('rotate') }),
  );
  const events = known.map((more, at) => told('key-created', at, more));
  expect([...reconciled(writes, events).doubtful]).toEqual(['change-2']);
});
