import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import { DAY, MINUTE } from '../../../functions/core/duration';
import type { TrailWrite } from '../../../functions/report/evidence/evidence';
import { pairUp } from '../../../functions/report/judge/pairing';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

describe('matching', () => {
  const anAction = fc.record({
    key: fc.integer({ min: 0, max: 3 }),
    minutes: fc.integer({ min: 0, max: 3000 }),
    kind: fc.boolean(),
  });
  const idOf = (key: number) => `AKIA${String(key).padStart(16, '0')}`;

  it('uses no write and no event twice, loses none, and does not depend on their order', () => {
    fc.assert(
      fc.property(
        fc.array(anAction, { maxLength: 30 }),
        fc.array(anAction, { maxLength: 30 }),
        fc.integer(),
        (ofTrail, ofRecord, seed) => {
          const account = new AnAccount();
          ofTrail.forEach(({ key, minutes, kind }) => {
            const status = kind ? { status: 'Inactive' as const } : {};
            const action = kind ? 'UpdateAccessKey' : 'DeleteAccessKey';
            account.write({ action, at: day(0, minutes * MINUTE), user: 'ci-0', accessKeyId: idOf(key), ...status });
          });
          ofRecord.forEach(({ key, minutes, kind }, index) => {
            account.run(
              'delete',
              day(0, minutes * MINUTE),
              (run) => {
                run.tell(kind ? 'key-deactivated' : 'key-deleted', { key: 'key-0', accessKeyId: idOf(key) });
                return false;
              },
              `run-${index}`,
            );
          });
          const events = account.events.filter(({ event }) => event !== 'run-started');
          const { pairs, ...left } = pairUp(account.writes, events);
          const writesUsed = [...pairs.map(({ write }) => write), ...left.writes].map(({ eventId }) => eventId);
          const eventsUsed = [...pairs.map(({ event }) => event), ...left.events].map(({ id }) => id);
          expect(writesUsed.toSorted()).toEqual(account.writes.map(({ eventId }) => eventId).toSorted());
          expect(eventsUsed.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
          for (const { write, event, skew } of pairs) {
            expect(event.accessKeyId).toBe(write.accessKeyId);
            expect(Math.abs(skew)).toBeLessThanOrEqual(DAY);
          }
          const shuffle = <Item>(items: readonly Item[]) =>
            items
              .map((item, index) => ({ item, by: Math.sin(seed + index) }))
              .sort((a, b) => a.by - b.by)
              .map(({ item }) => item);
          const again = pairUp(shuffle(account.writes), shuffle(events));
          const names = (found: typeof pairs) =>
            found.map(({ write, event }) => `${write.eventId} ${event.id}`).toSorted();
          expect(names(again.pairs)).toEqual(names(pairs));
        },
      ),
    );
  });

  it('pairs as many as the tolerance allows', () => {
    const account = new AnAccount();
    for (const minutes of [0, 4, 8])
      account.write({ action: 'DeleteAccessKey', at: day(0, minutes * MINUTE), accessKeyId: idOf(1) });
    for (const minutes of [4, 8, 12]) {
      account.run('delete', day(0, minutes * MINUTE), (run) => {
        run.tell('key-deleted', { key: 'key-0', accessKeyId: idOf(1) });
        return false;
      });
    }
    const { pairs } = pairUp(account.writes, account.events);
    expect(pairs.map(({ skew }) => skew)).toEqual([4 * MINUTE, 4 * MINUTE, 4 * MINUTE]);
  });
});

describe('a write and an event', () => {
  const pairs = (writes: readonly TrailWrite[], events: readonly AuditEvent[]) => {
    const { pairs: found, ...left } = pairUp(writes, events);
    return {
      pairs: found.map(({ write: { eventId }, event, skew }) => [eventId, event.id, skew]),
      writes: left.writes.map(({ eventId }) => eventId),
      events: left.events.map(({ id }) => id),
    };
  };
  const event = (at: number, id: string, name: AuditEventName = 'key-deleted') =>
    ({ event: name, outcome: 'ok', accessKeyId: 'A', time: day(0, at).toISOString(), id }) as AuditEvent;
  const removal = (at: number, eventId: string) =>
    ({ action: 'DeleteAccessKey', at: day(0, at), accessKeyId: 'A', eventId }) as TrailWrite;

  it('of the same instant are one in the order of their names', () => {
    expect(pairs([removal(0, 'b'), removal(0, 'a')], [event(0, 'y'), event(0, 'x')]).pairs).toEqual([
      ['a', 'x', 0],
      ['b', 'y', 0],
    ]);
  });

  it.each<[string, TrailWrite[], AuditEvent[], ReturnType<typeof pairs>]>([
    ['none without the other', [removal(0, 'a')], [], { pairs: [], writes: ['a'], events: [] }],
    [
      'none of another action',
      [removal(0, 'a')],
      [event(0, 'x', 'key-created')],
      { pairs: [], writes: ['a'], events: ['x'] },
    ],
    [
      'those that are close, before those that are not',
      [removal(0, 'a'), removal(60 * MINUTE, 'b')],
      [event(60 * MINUTE, 'x')],
      { pairs: [['b', 'x', 0]], writes: ['a'], events: [] },
    ],
    [
      'those that are close, before those that are not, the other way round',
      [removal(60 * MINUTE, 'b')],
      [event(0, 'x'), event(60 * MINUTE, 'y')],
      { pairs: [['b', 'y', 0]], writes: [], events: ['x'] },
    ],
    [
      'those of five minutes',
      [removal(0, 'a')],
      [event(5 * MINUTE, 'x')],
      { pairs: [['a', 'x', 5 * MINUTE]], writes: [], events: [] },
    ],
    [
      'those of a day',
      [removal(0, 'a')],
      [event(-1440 * MINUTE, 'x')],
      { pairs: [['a', 'x', -1440 * MINUTE]], writes: [], events: [] },
    ],
    [
      'none of more than a day',
      [removal(0, 'a')],
      [event(1440 * MINUTE + 1, 'x')],
      { pairs: [], writes: ['a'], events: ['x'] },
    ],
    [
      'a write of no action is left',
      [{ ...removal(0, 'a'), action: 'UpdateAccessKey', status: 'Active' }],
      [],
      { pairs: [], writes: ['a'], events: [] },
    ],
  ])('are one: %s', (_what, writes, events, expected) => {
    expect(pairs(writes, events)).toEqual(expected);
  });
});
