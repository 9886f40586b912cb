import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import { policyWith } from '../../../functions/core/config/policy';
import { HOUR } from '../../../functions/core/duration';
import { type KeyEvent, keyEventsOf } from '../../../functions/report/judge/key-events';
import type { Change } from '../../../functions/report/judge/model';
import type { ManagedKey } from '../../../functions/report/judge/scope';
import { day, handMade, keyOf, secretOf, versionOf } from '../../core/web-shop';
import { ARun } from './a-run';

const key = keyOf('key', day(1));
const { accessKeyId } = key;
const at = day(2);

function told(event: AuditEventName, facts: Partial<AuditEvent> = {}): AuditEvent {
  const run = new ARun({ events: [], write: () => expect.fail() }, 'rotate', at, 'run');
  return run.tell(event, { key: 'shop', user: 'ci-shop', accessKeyId, ...facts });
}
const id = told('key-created').id;

const managed = (more: Partial<ManagedKey> = {}): ManagedKey => ({
  key: 'shop',
  user: 'ci-shop',
  policy: policyWith(undefined),
  entry: undefined,
  changedAt: undefined,
  secret: undefined,
  events: [],
  listed: undefined,
  since: day(0),
  ...more,
});
const events = (more: Partial<ManagedKey>, changes: readonly Change[] = []) => keyEventsOf(managed(more), changes);

describe('what the record tells of a key', () => {
  it.each<[AuditEventName, KeyEvent['what'], boolean]>([
    ['key-created', 'created', false],
    ['key-stored', 'stored', false],
    ['key-promoted', 'stored', false],
    ['version-delivered', 'delivered', false],
    ['key-deactivated', 'inactive', false],
    ['inactive-recorded', 'inactive', true],
    ['reactivation-recorded', 'active', true],
    ['key-reactivated', 'active', false],
    ['key-discarded', 'discarded', false],
    ['key-deleted', 'deleted', false],
  ])('%s: it was %s then, or was only seen so: %s', (event, what, isSeen) => {
    expect(events({ events: [told(event, { reason: 'due' })] })).toEqual([
      { accessKeyId, at, what, event: id, isSeen, reason: 'due' },
    ]);
  });

  it.each<[string, AuditEvent]>([
    ['of another kind', told('finding')],
    ['about no access key', told('key-created', { accessKeyId: undefined })],
    ['of what failed', told('key-deleted', { outcome: 'failed' })],
    ['of what was held', told('key-deactivated', { outcome: 'held' })],
  ])('an event %s tells nothing', (_what, event) => {
    expect(events({ events: [event] })).toEqual([]);
  });

  const listed = (of = key): NonNullable<ManagedKey['listed']> => [
    { user: 'ci-shop', accessKeyId: of.accessKeyId, status: 'Active', createdAt: day(1) },
  ];
  it.each<[AuditEventName, NonNullable<ManagedKey['listed']>, readonly KeyEvent['what'][]]>([
    ['key-deleted', listed(), ['created']],
    ['key-discarded', listed(), ['created']],
    ['key-deactivated', listed(), ['created', 'inactive']],
    ['key-deleted', listed(keyOf('other', day(1))), ['created', 'deleted']],
    ['key-deleted', [...listed(), ...listed(keyOf('other', day(1)))], ['created', 'created']],
  ])('%s of a key counts where IAM lists %j: what is deleted never comes back', (event, of, whats) => {
    expect(events({ events: [told(event)], listed: of }).map(({ what }) => what)).toEqual(whats);
  });
});

