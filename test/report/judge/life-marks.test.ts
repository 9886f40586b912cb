import { describe, expect, it } from 'vitest';
import type { KeyEvent } from '../../../functions/report/judge/key-events';
import { lifeMarkOf } from '../../../functions/report/judge/life-marks';
import type { KeyLife } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';

type What = KeyEvent['what'];
type Mark = KeyLife['marks'][number];
const at = day(5);
const marks = (what: What, more: Partial<KeyEvent> = {}, origin: KeyLife['origin'] = 'keyturn', since = day(0)) =>
  lifeMarkOf({ accessKeyId: 'A', at, what, ...more }, origin, since);
const mark = (kind: Mark['kind'], label: string, more: Partial<Mark> = {}) => [
  { kind, at: at.toISOString(), label, event: undefined, ...more },
];

describe('what happened to a key, in its life', () => {
  it.each<[What, Mark['kind'], string]>([
    ['created', 'created', 'Created (due)'],
    ['delivered', 'delivered', 'Delivered to every target'],
    ['inactive', 'deactivated', 'Made Inactive'],
    ['active', 'incident', 'Made Active again'],
    ['discarded', 'discarded', 'Discarded (due)'],
    ['deleted', 'deleted', 'Deleted'],
  ])('%s by Keyturn, with its reason and its event', (what, kind, label) => {
    expect(marks(what, { reason: 'due', event: 'event-1' })).toEqual(mark(kind, label, { event: 'event-1' }));
  });

  it.each<[What, Mark['kind'], string]>([
    ['created', 'created', 'Created'],
    ['discarded', 'discarded', 'Discarded'],
  ])('%s for no reason that is known', (what, kind, label) => {
    expect(marks(what)).toEqual(mark(kind, label));
  });

  it('stored by Keyturn is no mark: its creation is one', () => {
    expect(marks('stored')).toEqual([]);
  });

  it.each<[What, string]>([
    ['created', 'Created'],
    ['inactive', 'Made Inactive'],
    ['active', 'Made Active again'],
    ['deleted', 'Deleted'],
    ['stored', 'Became current'],
  ])('%s by somebody else is an incident', (what, label) => {
    expect(marks(what, { by: 'alice' })).toEqual(mark('incident', `${label} by alice, without Keyturn`));
  });

  it.each<[What, Mark['kind'], string]>([
    ['inactive', 'deactivated', 'Seen Inactive'],
    ['active', 'incident', 'Seen Active again'],
  ])('%s as Keyturn saw it', (what, kind, label) => {
    expect(marks(what, { isSeen: true })).toEqual(mark(kind, label));
  });

  it.each<[What, Mark['kind'], string]>([
    ['inactive', 'deactivated', 'Found Inactive'],
    ['active', 'incident', 'Found Active again'],
    ['deleted', 'deleted', 'Found deleted'],
  ])('%s as it was found, before nobody knows when', (what, kind, label) => {
    expect(marks(what, { isFound: true, isSeen: true })).toEqual(
      mark(kind, `${label}; it happened before`, { isFound: true }),
    );
  });

  it('stored as it was found, by somebody', () => {
    expect(marks('stored', { isFound: true, by: 'alice' })).toEqual(
      mark('incident', 'Found current by alice, without Keyturn; it happened before', { isFound: true }),
    );
  });
});

describe('a key that was there before it was managed', () => {
  it.each<[string, What, Partial<KeyEvent>, Mark['kind'], string]>([
    ['was created by its owner', 'created', {}, 'created', 'Created before it was managed'],
    ['was created by somebody', 'created', { by: 'alice' }, 'created', 'Created before it was managed by alice'],
    [
      'was changed before by its owner',
      'inactive',
      { at: day(0, -1), by: 'alice' },
      'deactivated',
      'Made Inactive by alice',
    ],
    [
      'was changed since',
      'inactive',
      { at: day(0), by: 'alice' },
      'incident',
      'Made Inactive by alice, without Keyturn',
    ],
  ])('%s', (_what, what, more, kind, label) => {
    expect(marks(what, more, 'adopted')).toEqual(mark(kind, label, { at: (more.at ?? at).toISOString() }));
  });

  it('has no time before where nobody knows since when it is managed', () => {
    const event: KeyEvent = { accessKeyId: 'A', at: day(-9), what: 'inactive', by: 'alice' };
    expect(lifeMarkOf(event, 'adopted', undefined)).toMatchObject([{ kind: 'incident' }]);
  });

  it('of Keyturn is none, whatever its dates', () => {
    expect(marks('inactive', { at: day(-1), by: 'alice' })).toMatchObject([{ kind: 'incident' }]);
  });
});

it('a foreign key is an incident by its creation, and by nothing that Keyturn does', () => {
  expect(marks('created', {}, 'foreign')).toEqual(mark('incident', 'Created, without Keyturn'));
  expect(marks('inactive', {}, 'foreign')).toEqual(mark('deactivated', 'Made Inactive'));
});
