import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/core/duration';
import { datedTag } from '../../../functions/core/key/dated-tag';
import { secretName, TAG } from '../../../functions/core/names';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const replacedBy = { roles: ['arn:aws:iam::111122223333:role/deploy'], idleFor: 30 };

/** Two managed keys of which roles replace the first one on day 70; it is deleted ten days later. */
function replaced(until: number, seen: (evidence: Evidence) => Evidence = (evidence) => evidence) {
  const account = new AnAccount(2).live(0, 70);
  const entry = account.entry();
  account.entries[0] = { ...entry, replacedBy };
  const key = account.current(entry.id);
  if (key === undefined) throw new Error('there is no key');
  const about = { key: entry.id, user: entry.user, policy: entry.policy, accessKeyId: key.accessKeyId };
  account.run('deactivate', day(69, 50 * MINUTE), (run) => {
    run.tell('key-deactivation-begun', { ...about, reason: 'replaced' });
    run.write({ action: 'UpdateAccessKey', user: key.user, accessKeyId: key.accessKeyId, status: 'Inactive' });
    run.tell('key-deactivated', {
      ...about,
      reason: 'replaced',
      facts: { roles: replacedBy.roles, rolesUsed: day(69).toISOString() },
    });
    key.status = 'Inactive';
  });
  account.tags.set(entry.id, {
    [TAG.replaced]: datedTag(key.accessKeyId, day(69, 50 * MINUTE)),
    [TAG.deactivated]: datedTag(key.accessKeyId, day(69, 50 * MINUTE)),
  });
  account.live(70, Math.min(until, 80));
  if (until > 80) {
    account.run('delete', day(79, 70 * MINUTE), (run) => {
      run.tell('key-deletion-begun', about);
      run.write({ action: 'DeleteAccessKey', user: key.user, accessKeyId: key.accessKeyId });
      run.tell('key-deleted', about);
      account.delete(key);
    });
    // The other one lives on by itself.
    account.entries.reverse();
    account.entries.pop();
    account.live(80, until);
    account.entries.push({ ...entry, replacedBy });
    account.entries.reverse();
  }
  account.run('deactivate', day(until, -30 * MINUTE), (run) =>
    run.tell('finding', { ...about, reason: 'replaced', outcome: 'held', message: 'It was replaced.' }),
  );
  return makeReport(seen(account.evidence(until)));
}

/** It got another id since: the secret of before is retained, and the new one holds nothing. */
function renamed({ entries = [], secrets = [], ...evidence }: Evidence): Evidence {
  const [entry, ...others] = entries;
  const before = secrets.find(({ name }) => name === secretName(entry?.id ?? ''));
  if (entry === undefined || before === undefined) throw new Error('there is no key');
  const retained = { ...before, tags: { ...before.tags, [TAG.user]: entry.user } };
  const own = {
    ...before,
    name: secretName('anew'),
    arn: before.arn.replace(entry.id, 'anew'),
    versions: [],
    tags: {},
  };
  return {
    ...evidence,
    entries: [{ ...entry, id: 'anew' }, ...others],
    secrets: [own, retained, ...secrets.filter((secret) => secret !== before)],
  };
}

/** The retention of the record is over for what is older than a day. */
function forgotten({ record, ...evidence }: Evidence, since: number): Evidence {
  if (record === undefined) throw new Error('there is no record');
  const beginsAt = day(since);
  return {
    ...evidence,
    record: { ...record, beginsAt, events: record.events.filter(({ time }) => new Date(time) >= beginsAt) },
  };
}

describe('the report about a key that roles have replaced', () => {
  it.each([75, 110])('says so, and that is nothing against a yes (day %i)', (until) => {
    const report = replaced(until);
    const [gone, other] = report.managedKeys;
    expect(gone).toMatchObject({ state: 'replaced' });
    expect(gone).not.toHaveProperty('rotateDueAt');
    expect(other).toMatchObject({ state: 'on-time' });
    expect(report.attention).toMatchObject([
      { kind: 'open-finding', severity: 'low', title: 'replaced of key-0 is open' },
    ]);
    expect(report.summary).toMatchObject({
      managedKeys: 2,
      managedKeysOnTime: 1,
      changesWithoutKeyturn: 0,
      eventsWithoutTrail: 0,
    });
    expect(report.summary.headline).toMatch(/1 of 1 managed key is on time, 1 managed key is replaced by roles/);
  });

  it.each([75, 110])('says so under another id too (day %i)', (until) => {
    const { managedKeys, summary } = replaced(until, renamed);
    expect(managedKeys.find(({ key }) => key === 'anew')).toMatchObject({ state: 'replaced', isManagedNow: true });
    expect(summary.headline).toMatch(/1 of 1 managed key is on time, 1 managed key is replaced by roles/);
  });

  it('believes no tag of another id either where the record does not say it', () => {
    const { managedKeys } = replaced(110, (evidence) => {
      const { record, ...others } = renamed(evidence);
      const events = record?.events.filter(({ event }) => event !== 'key-deactivation-begun') ?? [];
      return { ...others, record: record && { ...record, events } };
    });
    expect(managedKeys.find(({ key }) => key === 'anew')).toMatchObject({ state: 'overdue' });
  });

  it('says so when the record has forgotten it, and not of a key that works', () => {
    const report = replaced(200, (evidence) => forgotten(evidence, 100));
    const [gone] = report.managedKeys;
    expect(gone).toMatchObject({ state: 'replaced' });
    expect(report.keysLeft?.at(-1)).toEqual({ month: '2026-07', keys: 1, replaced: 1 });
    const [still] = replaced(200, (evidence) => {
      const past = forgotten(evidence, 100);
      const accessKeyId = gone?.currentAccessKeyId ?? '';
      const listed = { user: gone?.user ?? '', accessKeyId, status: 'Active', createdAt: day(0) } as const;
      return { ...past, listedKeys: [...(past.listedKeys ?? []), listed] };
    }).managedKeys;
    expect(still).toMatchObject({ state: 'overdue' });
  });

  it('counts the keys that are left, month by month', () => {
    expect(replaced(110).keysLeft).toEqual([
      { month: '2026-01', keys: 2, replaced: 0 },
      { month: '2026-02', keys: 2, replaced: 0 },
      { month: '2026-03', keys: 1, replaced: 1 },
      { month: '2026-04', keys: 1, replaced: 1 },
    ]);
    expect(makeReport(new AnAccount(0).evidence(3)).keysLeft).toBeUndefined();
  });

  it('has no more than a year of months, and no key that somebody made by hand', () => {
    const months = makeReport(new AnAccount(1).live(0, 1).evidence(500)).keysLeft ?? [];
    expect(months).toHaveLength(12);
    expect(months.at(-1)).toMatchObject({ month: '2027-05' });
  });
});
