import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { DAY, HOUR, after as later, MINUTE } from '../../../functions/core/duration';
import type { Evidence, EvidenceSource } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const withEvents = (
  evidence: Evidence,
  change: (events: readonly AuditEvent[]) => readonly AuditEvent[],
): Evidence => ({
  ...evidence,
  record: evidence.record && { ...evidence.record, events: change(evidence.record.events) },
});
const gaps = (evidence: Evidence) =>
  makeReport(evidence).attention.filter(({ kind }) => kind === 'log-gap' || kind === 'incomplete-run');
const limits = (evidence: Evidence) => makeReport(evidence).limits;
const healthy = () => new AnAccount(1).live(0, 5).evidence(5, 0);

describe('the record', () => {
  it('has no gap in a healthy account', () => {
    expect(gaps(healthy())).toEqual([]);
    expect(limits(healthy())).toEqual([]);
  });

  it('shows an event that was taken away by its number', () => {
    const found = gaps(withEvents(healthy(), (events) => events.filter(({ event }) => event !== 'key-created')));
    expect(found).toMatchObject([{ kind: 'log-gap', severity: 'high' }]);
    expect(found[0]?.detail).toContain('lacks number 3');
  });

  it('shows that the first events of a run are missing', () => {
    const found = gaps(
      withEvents(healthy(), (events) => events.filter(({ sequence, run }) => sequence > 2 || run !== 'run-1')),
    );
    expect(found[0]?.detail).toContain('lacks number 1, 2');
  });

  it('does not call a run incomplete of which it has a part only, because it began before the period', () => {
    const evidence = healthy();
    const since = day(0, 500);
    const cut = withEvents({ ...evidence, since }, (events) => events.filter(({ time }) => new Date(time) >= since));
    expect(gaps(cut)).toEqual([]);
  });

  it('tells a run that died, and one that Lambda repeated', () => {
    const account = new AnAccount(1).live(0, 3);
    account.run('sync', day(2, 2 * HOUR), () => false, 'died');
    account.run('sync', day(2, 3 * HOUR), () => false, 'repeated');
    account.run('sync', day(2, 3 * HOUR + MINUTE), () => undefined, 'repeated');
    const report = makeReport(account.evidence(3));
    expect(report.attention.map(({ kind, severity }) => `${kind} ${severity}`)).toEqual([
      'incomplete-run medium',
      'incomplete-run low',
    ]);
    expect(report.summary.runsIncomplete).toBe(2);
    expect(report.events.map(({ run }) => run)).toEqual(expect.arrayContaining(['died', 'repeated']));
  });

  it('gives a run that may still be at work its time', () => {
    const account = new AnAccount(1).live(0, 3);
    account.run('sync', later(day(3), -5 * MINUTE), () => false);
    expect(gaps(account.evidence(3))).toEqual([]);
  });

  it('says that a function was silent for more than a day', () => {
    const account = new AnAccount(1).live(0, 2).live(5, 7);
    const found = gaps(account.evidence(7, 0));
    expect(found.map(({ title }) => title).sort()).toEqual([
      'No run of deactivate for 4 days',
      'No run of delete for 4 days',
      'No run of rotate for 4 days',
      'No run of sync for 4 days',
    ]);
    expect(makeReport(account.evidence(7, 0)).summary.verdict).toBe('cannot-tell');
  });

  it('says so too when the silence lasts until now, and when there was never a word', () => {
    expect(gaps(new AnAccount(1).live(0, 2).evidence(7, 0))).toHaveLength(4);
    expect(gaps(new AnAccount(1).evidence(7, 0))).toMatchObject([{ title: 'No run of Keyturn for 7 days' }]);
  });

  it.each(['rotate', 'deactivate', 'delete', 'sync'])('shows that the first days of %s were taken away', (name) => {
    const account = new AnAccount(1).live(0, 60);
    const cut = withEvents(account.evidence(60, 0), (events) =>
      events.filter((event) => event.function !== name || new Date(event.time) >= day(40)),
    );
    expect(gaps(cut).map(({ title, at }) => `${title} from ${at}`)).toEqual([
      `No run of ${name} for 40 days from ${day(0).toISOString()}`,
    ]);
    expect(makeReport(cut).summary.verdict).not.toBe('compliant');
  });

  it('shows that the first days of all of them were taken away, and not what was before the record began', () => {
    const evidence = { ...new AnAccount(1).live(0, 60).evidence(60, 0), since: day(-5) };
    const cut = withEvents(evidence, (events) => events.filter(({ time }) => new Date(time) >= day(40)));
    expect(gaps(cut)).toHaveLength(4);
    expect(gaps(cut).every(({ at }) => at === day(0).toISOString())).toBe(true);
    expect(gaps(evidence)).toEqual([]);
  });

  it.each([
    ['newer-schema', 'keyturn.audit/v2', 'Make the report with that version'],
    ['not-an-event', undefined, 'only the functions may write'],
  ] as const)('names lines that are %s', (why, schema, cure) => {
    const evidence = healthy();
    const line = { at: day(2), why, schema };
    const record = evidence.record && { ...evidence.record, unreadable: [line, line] };
    const [gap] = gaps({ ...evidence, record });
    expect(gap?.title).toContain('2 lines');
    expect(gap?.detail).toContain(cure);
    expect(gap?.detail.includes('keyturn.audit/v2')).toBe(schema !== undefined);
  });
});

