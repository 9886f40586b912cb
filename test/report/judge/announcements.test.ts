import { describe, expect, it } from 'vitest';
import { HOUR, after as later, SECOND } from '../../../functions/core/duration';
import { versionIdOf } from '../../../functions/core/key/version-id';
import { makeReport } from '../../../functions/report/judge/make-report';
import type { Report } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';
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
