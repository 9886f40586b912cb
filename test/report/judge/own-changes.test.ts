import { describe, expect, it } from 'vitest';
import { after, HOUR, MINUTE } from '../../../functions/core/duration';
import type { StackDays } from '../../../functions/core/said-of-deployment';
import type { Evidence, OwnChange } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import { ownChangeItems, ownChangesOf, writerOf } from '../../../functions/report/judge/own-changes';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const CI = 'arn:aws:sts::111122223333:assumed-role/deploy/ci';
const MALLORY = 'arn:aws:iam::111122223333:user/mallory';
const UNTIL = 40;
let made = 0;

function change(at: Date, through: OwnChange['through'], more: Partial<OwnChange> = {}): OwnChange {
  made += 1;
  const by = through === 'hand' ? MALLORY : CI;
  return { eventId: `trail-${made}`, at, call: 'PutRule', service: 'events', thing: 'Keyturn-X', by, through, ...more };
}

const deployment = (at: Date) => change(at, 'deployment', { call: 'ExecuteChangeSet', thing: 'Keyturn' });

function evidence(changes: readonly OwnChange[], since = 0): Evidence {
  const sorted = changes.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const ownHistory = { from: day(since), to: day(UNTIL), changes: sorted, unread: [] };
  return new AnAccount().live(0, UNTIL).evidence(UNTIL, since, { ownHistory });
}

const kinds = (changes: readonly OwnChange[]) => ownChangesOf(evidence(changes))?.map(({ kind }) => kind);

describe('what happened to Keyturn itself', () => {
  it('is not known where nobody could tell', () => {
    expect(ownChangesOf(new AnAccount().evidence(1))).toBeUndefined();
    expect(ownChangesOf(evidence([]))).toEqual([]);
  });

  it('is by a deployment where one of its stacks was at work', () => {
    const at = day(20);
    const found = ownChangesOf(evidence([deployment(at), change(after(at, 5 * MINUTE), 'cloudformation')]));
    expect(found).toMatchObject([
      { id: 'own-1', kind: 'deployment', by: CI },
      { id: 'own-2', kind: 'by-deployment', deployment: 'own-1' },
    ]);
  });

  it('belongs to the last deployment of several', () => {
    const found = ownChangesOf(
      evidence([deployment(day(20)), deployment(day(20, HOUR)), change(day(20, 2 * HOUR), 'cloudformation')]),
    );
    expect(found?.at(-1)).toMatchObject({ deployment: 'own-2' });
  });

  it('may be of a deployment that fell into a time of which nothing is known', () => {
    const absences = [{ from: day(10), to: day(12) }];
    const kindAt = (at: Date) => {
      const known = evidence([change(at, 'cloudformation')]);
      const ownHistory = known.ownHistory && { ...known.ownHistory, absences };
      return ownChangesOf({ ...known, ownHistory })?.map(({ kind }) => kind);
    };
    expect(kindAt(day(10, -1))).toEqual(['by-another-stack']);
    for (const at of [day(10), day(11), day(12, 12 * HOUR - 1)]) expect(kindAt(at)).toEqual(['by-deployment']);
    expect(kindAt(day(12, 12 * HOUR))).toEqual(['by-another-stack']);
  });

  it('is another stack’s where CloudFormation did it and none of ours was at work', () => {
    expect(kinds([change(day(20), 'cloudformation')])).toEqual(['by-another-stack']);
    expect(kinds([deployment(day(20)), change(day(20, 13 * HOUR), 'cloudformation')])).toEqual([
      'deployment',
      'by-another-stack',
    ]);
    // A deployment explains nothing of what was before it.
    expect(kinds([change(day(20), 'cloudformation'), deployment(day(20, HOUR))])).toEqual([
      'by-another-stack',
      'deployment',
    ]);
  });

  it('accuses nobody of what may belong to a deployment from before CloudTrail could be asked', () => {
    expect(kinds([change(day(0, HOUR), 'cloudformation')])).toEqual(['by-deployment']);
  });

  describe('by a stack that is not of the deployment any more', () => {
    const of = (at: Date, call: string, thing = 'KeyturnKeys1') => change(at, 'deployment', { call, thing });
    const toldOn = (...days: readonly number[]) =>
      new Map([['KeyturnKeys1', new Set(days.map((one) => day(one).toISOString().slice(0, 10)))]]);
    const found = (changes: readonly OwnChange[], stacks: StackDays | undefined = toldOn(9, 10)) => {
      const known = evidence(changes);
      const { record } = known;
      return ownChangesOf({
        ...known,
        deployment: { things: { stacks: ['Keyturn'], names: 'Keyturn-K', topic: 't', keys: [] }, rights: [] },
        record: record && { ...record, seals: { keys: [], events: 9, since: day(0), before: 0, stacks } },
      })?.map(({ kind, thing }) => `${kind} ${thing}`);
    };

    it('is a deployment while sealed runs said that it is theirs, and just before', () => {
      expect(found([of(day(8, HOUR), 'CreateStack'), change(day(8, 2 * HOUR), 'cloudformation')])).toEqual([
        'deployment KeyturnKeys1',
        'by-deployment Keyturn-X',
      ]);
    });

    it('is a deployment where somebody deletes what it left, weeks later', () => {
      expect(found([of(day(30), 'DeleteStack'), change(day(30, HOUR), 'cloudformation')])).toEqual([
        'deployment KeyturnKeys1',
        'by-deployment Keyturn-X',
      ]);
    });

    it.each([
      ['nobody said so', [of(day(20), 'DeleteStack')], undefined],
      ['another one has its name', [of(day(20), 'CreateStack')], toldOn(9)],
      ['it was updated since', [of(day(20), 'UpdateStack')], toldOn(9)],
      ['CloudTrail cannot tell what was done with its name meanwhile', [of(day(20), 'DeleteStack')], new Map()],
    ])('is another stack’s where %s', (_why, changes, stacks) => {
      expect(found(changes, stacks ?? new Map())).toEqual(['by-another-stack KeyturnKeys1']);
    });

    it('is another stack’s from the second deletion on, and after another one was made with its name', () => {
      const another = 'by-another-stack KeyturnKeys1';
      expect(found([of(day(20), 'DeleteStack'), of(day(22), 'CreateStack'), of(day(23), 'DeleteStack')])).toEqual([
        'deployment KeyturnKeys1',
        another,
        another,
      ]);
      expect(found([of(day(20), 'CreateStack'), of(day(21), 'DeleteStack')])).toEqual([another, another]);
    });
  });

  it('is by hand beside a deployment too', () => {
    expect(kinds([deployment(day(20)), change(day(20, MINUTE), 'hand')])).toEqual(['deployment', 'by-hand']);
  });

  it('is of the period alone, with a deployment from before it', () => {
    const found = ownChangesOf({
      ...evidence([deployment(day(9, 23 * HOUR)), change(day(10, HOUR), 'cloudformation')]),
      since: day(10),
    });
    expect(found).toMatchObject([{ id: 'own-2', kind: 'by-deployment', deployment: 'own-1' }]);
  });
});

