import { describe, expect, it } from 'vitest';
import { type Described, described } from '../../../functions/core/findings/described';
import { FINDINGS, type Finding } from '../../../functions/core/findings/findings';
import { keyUsers } from '../../../functions/core/findings/key-users';
import { lastUseOf } from '../../../functions/core/findings/last-use';
import type { KeyUse } from '../../../functions/core/key/key-use';
import { day, idOf } from '../web-shop';

const key = 'web-shop';
const user = 'ci-shop';
const accessKeyId = idOf('old');
const since = day(90);
const connection = { name: 'acme', secret: 'keyturn/connections/acme' };
const some = (count: number, name = 'k') => Array.from({ length: count }, (_, index) => `${name}${index}`);
const tenNames = some(10).join(', ');

const notAdopted = (more: { readonly ends?: boolean; readonly targets?: readonly string[] }): Finding => ({
  code: 'not-adopted',
  key,
  accessKeyId,
  since,
  facts: { old: 'AKIAOLD', used: { at: since }, delivered: since, targets: ['here'], ends: false, ...more },
});
const driftedAt = { code: 'drifted', key, accessKeyId, since } as const;
const stuckAt = (count: number): Finding => ({
  code: 'breaker-open',
  facts: { host: 'the host', stuck: some(count).map((id) => ({ id, since })) },
});
const lost = (entries: number, count: number): Finding => ({
  code: 'registry-lost',
  facts: { entries, lost: some(count) },
});
const strangers = (count: number): Finding => ({
  code: 'users-path',
  facts: { is: 'unmanaged', path: '/ci/', users: some(count) },
});
const untraced = (holdsUpRepair: boolean): Finding => ({
  code: 'rotation-in-progress',
  key,
  facts: { is: 'untraced', run: 'run-7', began: since, left: ['AKIALEFT'], holdsUpRepair },
});
const reportGone = (looks?: { looked: number; left: string[] }): Finding => ({
  code: 'report-unavailable',
  facts: { denied: false, again: false, looks },
});
type Followed = Extract<Extract<Finding, { code: 'user-changed' }>['facts'], { is: 'followed' }>;
const followed = (more: Partial<Followed>): Finding => ({
  code: 'user-changed',
  key,
  user: 'former',
  facts: { is: 'followed', from: 'former', to: user, isDue: false, ...more },
});
const dates = { deactivate: day(100), delete: day(110) };
const [active, inactive] = [true, false].map((is) => ({ active: is, changedAt: undefined })) as [
  { active: true; changedAt: undefined },
  { active: false; changedAt: undefined },
];
const FORMER = 'The user of key "web-shop" was former before it was ci-shop, and former still has';
const ENDS =
  'when nothing else uses it (aws iam update-access-key --user-name former --access-key-id AKIA... --status Inactive), and ' +
  'delete it after 2026-04-21 (aws iam delete-access-key --user-name former --access-key-id AKIA...).';

