import { describe, expect, it } from 'vitest';
import { pauseOf } from '../../../functions/core/key/pause';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { TAG } from '../../../functions/core/names';
import type { RequestPlan } from '../../../functions/core/request/plan';
import { planRequest } from '../../../functions/core/request/plan-request';
import { requestSchema } from '../../../functions/core/request/request';
import { entryOf } from '../web-shop';

const NOW = new Date('2026-11-01T12:00:00Z');
const CALLER = {
  arn: 'arn:aws:sts::111122223333:assumed-role/Operator/alice',
  userId: 'AROAX:alice',
  accountId: '111122223333',
};
const PAUSE = {
  schema: 'keyturn.request/v1',
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  do: 'pause',
  keys: ['shop'],
  why: 'release freeze',
  until: '2026-12-01T12:00:00Z',
};
const SECRET: SecretState = {
  name: 'keyturn/shop',
  arn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/shop-a1B2c3',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  changedAt: new Date('2026-10-01T00:00:00Z'),
  versions: [{ versionId: 'access-key-AKIAIOSFODNN7EXAMPLE-20260901T000000Z', labels: ['AWSCURRENT'] }],
  tags: {},
};

const ENTRY = entryOf({ id: 'shop' });

interface Given {
  readonly request?: object;
  readonly secret?: Partial<SecretState>;
  readonly level?: 'operator' | 'administrator';
  readonly caller?: Partial<typeof CALLER>;
  readonly now?: Date;
}
function plan({ request, secret, level = 'operator', caller, now = NOW }: Given = {}) {
  const read = requestSchema.parse({ ...PAUSE, ...request });
  const entry = { ...ENTRY, id: read.keys[0] ?? '' };
  return planRequest({
    request: read,
    caller: { ...CALLER, ...caller },
    level,
    entry,
    secret: { ...SECRET, ...secret },
    now,
  });
}
const resume = ({ until: _until, ...request }: typeof PAUSE = PAUSE) => ({ ...request, do: 'resume' });
function planOfResume(secret: Partial<SecretState>) {
  const read = requestSchema.parse(resume());
  const given = { request: read, caller: CALLER, level: 'operator', entry: ENTRY, now: NOW } as const;
  return planRequest({ ...given, secret: { ...SECRET, ...secret } });
}
const paused = (value: string) => ({ tags: { [TAG.paused]: value } });
const digestOf = (planned: ReturnType<typeof plan>) =>
  'digest' in planned ? planned.digest : expect.fail(planned.message);
const refusalOf = (planned: ReturnType<typeof plan>) => ('refused' in planned ? planned.refused : 'none');

describe('the plan of a pause', () => {
  it('says what will be held back, until when and what stays', () => {
    const planned = plan() as RequestPlan;
    expect(planned.words).toEqual([
      'Key "shop" is held back until 2026-12-01T12:00:00.000Z, for 30 days: nothing is made, delivered, deactivated or deleted for it.',
      'Its current key AKIAIOSFODNN7EXAMPLE stays as it is, whatever its age.',
    ]);
    expect(planned.change.tag).toBe('2026-12-01T12:00:00.000Z Operator/alice release freeze');
  });

  it('says what it replaces', () => {
    const planned = plan({ secret: paused('2026-11-20T00:00:00Z bob vendor outage') }) as RequestPlan;
    expect(planned.words.at(-1)).toBe('The pause until 2026-11-20T00:00:00.000Z by bob ("vendor outage") is replaced.');
    const [over, unreadable] = ['2026-10-20T00:00:00Z bob', 'for ever'].map(
      (value) => plan({ secret: paused(value) }) as RequestPlan,
    );
    expect(over?.words.at(-1)).toBe('The pause (which is over) is replaced.');
    expect(unreadable?.words.at(-1)).toBe('The pause (of which the end cannot be read) is replaced.');
  });

  it.each([
    ['90 days', 90, 'operator', 'none'],
    ['91 days', 91, 'operator', 'beyond-level'],
    ['91 days', 91, 'administrator', 'none'],
    ['no time', 0, 'administrator', 'invalid-request'],
    ['a day less than none', -1, 'operator', 'invalid-request'],
  ] as const)('of %s (%i) by an %s is refused as %s', (_what, days, level, refused) => {
    const until = new Date(NOW.getTime() + days * 86_400_000).toISOString();
    expect(refusalOf(plan({ request: { until }, level }))).toBe(refused);
  });

  it('is a moment over 90 days too long for an operator', () => {
    const until = new Date(NOW.getTime() + 90 * 86_400_000 + 1).toISOString();
    expect(refusalOf(plan({ request: { until } }))).toBe('beyond-level');
  });

  it('has nothing to do where the same stands there already', () => {
    expect(refusalOf(plan({ secret: paused('2026-12-01T12:00:00.000Z Operator/alice release freeze') }))).toBe(
      'nothing-to-do',
    );
  });

  it('writes a tag that is read back as what was meant, however long the names and the reason are', () => {
    const why = `"${'long; '.repeat(30)}" <b>`.slice(0, 200);
    const arn = `arn:aws:sts::111122223333:assumed-role/${'R'.repeat(64)}/${'s'.repeat(64)}`;
    const { change } = plan({ request: { why }, caller: { arn } }) as RequestPlan;
    expect(change.tag?.length).toBeLessThanOrEqual(255);
    expect(change.tag).toMatch(/^[\p{L}\p{N} +\-=._:/@]*$/u);
    const read = pauseOf({ ...SECRET, tags: { [TAG.paused]: change.tag ?? '' } }, NOW);
    expect(read).toMatchObject({
      until: new Date('2026-12-01T12:00:00Z'),
      by: arn.slice(39, 139),
      why: expect.stringContaining('long'),
    });
  });

  it('is of no account where the pause stands on the secret that the key had before', () => {
    const takesOver = { secret: 'keyturn/old-shop', pauses: true, isRecorded: true };
    const secret = { ...paused('2026-11-20T00:00:00Z bob'), takesOver };
    expect(refusalOf(plan({ secret }))).toBe('stands-elsewhere');
    expect(refusalOf(planOfResume(secret))).toBe('stands-elsewhere');
    expect(refusalOf(plan({ secret: { takesOver } }))).toBe('none');
  });
});

