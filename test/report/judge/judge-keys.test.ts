import { describe, expect, it } from 'vitest';
import type { AcceptedException, ControlId } from '../../../functions/core/config/audit-terms';
import { HOUR } from '../../../functions/core/duration';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { accessKeysOf } from '../../../functions/report/judge/access-keys';
import { controlVerdictsOf } from '../../../functions/report/judge/control-verdicts';
import type { Control } from '../../../functions/report/judge/controls';
import { judgeKeys, type KeyJudgements } from '../../../functions/report/judge/judge-keys';
import type { JudgedKey, Judgement } from '../../../functions/report/judge/judged-key';
import type { KeyFacts } from '../../../functions/report/judge/key-facts';
import type { AccessKeyLine, Verdict } from '../../../functions/report/judge/model';
import { scopeOf } from '../../../functions/report/judge/scope';
import { DELIVERED, day, keyOf, secretOf, versionOf } from '../../core/web-shop';
import { AnAccount } from './account';

const [old, young] = [keyOf('old', day(0)), keyOf('new', day(90))];
const secret = {
  ...secretOf([versionOf(young, 'AWSCURRENT', DELIVERED), versionOf(old, 'AWSPREVIOUS')]),
  name: 'keyturn/key-0',
};
const evidence = new AnAccount(1).evidence(95, 6, { secrets: [secret], listedKeys: [] });
const [managed] = scopeOf(evidence).keys;

const facts = (more: Partial<KeyFacts> = {}): KeyFacts => ({
  id: 'OLD',
  user: 'ci-0',
  arn: 'arn',
  isRoot: false,
  accessKeyId: old.accessKeyId,
  managed,
  life: undefined,
  role: 'superseded',
  status: 'Active',
  createdAt: old.createdAt,
  endedAt: undefined,
  lastUsed: 'never',
  ...more,
});
const current = facts({ id: 'NEW', role: 'current', accessKeyId: young.accessKeyId, createdAt: young.createdAt });
const control = (judge: (key: JudgedKey) => Judgement, id: ControlId = 'cis-1.14') => ({ id, judge }) as Control;
const says = (verdict: Verdict): Judgement => ({ verdict, why: 'Why.' });
const keys = (...given: KeyFacts[]) => judgeKeys(evidence, [], given).map(({ key }) => key);

describe('what a control may ask about a key', () => {
  it('is what is known of it, now', () => {
    expect(keys(facts())).toEqual([
      {
        ...facts(),
        now: day(95),
        isReported: true,
        activeOfUser: 1,
        overlap: { state: 'overlap', until: day(100) },
        changeover: undefined,
        firstRotationBy: day(1, 2 * HOUR),
      },
    ]);
  });

  it('is its end where it is gone, and nothing of a managed key that it is not of', () => {
    expect(keys(facts({ endedAt: day(50), role: 'gone', managed: undefined }))).toMatchObject([
      { now: day(50), firstRotationBy: undefined, overlap: undefined },
    ]);
    expect(judgeKeys({ ...evidence, credentialReport: undefined }, [], [facts()])[0]?.key.isReported).toBe(false);
  });

  it('is how many of the keys of its user are Active', () => {
    const given = [facts(), current, facts({ status: 'Inactive' }), facts({ user: 'alice' })];
    expect(keys(...given).map(({ activeOfUser }) => activeOfUser)).toEqual([2, 2, 2, 1]);
  });

  const overlap = { state: 'overlap', until: day(100) };
  it.each<[string, readonly KeyFacts[], object | undefined]>([
    ['the current one and the one before it', [current, facts()], { older: facts(), overlap }],
    [
      'the same, and one that is Inactive',
      [current, facts(), facts({ status: 'Inactive' })],
      { older: facts(), overlap },
    ],
    ['the current one alone', [current], undefined],
    ['two of which none is current', [facts(), facts({ id: 'X', accessKeyId: 'X' })], undefined],
    ['the current one and a foreign one', [current, facts({ role: 'foreign' })], undefined],
    ['three', [current, facts(), facts({ id: 'X', accessKeyId: 'X' })], undefined],
  ])('is a changeover where its user has two Active keys of one rotation: %s', (_what, given, expected) => {
    expect(keys(...given)[0]?.changeover).toEqual(expected);
  });
});