describe('what the report could not see', () => {
  it.each<[EvidenceSource, Partial<Evidence>]>([
    ['audit-record', { record: undefined }],
    ['cloudtrail', { trail: undefined }],
    ['credential-report', { credentialReport: undefined }],
    ['iam', { listedKeys: undefined }],
    ['registry', { entries: undefined }],
    ['secrets', { secrets: undefined }],
  ])('is %s, with the reason, and then the answer is not yes', (source, without) => {
    const report = makeReport({ ...healthy(), ...without, failures: [{ source, message: 'Access denied.' }] });
    const limit = report.limits.find((candidate) => candidate.source === source);
    expect(limit?.message).toContain('Access denied.');
    expect(report.summary.verdict).toBe('cannot-tell');
  });

  it('is a part of a source', () => {
    const evidence = { ...healthy(), failures: [{ source: 'cloudtrail' as const, message: 'Page 3 failed.' }] };
    expect(limits(evidence)).toEqual([{ source: 'cloudtrail', message: 'Only a part could be read: Page 3 failed.' }]);
    expect(makeReport(evidence).summary.verdict).toBe('cannot-tell');
  });

  it('does not turn a proved violation into a doubt', () => {
    const account = new AnAccount(1).live(0, 5);
    account.write({ action: 'DeleteAccessKey', at: day(4), user: 'ci-0', accessKeyId: 'AKIA0000000000000ONE' });
    expect(makeReport({ ...account.evidence(5), credentialReport: undefined }).summary.verdict).toBe('not-compliant');
  });

  it("is what lies before CloudTrail's 90 days, which a yes says beside itself", () => {
    const account = new AnAccount(1, { rotateAfter: 75, deactivateAfter: 85, deleteAfter: 95 }).live(0, 100);
    const report = makeReport(account.evidence(100, 0));
    expect(report.limits).toEqual([{ source: 'cloudtrail', message: expect.stringContaining(day(10).toISOString()) }]);
    expect(report.summary.verdict).toBe('compliant');
    const caveat = `Changes before ${day(10).toISOString().slice(0, 10)} are out of CloudTrail's reach.`;
    expect(report.summary.headline).toContain(caveat);
    const within = makeReport(account.evidence(100, 11)).summary;
    expect(within.verdict).toBe('compliant');
    expect(within.headline).not.toContain('out of');
  });

  it("is CloudTrail's last minutes, which does not spoil the answer", () => {
    const evidence = healthy();
    const trail = evidence.trail && { ...evidence.trail, to: later(day(5), -15 * MINUTE) };
    expect(limits({ ...evidence, trail })).toMatchObject([{ source: 'cloudtrail' }]);
    expect(makeReport({ ...evidence, trail }).summary.verdict).toBe('compliant');
  });

  it('is what was before the record began; it matters when keys were managed then', () => {
    const evidence = healthy();
    const young = {
      ...evidence,
      since: later(day(0), -10 * DAY),
      trail: { from: day(-90), to: day(5), writes: evidence.trail?.writes ?? [] },
    };
    expect(limits(young)).toMatchObject([{ source: 'audit-record' }]);
    expect(makeReport(young).summary.verdict).toBe('compliant');
    const record = evidence.record && { ...evidence.record, beginsAt: day(3) };
    expect(makeReport({ ...evidence, record }).summary.headline).toContain('1 limit of the evidence is listed');
  });

  it('is what the credential report does not tell', () => {
    const evidence = healthy();
    const report = evidence.credentialReport;
    if (report === undefined) throw new Error('no report');
    const silent = report.principals.map((principal) => ({
      ...principal,
      keys: principal.keys.map((key) => ({ ...key, lastUsed: 'unknown' as const })),
    }));
    const credentialReport = {
      generatedAt: later(day(5), -3 * HOUR),
      principals: silent,
      unknownColumns: ['additional_credentials_info'],
    };
    const messages = limits({ ...evidence, credentialReport }).map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining('180 minutes old'),
      expect.stringContaining('additional_credentials_info'),
      expect.stringContaining('ci-0 slot 1'),
    ]);
  });

  it('is a registry entry that cannot be read', () => {
    const evidence = { ...healthy(), invalidEntries: [{ id: 'broken', message: 'not JSON' }] };
    expect(limits(evidence)).toMatchObject([{ source: 'registry', message: expect.stringContaining('"broken"') }]);
  });

  it('is time itself when clocks are wrong', () => {
    const future = withEvents(healthy(), (events) => [
      ...events,
      ...events.slice(-1).map((event) => ({ ...event, id: 'x-mjuux9c0-2', time: later(day(5), DAY).toISOString() })),
    ]);
    expect(limits(future)).toMatchObject([{ source: 'clock', message: expect.stringContaining('from the future') }]);
    const account = new AnAccount(1).live(0, 2);
    account.run('sync', day(1, 4 * HOUR), (run) => {
      run.at = day(1, 2 * HOUR);
    });
    expect(limits(account.evidence(2))).toMatchObject([
      { source: 'clock', message: expect.stringContaining('set back') },
    ]);
  });
});