describe('what depends on the facts', () => {
  it.each<[string, Finding, Partial<Described>]>([
    [
      'a delivered key that nobody uses, while the old one is held',
      notAdopted({ ends: false }),
      {
        brokenNow:
          'Nothing is broken: the old key is held. When its hold is over, pipelines that do not use the new one will be.',
      },
    ],
    [
      'a delivered key that nobody uses, when the hold is over',
      notAdopted({ ends: true }),
      { brokenNow: 'Perhaps broken: the hold of the old key is over, and what uses it cannot log in any more.' },
    ],
    [
      'a target that lost what it had',
      { ...driftedAt, facts: { waits: 'nothing', target: 'here', differences: ['A'], setting: 'report' } },
      { brokenNow: 'Perhaps broken: a pipeline of this target finds what somebody put there, or nothing.' },
    ],
    [
      'a deactivation that waits for a target that lost what it had',
      { ...driftedAt, facts: { waits: 'retirement', successor: 'AKIANEW', seenAt: since } },
      { brokenNow: 'Nothing is broken by Keyturn: the old key is kept until the fresh one is everywhere.' },
    ],
    [
      'a host that nothing reaches',
      stuckAt(1),
      { what: 'nothing reaches one host, its keys wait', recorded: { host: 'the host' } },
    ],
    [
      'a connection that nothing reaches',
      { ...stuckAt(1), connection },
      { what: 'nothing is delivered over connection acme, its keys wait' },
    ],
    [
      'a changed user',
      { ...followed({}), facts: { is: 'changed', from: 'former', to: user, current: undefined } } as Finding,
      {
        severity: 'attention',
        what: 'its user was changed',
        message:
          'The user of key "web-shop" was changed from former to ci-shop. The keys of former go on working; a first key of ' +
          'ci-shop is made and delivered now. Keyturn has no right to former any more, and tells every day what is left to do ' +
          'there.',
      },
    ],
    [
      'a former user whose keys are still needed',
      followed({ keys: [active, inactive] }),
      {
        severity: 'notice',
        what: 'keys of its former user are still there',
        message: `${FORMER} 2 keys (1 Active). Keyturn has no right to them. Leave them as they are: the first key of ci-shop is not delivered yet.`,
      },
    ],
    [
      'a former user whose keys are needed no more, soon',
      followed({ keys: [active], dates }),
      {
        severity: 'notice',
        message: `${FORMER} 1 key (1 Active). Keyturn has no right to them. Pipelines that Keyturn delivers to do not use them. Make each of them Inactive from 2026-04-11 on, ${ENDS}`,
      },
    ],
    [
      'a former user whose keys are needed no more',
      followed({ keys: [inactive], dates, isDue: true }),
      {
        severity: 'attention',
        message: `${FORMER} 1 key (0 Active). Keyturn has no right to them. Pipelines that Keyturn delivers to do not use them. Make each of them Inactive now, ${ENDS}`,
      },
    ],
    [
      'a run that may be at work',
      { ...untraced(true), facts: { is: 'at-work', run: 'run-7', began: since } } as Finding,
      { severity: 'notice' },
    ],
    ['a run that left a key', untraced(false), { severity: 'notice' }],
    ['a run whose key is in the way of a repair', untraced(true), { severity: 'attention' }],
    ['a report in whose place nobody had to look', reportGone(), { recorded: {} }],
    ['a report in whose place all were looked at', reportGone({ looked: 4, left: [] }), { recorded: {} }],
    [
      'a report in whose place some were looked at',
      reportGone({ looked: 4, left: ['k4', 'k5'] }),
      { recorded: { next: 'k4' } },
    ],
  ])('is said of %s', (_what, finding, words) => {
    expect(described(finding)).toMatchObject(words);
  });

  it.each<[string, Finding, string]>([
    ['as many targets as are named', notAdopted({ targets: some(5) }), 'Delivered to: k0; k1; k2; k3; k4. Uses that'],
    ['one target more', notAdopted({ targets: some(6) }), 'Delivered to: k0; k1; k2; k3; k4; and 1 more. Uses that'],
    ['as many keys of one host as are named', stuckAt(10), '"k9" since 2026-04-01T03:00:00.000Z did not reach'],
    ['one key of a host more', stuckAt(12), '"k9" since 2026-04-01T03:00:00.000Z and 2 more did not reach'],
    [
      'one entry and as many lost keys as are named',
      lost(1, 10),
      `The registry has 1 entry, and 10 secrets of managed keys are in none (${tenNames}): another`,
    ],
    [
      'two entries and one lost key more',
      lost(2, 11),
      `The registry has 2 entries, and 11 secrets of managed keys are in none (${tenNames}, …): another`,
    ],
    ['two users', strangers(2), '2 users under /ci/ (users.path) belong to no managed key: k0, k1. The'],
    ['as many users as are named', strangers(10), `belong to no managed key: ${tenNames}. The`],
    ['one user more', strangers(11), `belong to no managed key: ${tenNames}, …. The`],
    [
      'a held key whose users nobody could look for',
      {
        code: 'hold-limit',
        key,
        accessKeyId,
        facts: { used: { at: since }, by: { is: 'unknown' }, holdLimit: 10, user },
      },
      '--status Active. CloudTrail could not be asked what uses it.',
    ],
    [
      'two entries of one user',
      { code: 'not-deployed', key, facts: { is: 'shared-user', with: 'store', says: 'user shop', lasts: true } },
      'says: user shop. The key "store" has the same user, and a user has room for one managed key. Where one of them was ' +
        'taken out of the configuration, delete its entry. So nothing is done',
    ],
    [
      'what no deployment has said',
      { code: 'not-deployed', key, facts: { is: 'unsaid', says: 'user shop', lasts: true } },
      'says: user shop. No deployment of this version has said anything of this key, in the policy of the secret ' +
        'keyturn/web-shop. So nothing is done',
    ],
    [
      'a secret of another deployment',
      { code: 'not-deployed', key, facts: { is: 'made-elsewhere', says: 'user shop', lasts: true } },
      'says: user shop. No stack of this deployment made the secret keyturn/web-shop, and no key of it has "secret: ' +
        'existing". So nothing is done',
    ],
  ])('in the message of %s', (_what, finding, words) => {
    expect(described(finding).message).toContain(words);
  });

  it('in the alarm of a token that ends, with the days of the setting', () => {
    const { alarm } = FINDINGS['token-expires'];
    expect(typeof alarm === 'function' && alarm({ tokenExpiresInDays: 7 })).toBe(
      'The token of a connection ends within 7 days. Nothing is broken yet. After that day nothing is delivered through ' +
        'this connection until its secret holds a new one.',
    );
  });
});