describe('the pause of a key that has leaked', () => {
  const AT = '2026-11-01T11:50:00Z';
  const tags = (...written: readonly [string, string][]) => ({
    tags: Object.fromEntries(written.map(([tag, key]) => [tag, `${key} ${AT}`])),
  });
  const LEAKED = 'AKIAIOSFODNN7EXAMPLE';

  it.each([TAG.compromised, TAG.disableFirst])(
    'is refused for an operator: an administrator has ordered by %s that it is made Inactive',
    (tag) => {
      expect(plan({ secret: tags([tag, LEAKED]) })).toMatchObject({
        refused: 'beyond-level',
        message: expect.stringContaining(LEAKED),
      });
    },
  );

  it('names it to an administrator', () => {
    const planned = plan({ secret: tags([TAG.compromised, LEAKED]), level: 'administrator' }) as RequestPlan;
    expect(planned.words.join(' ')).toContain(
      `${LEAKED} has leaked, and is not known to be Inactive: until the pause ends, it stays Active, and whoever has it can use it.`,
    );
  });

  it.each<[string, ReturnType<typeof tags>, string]>([
    ['an adopted key', tags([TAG.compromised, 'AKIAADOPTED']), 'beyond-level'],
    ['one that is Inactive', tags([TAG.compromised, LEAKED], [TAG.deactivated, LEAKED]), 'none'],
    [
      'an adopted one that is Inactive',
      tags([TAG.compromised, 'AKIAADOPTED'], [TAG.deactivated, 'AKIAADOPTED']),
      'none',
    ],
    [
      'one of which a later record has the place',
      tags([TAG.compromised, 'AKIAOLD'], [TAG.deactivated, 'AKIANEXT']),
      'none',
    ],
  ])('of %s', (_what, secret, refused) => {
    expect(refusalOf(plan({ secret }))).toBe(refused);
  });
});

describe('the plan of a resume', () => {
  it.each([
    ['2026-12-01T00:00:00Z bob freeze', 'until 2026-12-01T00:00:00.000Z by bob ("freeze")'],
    ['2026-12-01T00:00:00Z', 'until 2026-12-01T00:00:00.000Z by an unnamed person'],
    ['for ever', '(of which the end cannot be read)'],
    ['2026-01-01 bob', '(which is over)'],
  ])('takes away the pause "%s"', (value, words) => {
    const planned = planOfResume(paused(value)) as RequestPlan;
    expect(planned.words).toEqual([`Key "shop" goes on: its pause ${words} is taken away.`]);
    expect(planned.change).toMatchObject({ tag: undefined, from: value });
  });

  it('has nothing to do for a key that is not paused', () => {
    expect(refusalOf(planOfResume({}))).toBe('nothing-to-do');
  });
});

describe('the digest of a plan', () => {
  it('is the same for the same, whenever and under whichever name it is asked for', () => {
    const later = new Date(NOW.getTime() + 3_600_000);
    expect(digestOf(plan({ now: later, request: { id: 'another-id-of-another-one' } }))).toBe(digestOf(plan()));
    expect(digestOf(plan({ request: { until: '2026-12-01T13:00:00+01:00' } }))).toBe(digestOf(plan()));
  });

  it.each<[string, Given]>([
    ['end', { request: { until: '2026-12-02T12:00:00Z' } }],
    ['reason', { request: { why: 'another' } }],
    ['reason that reads alike in a tag', { request: { why: 'release  freeze!' } }],
    ['person', { caller: { arn: 'arn:aws:sts::111122223333:assumed-role/Operator/bob' } }],
    ['person of the same word', { caller: { arn: 'arn:aws:sts::999999999999:assumed-role/Operator/alice' } }],
    ['level', { level: 'administrator' }],
    ['key', { request: { keys: ['other'] } }],
    ['secret', { secret: { name: 'keyturn/other' } }],
    ['current key', { secret: { versions: [] } }],
    ['pause', { secret: paused('2026-11-20T00:00:00Z bob') }],
    ['time of the last change', { secret: { changedAt: new Date('2026-10-01T00:00:01Z') } }],
  ])('is another for another %s', (_what, given) => {
    expect(digestOf(plan(given))).not.toBe(digestOf(plan()));
  });
});
