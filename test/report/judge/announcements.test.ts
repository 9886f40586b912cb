import { describe, expect, it } from 'vitest';
import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import { HOUR, after as later, MINUTE, SECOND } from '../../../functions/core/duration';
import { versionIdOf } from '../../../functions/core/key/version-id';
import type { TrailWrite } from '../../../functions/report/evidence/evidence';
import { Announcements } from '../../../functions/report/judge/announcements';
import { makeReport } from '../../../functions/report/judge/make-report';
import type { Report } from '../../../functions/report/judge/model';
import { day, keyOf, versionOf } from '../../core/web-shop';
import { ADMIN, AnAccount } from './account';

const at = (days: number, hours = 6) => day(days, hours * HOUR);
const results = ({ changes }: Report) => changes.map(({ action, result }) => `${action} ${result}`);

describe('CloudTrail and the record of a run that died', () => {
  it('say that a run died where only its announcement tells of a change (K9)', () => {
    const account = new AnAccount(2);
    account.run('rotate', day(0), (run) => {
      run.tell('intent-written', { key: 'key-0', user: 'ci-0', policy: account.entry().policy });
      const made = account.make('ci-0', later(run.at, SECOND));
      run.write({ action: 'CreateAccessKey', user: 'ci-0', accessKeyId: made.accessKeyId });
      run.write({ action: 'PutSecretValue', secret: 'keyturn/key-0', version: versionIdOf(made) });
      account.stored.set('key-0', [versionIdOf(made)]);
      return false;
    });
    const report = makeReport(account.live(1, 3).evidence(3));
    expect(results(report).slice(0, 2)).toEqual(['CreateAccessKey begun-only', 'PutSecretValue begun-only']);
    expect(report.attention.map(({ kind }) => kind)).toContain('incomplete-run');
    expect(report.managedKeys[0]?.lives[0]?.origin).toBe('keyturn');
  });

  it.each([
    ['deactivate', 'key-deactivation-begun', 'UpdateAccessKey'],
    ['delete', 'key-deletion-begun', 'DeleteAccessKey'],
  ] as const)('say the same of a %s run', (name, event, action) => {
    const account = new AnAccount(1).live(0, 2);
    const accessKeyId = 'AKIA00000000000000OLD';
    account.run(name, at(1), (run) => {
      run.tell(event, { key: 'key-0', user: 'ci-0', accessKeyId });
      run.write({ action, user: 'ci-0', accessKeyId, ...(action === 'UpdateAccessKey' ? { status: 'Inactive' } : {}) });
      return false;
    });
    expect(results(makeReport(account.evidence(2))).at(-1)).toBe(`${action} begun-only`);
  });

  it('do not take what was done for what was only announced', () => {
    const account = new AnAccount(1).live(0, 2);
    const accessKeyId = 'AKIA0000000000ORPHAN';
    account.run('rotate', at(1), (run) => {
      run.tell('key-deletion-begun', { key: 'key-0', user: 'ci-0', accessKeyId });
      run.write({ action: 'DeleteAccessKey', user: 'ci-0', accessKeyId });
      run.tell('key-discarded', { key: 'key-0', user: 'ci-0', accessKeyId, reason: 'orphan' });
      run.write({ action: 'DeleteAccessKey', user: 'ci-0', accessKeyId });
    });
    expect(results(makeReport(account.evidence(2))).slice(-2)).toEqual([
      'DeleteAccessKey matched',
      'DeleteAccessKey without-keyturn',
    ]);
  });

  it('let an announcement account for one write, and for none that comes after its run must be over', () => {
    const account = new AnAccount(1).live(0, 2);
    account.run('rotate', at(1), (run) => {
      run.tell('intent-written', { key: 'key-0', user: 'ci-0', policy: account.entry().policy });
      run.write({ action: 'CreateAccessKey', user: 'ci-0', accessKeyId: 'AKIA0000000000000ONE' });
      run.write({ action: 'CreateAccessKey', user: 'ci-0', accessKeyId: 'AKIA0000000000000TWO' });
      return false;
    });
    account.run('rotate', at(1, 8), (run) => {
      run.tell('intent-written', { key: 'key-0', user: 'ci-0', policy: account.entry().policy });
      run.write({ action: 'CreateAccessKey', at: at(1, 9), user: 'ci-0', accessKeyId: 'AKIA00000000000THREE' });
      return false;
    });
    expect(results(makeReport(account.evidence(2))).slice(-3)).toEqual([
      'CreateAccessKey begun-only',
      'CreateAccessKey without-keyturn',
      'CreateAccessKey without-keyturn',
    ]);
  });

  it('do not take a key that a person made for the one that a dead run announced', () => {
    const account = new AnAccount(2).live(0, 2);
    account.run('rotate', at(1), (run) => {
      run.tell('intent-written', { key: 'key-0', user: 'ci-0', policy: account.entry().policy });
      run.write({ action: 'CreateAccessKey', by: ADMIN, user: 'ci-0', accessKeyId: 'AKIA000000000000HAND' });
      return false;
    });
    expect(results(makeReport(account.evidence(2))).at(-1)).toBe('CreateAccessKey without-keyturn');
  });
});

