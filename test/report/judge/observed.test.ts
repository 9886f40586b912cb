import { describe, expect, it } from 'vitest';
import { makeReport } from '../../../functions/report/judge/make-report';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const observing = (account: AnAccount) => {
  account.entries.splice(0, 1, { ...account.entry(), mode: 'observe' });
  return account;
};
const report = (account: AnAccount, until: number) => makeReport(account.evidence(until, 0));
const says = ({ accessKeys }: ReturnType<typeof makeReport>, id: string, control: string) =>
  accessKeys.find(({ accessKeyId }) => accessKeyId === id)?.controls.find((one) => one.control === control);

describe('a key that is only observed', () => {
  it('is called so; its age is judged, and no rotation is announced that does not come', () => {
    const account = observing(new AnAccount(1));
    const { accessKeyId } = account.make('ci-0', day(-305));
    account.run('rotate', day(4), (run) =>
      run.tell('finding', { key: 'key-0', user: 'ci-0', reason: 'observed', outcome: 'held', message: 'It would.' }),
    );
    const judged = report(account, 5);
    expect(judged.managedKeys[0]).toMatchObject({ state: 'observed', isManagedNow: true });
    expect(judged.summary).toMatchObject({ managedKeys: 1, managedKeysOnTime: 0, verdict: 'not-compliant' });
    expect(judged.exceptions).toEqual([]);
    expect(says(judged, accessKeyId, 'cis-1.14')).toEqual({
      control: 'cis-1.14',
      verdict: 'fail',
      why: 'Active at 310 days. It is only observed: nothing rotates or retires it.',
    });
    expect(says(judged, accessKeyId, 'nist-ia-5')).toMatchObject({ verdict: 'fail' });
    expect(judged.attention.map(({ kind, severity }) => `${kind} ${severity}`)).not.toContain('late-rotation medium');
  });

  it('says neither that it is on time nor that anything is overdue, and tells what is open as asked for', () => {
    const account = observing(new AnAccount(1).live(0, 3));
    account.run('rotate', day(3), (run) =>
      run.tell('finding', { key: 'key-0', user: 'ci-0', reason: 'observed', outcome: 'held', message: 'It would.' }),
    );
    const judged = report(account, 4);
    expect(judged.summary.headline).toContain('1 managed key is only observed');
    expect(judged.summary.verdict).toBe('cannot-tell');
    expect(says(judged, account.key().accessKeyId, 'pci-8.6.3')).toMatchObject({
      verdict: 'unknown',
      why: '3 days of 90. It is only observed: nothing rotates or retires it.',
    });
    expect(judged.attention.find(({ kind }) => kind === 'open-finding')).toMatchObject({
      severity: 'low',
      title: 'observed of key-0 is open',
    });
    expect(judged.managedKeys[0]?.holds).toBe(1);
  });

  it('of which both keys work is no overlap that ends: two Active keys fail, and no deactivation is late', () => {
    const account = observing(new AnAccount(1).live(0, 92));
    for (const until of [95, 120]) {
      const judged = report(account, until);
      expect(judged.managedKeys[0]?.state).toBe('observed');
      expect(judged.exceptions).toEqual([]);
      expect(says(judged, account.key().accessKeyId, 'cis-1.13')).toMatchObject({ verdict: 'fail' });
      expect(says(judged, account.key().accessKeyId, 'cis-1.14')).toMatchObject({ verdict: 'fail' });
      expect(judged.attention.map(({ kind }) => kind)).not.toContain('late-deactivation');
      expect(judged.accessKeys.map(({ overlap }) => overlap)).not.toContainEqual(expect.anything());
    }
  });
});