describe('what somebody has to explain', () => {
  it('is one item for each principal and day, serious where somebody can act as Keyturn or take its record away', () => {
    const report = makeReport(
      evidence([
        deployment(day(5)),
        change(day(5, MINUTE), 'cloudformation'),
        change(day(20), 'hand'),
        change(day(20, HOUR), 'hand'),
        change(day(21), 'hand', { service: 'iam', call: 'PutRolePolicy', thing: 'Keyturn-KeyRotationSyncRole' }),
        change(day(22), 'cloudformation'),
      ]),
    );
    const items = report.attention.filter(({ kind }) => kind === 'own-change');
    expect(items.map(({ severity, title }) => [severity, title])).toEqual([
      ['high', expect.stringMatching(/^Keyturn itself was changed by hand \(.*, 1 call\)$/)],
      ['medium', expect.stringMatching(/by a stack that is not its own/)],
      ['medium', expect.stringMatching(/by hand \(.*, 2 calls\)$/)],
    ]);
    expect(items[0]?.detail).toContain(`By ${MALLORY}: PutRolePolicy of Keyturn-KeyRotationSyncRole.`);
    expect(report.summary).toMatchObject({ ownChanges: 4, verdict: 'compliant' });
    expect(report.summary.headline).toContain('4 changes to Keyturn itself were not made by a deployment.');
  });

  it('is nothing where every change was deployed', () => {
    const found = ownChangesOf(evidence([deployment(day(5)), change(day(5, MINUTE), 'cloudformation')]));
    expect(ownChangeItems(found ?? [])).toEqual([]);
  });

  it('names some of very many', () => {
    const changes = Array.from({ length: 9 }, (_, minute) => change(day(20, minute * MINUTE), 'hand'));
    const [item] = ownChangeItems(ownChangesOf(evidence(changes)) ?? []);
    expect(item?.detail).toContain(', and 4 more.');
  });
});

describe('who wrote a policy', () => {
  const parameter = '/keyturn/keys/key-0';
  const put = (at: Date, through: OwnChange['through'], thing = parameter) =>
    change(at, through, { call: 'PutParameter', service: 'ssm', thing });
  const writer = (changes: readonly OwnChange[], writtenAt: Date | undefined) =>
    writerOf(ownChangesOf(evidence(changes)), parameter, writtenAt);

  it('is who deployed it, by name or by ARN', () => {
    const arn = `arn:aws:ssm:eu-west-1:111122223333:parameter${parameter}`;
    for (const thing of [parameter, arn]) {
      const at = day(5, MINUTE);
      expect(writer([deployment(day(5)), put(at, 'cloudformation', thing)], at)).toEqual({
        at: day(5).toISOString(),
        by: CI,
        change: 'own-1',
      });
    }
  });

  it('is who wrote it by hand, after a deployment too', () => {
    const at = day(9);
    expect(writer([deployment(day(5)), put(day(5, MINUTE), 'cloudformation'), put(at, 'hand')], at)).toMatchObject({
      by: MALLORY,
    });
  });

  it('is not seen where the last write is another one than CloudTrail has, or is of another key', () => {
    expect(writer([deployment(day(5)), put(day(5, MINUTE), 'cloudformation')], day(9))).toBeUndefined();
    expect(writer([put(day(9), 'hand', `${parameter}0`)], day(9))).toBeUndefined();
    expect(writer([put(day(9), 'hand')], undefined)).toBeUndefined();
    expect(writerOf(undefined, parameter, day(9))).toBeUndefined();
  });

  it('stands with the key in the report', () => {
    const at = day(5, MINUTE);
    const known = {
      ...evidence([deployment(day(5)), put(at, 'cloudformation')]),
      entriesChangedAt: new Map([['key-0', at]]),
    };
    expect(makeReport(known).managedKeys).toMatchObject([
      { policyChangedAt: at.toISOString(), policyWritten: { by: CI, change: 'own-1' } },
    ]);
  });
});