describe('an announcement', () => {
  const made = keyOf('made', day(0));
  const about = { key: 'shop', user: 'ci', accessKeyId: made.accessKeyId };
  const told = (event: AuditEventName, more: Partial<AuditEvent> = {}, attempt = 'run'): AuditEvent => {
    const sequence = more.sequence ?? 1;
    const whole = { ...about, event, time: day(0).toISOString(), id: `${attempt}-${sequence}`, sequence, ...more };
    return whole as AuditEvent;
  };
  const write = (action: TrailWrite['action'], more: Partial<TrailWrite> = {}) =>
    ({ action, at: day(0), user: 'ci', accessKeyId: made.accessKeyId, ...more }) as TrailWrite;
  const create = write('CreateAccessKey');
  const store = write('PutSecretValue', {
    accessKeyId: undefined,
    secret: 'keyturn/shop',
    version: versionOf(made).versionId,
  });
  const deactivate = write('UpdateAccessKey', { status: 'Inactive' });
  const remove = write('DeleteAccessKey');
  const taken = (events: readonly AuditEvent[], given: TrailWrite, isPlausible = true) =>
    new Announcements(events).take(given, () => isPlausible)?.event;

  it.each<[AuditEventName, TrailWrite]>([
    ['intent-written', create],
    ['key-deactivation-begun', deactivate],
    ['key-deletion-begun', remove],
    ['key-created', store],
    ['key-created', remove],
  ])('%s accounts for a write that nothing else tells of: %j', (event, given) => {
    expect(taken([told(event)], given)).toBe(event);
    expect(taken([told(event)], given, false)).toBeUndefined();
  });

  it.each<[string, AuditEventName, Partial<AuditEvent>, TrailWrite]>([
    ['of another user', 'intent-written', { user: 'other' }, create],
    ['of no user', 'intent-written', { user: undefined }, write('CreateAccessKey', { user: undefined })],
    ['of another key', 'key-deactivation-begun', { accessKeyId: 'X' }, deactivate],
    ['of no key', 'key-deactivation-begun', { accessKeyId: undefined }, { ...deactivate, accessKeyId: undefined }],
    ['of a deactivation, where it was made Active', 'key-deactivation-begun', {}, { ...deactivate, status: 'Active' }],
    ['of the deletion of another key', 'key-deletion-begun', { accessKeyId: 'X' }, remove],
    [
      'of the deletion of no key',
      'key-deletion-begun',
      { accessKeyId: undefined },
      { ...remove, accessKeyId: undefined },
    ],
    ['of another creation', 'key-created', { accessKeyId: 'X' }, store],
    ['of a creation without a key', 'key-created', { accessKeyId: undefined }, { ...remove, accessKeyId: undefined }],
    ['of a creation for another secret', 'key-created', { key: 'api' }, store],
    ['of a creation for nobody', 'key-created', { key: undefined }, { ...store, secret: 'x' }],
    ['of a creation, where a person stored', 'key-created', {}, { ...store, version: 'v1' }],
    ['of a creation, where no version is known', 'key-created', {}, { ...store, version: undefined }],
    ['of a creation, where no secret is known', 'key-created', {}, { ...store, secret: undefined }],
    ['of anything else', 'key-promotion-begun', {}, create],
    ['of anything else', 'finding', {}, store],
  ])('%s accounts for nothing: %s', (_what, event, more, given) => {
    expect(taken([told(event, more)], given)).toBeUndefined();
  });

  it.each<[AuditEventName, AuditEventName, TrailWrite, Partial<AuditEvent>]>([
    ['intent-written', 'key-created', create, { user: 'other' }],
    ['key-deactivation-begun', 'key-deactivated', deactivate, { accessKeyId: 'X' }],
    ['key-deletion-begun', 'key-deleted', remove, { accessKeyId: 'X' }],
    ['key-deletion-begun', 'key-discarded', remove, { accessKeyId: 'X' }],
    ['key-created', 'key-stored', store, { accessKeyId: 'X' }],
    ['key-created', 'key-discarded', store, { accessKeyId: 'X' }],
  ])('%s is over once the run tells %s of the same', (event, done, given, other) => {
    const ended = (more: Partial<AuditEvent>, attempt?: string) => told(done, { sequence: 2, ...more }, attempt);
    expect(taken([told(event), ended({})], given)).toBeUndefined();
    expect(taken([told(event), ended(other)], given)).toBe(event);
    expect(taken([told(event), ended({}, 'other')], given)).toBe(event);
  });

  it.each([
    ['five minutes before', -5 * MINUTE, true],
    ['more than that before', -5 * MINUTE - 1, false],
    ['twenty minutes after', 20 * MINUTE, true],
    ['more than that after', 20 * MINUTE + 1, false],
  ])('accounts for what came %s: %s', (_when, at, expected) => {
    expect(taken([told('intent-written')], { ...create, at: day(0, at) })).toBe(
      expected ? 'intent-written' : undefined,
    );
  });

  it('accounts for one write of each kind, the last announcement first', () => {
    const announcements = new Announcements([
      told('intent-written', {}, 'one'),
      told('intent-written', { time: day(0, 1).toISOString() }, 'two'),
    ]);
    const take = (given: TrailWrite) => announcements.take(given, () => true)?.id;
    expect([take(create), take(create), take(create)]).toEqual(['two-1', 'one-1', undefined]);
    // Two created the same key, of which the last one is what may be stored and deleted.
    expect([take(store), take(store), take(remove)]).toEqual(['one-1', undefined, 'one-1']);
  });

  it('of a creation without a key accounts for nothing that comes after it', () => {
    const announcements = new Announcements([told('intent-written')]);
    expect(announcements.take({ ...create, accessKeyId: undefined }, () => true)).toBeDefined();
    expect(announcements.take({ ...remove, accessKeyId: undefined }, () => true)).toBeUndefined();
  });

  it('that another write follows creates nothing', () => {
    const announcements = new Announcements([told('key-deletion-begun')]);
    expect(announcements.take(remove, () => true)?.event).toBe('key-deletion-begun');
    expect(announcements.take(store, () => true)).toBeUndefined();
  });
});
