import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { HOUR } from '../../../functions/core/duration';
import type { UnreadableLine } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import { day } from '../../core/web-shop';
import { ADMIN, AnAccount } from './account';

const at = (days: number, hours = 6) => day(days, hours * HOUR);

/** A person makes a key by hand and writes an event for it. */
function laundered(forged: Partial<AuditEvent>): AnAccount {
  const account = new AnAccount(1).live(0, 5);
  const { accessKeyId } = account.make('ci-0', at(4));
  account.run('sync', at(4), (run) => {
    run.write({ action: 'CreateAccessKey', by: ADMIN, user: 'ci-0', accessKeyId });
    run.tell('key-created', { key: 'key-0', user: 'ci-0', accessKeyId, ...forged });
  });
  return account;
}
const kinds = (account: AnAccount) =>
  makeReport(account.evidence(5)).attention.flatMap(({ kind, severity }) => (severity === 'high' ? [kind] : []));

describe('an event that no function of Keyturn writes', () => {
  it.each([
    ['of a function that changes nothing in IAM', { function: 'sync' }],
    ['of a function that does not exist', { function: 'nightly' }],
    ['of a function that does other things', { function: 'delete' }],
    ['that stores', { function: 'deactivate', event: 'key-stored' }],
    ['that deactivates', { function: 'rotate', event: 'key-deactivated' }],
    ['that deletes', { function: 'rotate', event: 'key-deleted' }],
    ['that announces', { function: 'sync', event: 'intent-written' }],
  ] as const)('%s accounts for no change, and is shown as forged (K7)', (_, forged) => {
    const account = laundered(forged);
    expect(kinds(account)).toEqual(expect.arrayContaining(['without-keyturn', 'tampering']));
    const { summary, attention, events } = makeReport(account.evidence(5));
    expect(summary).toMatchObject({ verdict: 'not-compliant', changesWithoutKeyturn: 1 });
    expect(attention.find(({ kind }) => kind === 'tampering')?.title).toContain('Forged event');
    expect(events.map((event) => event.function)).not.toContain('nightly');
  });

  it('does not launder where no change was made either', () => {
    const account = new AnAccount(1).live(0, 5);
    account.run('sync', at(4), (run) =>
      run.tell('key-deleted', { key: 'key-0', user: 'ci-0', accessKeyId: 'AKIA0000000000FORGED' }),
    );
    const { summary } = makeReport(account.evidence(5));
    expect(summary).toMatchObject({ verdict: 'cannot-tell', deletions: 0 });
    expect(summary.headline).toContain('1 sign of tampering was found');
  });
});

describe('an event of another account or region', () => {
  it.each([{ account: '999988887777' }, { region: 'us-east-1' }])('is no evidence: %o', (elsewhere) => {
    const account = laundered({ function: 'rotate', ...elsewhere });
    expect(kinds(account)).toEqual(expect.arrayContaining(['without-keyturn', 'log-gap']));
    const { attention } = makeReport(account.evidence(5));
    expect(attention.map(({ title }) => title)).toContain(
      '1 line of the record of another account or region (2026-01-05)',
    );
  });
});

describe('a line that is in the record as no function leaves it', () => {
  it.each<[UnreadableLine['why'], string]>([
    ['conflicting-id', 'Two different events have one ID'],
    ['wrong-stream', 'log streams of its own'],
    ['wrong-id', 'No function gives such an ID'],
  ])('is tampering: %s', (why, says) => {
    const evidence = new AnAccount(1).live(0, 5).evidence(5);
    const record = evidence.record && { ...evidence.record, unreadable: [{ at: day(2), why }] };
    const { attention, summary } = makeReport({ ...evidence, record });
    expect(attention).toMatchObject([{ kind: 'tampering', severity: 'high', detail: expect.stringContaining(says) }]);
    expect(summary.verdict).toBe('cannot-tell');
  });
});