describe('how a life began that is older than the record', () => {
  const born = { accessKeyId, at: day(1), what: 'created' };
  const stored = { accessKeyId, at: day(1), what: 'stored' };

  it.each<[string, Partial<ManagedKey>, readonly object[]]>([
    [
      'the secret names its creation, and it was stored at once',
      { secret: secretOf([versionOf(key)]) },
      [born, stored],
    ],
    ['IAM lists its creation', { listed: [{ ...key, user: 'ci-shop' }] }, [born]],
    [
      'the secret and IAM say the same once',
      { secret: secretOf([versionOf(key)]), listed: [{ ...key, user: 'ci-shop', createdAt: day(0) }] },
      [born, stored],
    ],
    [
      'a later event names its version',
      { events: [told('target-delivered', { version: versionOf(key).versionId })] },
      [born],
    ],
    ['a later event names no version', { events: [told('target-delivered')] }, []],
    ['a later event names a version of somebody', { events: [told('target-delivered', { version: handMade })] }, []],
    [
      'a later event names the version of another key',
      { events: [told('target-delivered', { version: versionOf(keyOf('other', day(1))).versionId })] },
      [],
    ],
    ['nobody knows', {}, []],
  ])('%s', (_what, more, expected) => {
    expect(events(more)).toEqual(expected);
  });

  it('is not told again where the record has it', () => {
    const record = [told('key-created'), told('key-stored')];
    expect(events({ events: record, secret: secretOf([versionOf(key)]) })).toHaveLength(2);
  });
});

describe('what CloudTrail adds', () => {
  const change = (more: Partial<Change>): Change => ({
    id: 'change-1',
    at: at.toISOString(),
    action: 'UpdateAccessKey',
    accessKeyId,
    by: 'alice',
    result: 'without-keyturn',
    isManaged: true,
    ...more,
  });
  const added = (more: Partial<Change>) => events({}, [change(more)]);

  it.each<[Partial<Change>, KeyEvent['what']]>([
    [{ action: 'CreateAccessKey' }, 'created'],
    [{ action: 'DeleteAccessKey' }, 'deleted'],
    [{ action: 'UpdateAccessKey', status: 'Active' }, 'active'],
    [{ action: 'UpdateAccessKey', status: 'Inactive' }, 'inactive'],
    [{ action: 'UpdateAccessKey' }, 'inactive'],
    [{ action: 'PutSecretValue', accessKeyId: undefined, version: versionOf(key).versionId }, 'stored'],
  ])('%j is told with who did it: it was %s', (more, what) => {
    expect(added(more)).toEqual([{ accessKeyId, at, what, by: 'alice' }]);
  });

  it('is told by an unknown principal where nobody is named, and with its event where a run had begun it', () => {
    expect(added({ by: undefined })).toMatchObject([{ by: 'an unknown principal' }]);
    expect(added({ result: 'begun-only', event: 'event-1' })).toEqual([
      { accessKeyId, at, what: 'inactive', event: 'event-1' },
    ]);
  });

  it.each<[string, Partial<Change>]>([
    ['that the record tells too', { result: 'matched' }],
    ['that CloudTrail does not have', { result: 'without-trail' }],
    ['of no access key', { accessKeyId: undefined }],
    ['of a value that names no key', { action: 'PutSecretValue', accessKeyId: undefined, version: handMade }],
    ['of a value without a version', { action: 'PutSecretValue', accessKeyId: undefined }],
  ])('is nothing of a change %s', (_what, more) => {
    expect(added(more)).toEqual([]);
  });
});

it('everything is in order of time, of an instant in the order of a life, and then by key', () => {
  const names: AuditEventName[] = [
    'key-deleted',
    'key-discarded',
    'key-deactivated',
    'reactivation-recorded',
    'version-delivered',
    'key-stored',
    'key-created',
  ];
  const [a, b] = ['AKIA0000000000000001', 'AKIA0000000000000002'];
  const all = [b, a].flatMap((of) => names.map((name) => told(name, { accessKeyId: of })));
  const early = told('key-deleted', { accessKeyId: b, time: new Date(at.getTime() - HOUR).toISOString() });
  expect(events({ events: [...all, early] }).map((each) => [each.what, each.accessKeyId])).toEqual([
    ['deleted', b],
    ...['created', 'stored', 'delivered', 'active', 'inactive', 'discarded', 'deleted'].flatMap((what) => [
      [what, a],
      [what, b],
    ]),
  ]);
});
