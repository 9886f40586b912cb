import type { AuditEvent } from '../../core/audit';
import { groupBy } from '../group-by';
import { compare } from './compare';
import type { Told } from './model';

/** What people were told, each finding of a key and access key once, the latest first. */
export function toldOf(events: readonly AuditEvent[]): readonly Told[] {
  const told = events.filter(({ event }) => event === 'people-told' || event === 'people-not-told');
  const groups = groupBy(told, ({ reason, key, accessKeyId }) => `${reason} ${key} ${accessKeyId}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first, last] = [group[0], group.at(-1)];
      if (first === undefined || last === undefined) return [];
      const { reason: finding = 'finding', key, user, accessKeyId } = last;
      const notSent = group.filter(({ event }) => event === 'people-not-told').length;
      const times = group.length - notSent;
      return [{ finding, key, user, accessKeyId, times, notSent, first: first.time, last: last.time, event: last.id }];
    })
    .sort((a, b) => compare(b.last, a.last) || compare(a.event, b.event));
}