describe('what somebody has accepted', () => {
  const date = (days: number) => day(days).toISOString().slice(0, 10);
  const accepted = (more: Partial<AcceptedException> = {}): AcceptedException => ({
    user: 'ci-0',
    control: 'cis-1.14',
    approver: 'Grace',
    reason: 'Moves.',
    approvedOn: date(90),
    until: date(120),
    ...more,
  });
  const judge = (
    verdict: Verdict,
    exceptions: readonly AcceptedException[] | undefined,
    changes: Partial<Evidence> = {},
  ) => {
    const terms = exceptions && { frameworks: undefined, exceptions: [...exceptions] };
    return judgeKeys({ ...evidence, terms, ...changes }, [control(() => says(verdict))], [facts()])[0]?.judgements[0];
  };
  const own = (verdict: Verdict) => ({ control: 'cis-1.14', ...says(verdict) });
  const until = new Date(`${date(121)}T00:00:00.000Z`);
  const excepted = (of: string) => ({
    control: 'cis-1.14',
    verdict: 'exception',
    why: `Why. Accepted by Grace until ${date(120)}: Moves.`,
    exception: { kind: 'accepted', until, of },
  });

  it.each<[Verdict, boolean]>([
    ['fail', true],
    ['unknown', true],
    ['pass', false],
    ['not-applicable', false],
    ['exception', false],
  ])('takes the place of the verdict %s: %s', (verdict, counts) => {
    expect(judge(verdict, [accepted()])).toEqual(counts ? excepted('1') : own(verdict));
  });

  it.each<[string, readonly AcceptedException[] | undefined, string | undefined]>([
    ['is by its managed key', [accepted({ user: undefined, key: 'key-0' })], '1'],
    ['is of another managed key', [accepted({ user: undefined, key: 'key-1' })], undefined],
    ['is of another user', [accepted({ user: 'alice' })], undefined],
    ['is of another control', [accepted({ control: 'cis-1.13' })], undefined],
    ['is the second one', [accepted({ user: 'alice' }), accepted()], '2'],
    ['is the first of two', [accepted(), accepted({ approver: 'Other' })], '1'],
    ['is none', [], undefined],
    ['is not known', undefined, undefined],
    ['is over', [accepted({ until: date(94) })], undefined],
    ['has not begun', [accepted({ approvedOn: date(96) })], undefined],
  ])('%s', (_what, exceptions, of) => {
    expect(judge('fail', exceptions)).toEqual(of === undefined ? own('fail') : excepted(of));
  });

  it('of a managed key is of none that nobody manages', () => {
    const terms = { frameworks: undefined, exceptions: [accepted({ user: undefined, key: 'key-0' })] };
    const [judged] = judgeKeys({ ...evidence, terms }, [control(() => says('fail'))], [facts({ managed: undefined })]);
    expect(judged?.judgements).toEqual([own('fail')]);
  });

  it('counts from the first instant to the last', () => {
    const verdict = (at: Date) => judge('fail', [accepted()], { gatheredAt: at })?.verdict;
    const begins = new Date(`${date(90)}T00:00:00.000Z`);
    expect(verdict(begins)).toBe('exception');
    expect(verdict(new Date(begins.getTime() - 1))).toBe('fail');
    expect(verdict(new Date(until.getTime() - 1))).toBe('exception');
    expect(verdict(until)).toBe('fail');
  });
});