describe('who uses a key', () => {
  const use = (from: string, service: string): KeyUse => ({ at: since, service, from, agent: 'cli', isProof: false });
  const seen = (...uses: readonly KeyUse[]) => keyUsers({ is: 'seen', uses });
  const clients = (count: number) => some(count, '10.0.0.').map((from) => use(from, 's3'));

  it.each<[string, () => string, string]>([
    ['nobody has asked', () => keyUsers(undefined), ''],
    ['nobody could', () => keyUsers({ is: 'unknown' }), ' CloudTrail could not be asked what uses it.'],
    [
      'nobody was seen',
      () => keyUsers({ is: 'none' }),
      " CloudTrail's event history of that region has no use of it; what only touches data, such as S3 objects, is not in there.",
    ],
    [
      'three services from one client',
      () => seen(...['s3', 'sts', 's3', 'ec2'].map((service) => use('10.0.0.0', service))),
      ' CloudTrail saw it used from 10.0.0.0 (cli) for s3, sts, ec2.',
    ],
    [
      'four services from one client',
      () => seen(...['s3', 'sts', 'ec2', 'iam'].map((service) => use('10.0.0.0', service))),
      ' CloudTrail saw it used from 10.0.0.0 (cli) for s3, sts, ec2.',
    ],
    [
      'three clients',
      () => seen(...clients(3)),
      ' CloudTrail saw it used from 10.0.0.0 (cli) for s3; from 10.0.0.1 (cli) for s3; from 10.0.0.2 (cli) for s3.',
    ],
    [
      'five clients',
      () => seen(...clients(5)),
      ' CloudTrail saw it used from 10.0.0.0 (cli) for s3; from 10.0.0.1 (cli) for s3; from 10.0.0.2 (cli) for s3, and 2 more.',
    ],
  ])('is told where %s', (_what, told, text) => {
    expect(told()).toBe(text);
  });

  it.each([
    [{ at: since, service: 's3', region: 'eu-west-1' }, '2026-04-01T03:00:00.000Z for s3 in eu-west-1'],
    [{ at: since, region: 'eu-west-1' }, '2026-04-01T03:00:00.000Z in eu-west-1'],
    [{ at: undefined, service: 's3' }, 'for s3'],
  ])('last is told as far as IAM knows it: %o', (used, text) => {
    expect(lastUseOf(used)).toBe(text);
  });
});
