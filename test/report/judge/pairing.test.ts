import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../functions/core/duration';
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