describe('the line of a key', () => {
  const judged = (more: Partial<JudgedKey> = {}, judgements: KeyJudgements['judgements'] = []): KeyJudgements => ({
    key: { ...(keys(facts())[0] ?? expect.fail('no key')), ...more },
    judgements,
  });
  const line = (of: KeyJudgements, changes: Partial<Evidence> = {}) =>
    accessKeysOf({ ...evidence, ...changes }, [of])[0];
  const whole = {
    id: 'OLD',
    user: 'ci-0',
    arn: 'arn',
    isRoot: false,
    accessKeyId: old.accessKeyId,
    key: 'key-0',
    role: 'superseded',
    status: 'Active',
    createdAt: day(0).toISOString(),
    ageDays: 95,
    lastUsed: 'never',
    rotateDueAt: undefined,
    overlap: { state: 'overlap', until: day(100).toISOString() },
    controls: [],
    events: [],
  };

  it.each<[string, Partial<JudgedKey>, object]>([
    ['superseded', {}, {}],
    [
      'current',
      { role: 'current', overlap: undefined },
      { role: 'current', rotateDueAt: day(90).toISOString(), overlap: undefined },
    ],
    [
      'current, of an unknown age',
      { role: 'current', createdAt: undefined },
      { role: 'current', createdAt: undefined, ageDays: undefined },
    ],
    ['current, of nobody', { role: 'current', managed: undefined }, { role: 'current', key: undefined }],
    ['used', { lastUsed: day(94) }, { lastUsed: day(94).toISOString() }],
    ['used nobody knows when', { lastUsed: 'unknown' }, { lastUsed: 'unknown' }],
    ['gone', { role: 'gone', endedAt: day(50), now: day(50) }, { role: 'gone', ageDays: 50 }],
    ['gone nobody knows when', { role: 'gone' }, { role: 'gone', ageDays: undefined }],
    ['of a clock that is ahead', { createdAt: day(96) }, { createdAt: day(96).toISOString(), ageDays: 0 }],
    ['of half a day more', { createdAt: day(0.5) }, { createdAt: day(0.5).toISOString(), ageDays: 94.5 }],
  ])('has what is known of one that is %s', (_what, more, changes) => {
    expect(line(judged(more))).toEqual({ ...whole, ...changes });
  });

  it('has no age and no overlap where there are none', () => {
    const bare = line(judged({ createdAt: undefined, overlap: undefined }));
    expect(bare).not.toHaveProperty('ageDays');
    expect(bare).not.toHaveProperty('overlap');
  });

  it('has its verdicts, with the exception that is one', () => {
    const exception = { kind: 'overlap', until: day(100), of: 'X' } as const;
    const of = judged({}, [
      { control: 'cis-1.13', verdict: 'exception', why: 'Why.', exception },
      { control: 'cis-1.14', verdict: 'pass', why: 'Because.' },
    ]);
    expect(line(of)?.controls).toEqual([
      { control: 'cis-1.13', verdict: 'exception', why: 'Why.', exception: 'overlap-X' },
      { control: 'cis-1.14', verdict: 'pass', why: 'Because.' },
    ]);
    expect(line(of)?.controls[1]).not.toHaveProperty('exception');
  });

  it('has the events that are about it, but findings and what people were told', () => {
    const account = new AnAccount(1);
    account.run('rotate', day(0), (run) => {
      const about = { key: 'key-0', user: 'ci-0', accessKeyId: old.accessKeyId };
      for (const name of ['key-created', 'finding', 'people-told', 'people-not-told', 'key-stored'] as const) {
        run.tell(name, about);
      }
      run.tell('key-stored', { ...about, accessKeyId: 'OTHER' });
    });
    const { record } = account.evidence(95, 6);
    const ids = account.events.flatMap(({ event, accessKeyId, id }) =>
      accessKeyId === old.accessKeyId && event.startsWith('key-') ? [id] : [],
    );
    expect(line(judged(), { record })?.events).toEqual(ids);
    expect(line(judged({ accessKeyId: undefined }), { record })?.events).toEqual([]);
    expect(line(judged(), { record: undefined })?.events).toEqual([]);
    expect(line(judged({ accessKeyId: 'NEVER' }), { record })?.events).toEqual([]);
  });
});

describe('the verdict of a control', () => {
  const lines = (...verdicts: Verdict[]) =>
    verdicts.map(
      (verdict) =>
        ({
          controls: [
            { control: 'cis-1.14', verdict, why: 'x' },
            { control: 'other', verdict: 'fail', why: 'x' },
          ],
        }) as AccessKeyLine,
    );
  const verdict = (of: readonly AccessKeyLine[], changes: Partial<Evidence> = {}, id: ControlId = 'cis-1.14') =>
    controlVerdictsOf(
      { ...evidence, ...changes },
      [{ id, title: 'Rotated', judge: () => says('pass'), numbers: {} } as unknown as Control],
      of,
    )[0];

  it.each<[Verdict[], Verdict]>([
    [['pass', 'exception', 'fail', 'unknown', 'not-applicable'], 'fail'],
    [['pass', 'exception', 'unknown', 'not-applicable'], 'unknown'],
    [['pass', 'exception', 'not-applicable'], 'exception'],
    [['pass', 'pass', 'not-applicable'], 'pass'],
    [['not-applicable'], 'not-applicable'],
    [[], 'not-applicable'],
  ])('of %j is %s, with how many there are of each', (verdicts, expected) => {
    const count = (of: Verdict) => verdicts.filter((each) => each === of).length;
    expect(verdict(lines(...verdicts))).toEqual({
      id: 'cis-1.14',
      title: 'Rotated',
      verdict: expected,
      passed: count('pass'),
      excepted: count('exception'),
      failed: count('fail'),
      notApplicable: count('not-applicable'),
      unknown: count('unknown'),
    });
  });

  it('is unknown without a report, but for a failure', () => {
    const nobody = { credentialReport: undefined };
    expect(verdict(lines('pass'), nobody)?.verdict).toBe('unknown');
    expect(verdict(lines('fail'), nobody)?.verdict).toBe('fail');
  });

  it('of the root user passes where somebody looked', () => {
    const principals = (evidence.credentialReport?.principals ?? []).filter(({ isRoot }) => !isRoot);
    const without = evidence.credentialReport && { ...evidence.credentialReport, principals };
    expect(verdict([], {}, 'cis-1.4')?.verdict).toBe('pass');
    expect(verdict([], { credentialReport: without }, 'cis-1.4')?.verdict).toBe('unknown');
  });
});
