import { describe, expect, it } from 'vitest';
import type { CredentialReport, ReportedUser } from '../../../functions/core/key/access-key';
import { formerUsersTag } from '../../../functions/core/key/key-user';
import { planFormerUsers } from '../../../functions/core/lifecycle/former-users';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const entry = entryOf();
const key = keyOf('key', day(1));
const until = day(0);
const tags = { [TAG.formerUsers]: formerUsersTag([{ user: 'deploy', until }]) };
const delivered = secretOf([versionOf(key, 'AWSCURRENT', DELIVERED)], tags);

const slot = (active: boolean) => ({ active, changedAt: day(-50) });
const reportOf = (lines: Readonly<Record<string, ReportedUser['keys']>>, generatedAt = day(5)): CredentialReport => ({
  generatedAt,
  users: new Map(Object.entries(lines).map(([user, keys]) => [user, { user, path: '/', keys }])),
});

type Given = Partial<Parameters<typeof planFormerUsers>[0]>;
const plan = (more: Given = {}) =>
  planFormerUsers({ entry, secret: delivered, managedUsers: [entry.user], now: day(5), ...more });
const facts = (more: Given = {}) => plan(more).findings[0]?.facts;

describe('the keys of a user that a managed key had before', () => {
  it('are followed, with what the report shows and their dates', () => {
    const keys = [slot(true)];
    expect(plan({ report: reportOf({ deploy: keys }) })).toEqual({
      steps: [],
      findings: [
        {
          code: 'user-changed',
          key: 'web-shop-production',
          user: 'deploy',
          facts: {
            is: 'followed',
            from: 'deploy',
            to: 'bitbucket-web-shop',
            keys,
            dates: { deactivate: day(11), delete: day(21) },
            isDue: false,
          },
        },
      ],
    });
  });

  it('are none of a key that had no other user', () => {
    expect(plan({ secret: secretOf(delivered.versions) })).toEqual({ steps: [], findings: [] });
  });

  it.each<[string, Given]>([
    ['the report shows none', { report: reportOf({ deploy: [] }) }],
    ['the report shows none, by another spelling', { report: reportOf({ Deploy: [] }) }],
    ['the report does not have the user any more', { report: reportOf({}) }],
    ['another managed key has the user', { managedUsers: ['Deploy'] }],
    ['one of many managed keys has the user', { managedUsers: ['a', 'deploy', 'b'] }],
  ])('are followed no more when %s', (_what, more) => {
    expect(plan(more)).toEqual({ steps: [{ do: 'record-former-users', users: [] }], findings: [] });
  });

  it.each<[string, Given]>([
    ['there is no report', {}],
    ['the report is as old as the change', { report: reportOf({ deploy: [] }, until) }],
    ['the report is older than the change', { report: reportOf({ deploy: [] }, day(-1)) }],
    ['the report is older than the user', { report: reportOf({}, day(-1)) }],
    ['the report shows one, by another spelling', { report: reportOf({ DEPLOY: [slot(false)] }) }],
  ])('are followed on when %s', (_what, more) => {
    expect(plan(more)).toMatchObject({ steps: [], findings: [{ user: 'deploy' }] });
  });

  it('are followed each by itself', () => {
    const both = {
      [TAG.formerUsers]: formerUsersTag([
        { user: 'ci', until: day(-9) },
        { user: 'deploy', until },
      ]),
    };
    const secret = secretOf(delivered.versions, both);
    expect(plan({ secret, report: reportOf({ deploy: [slot(true)] }) })).toMatchObject({
      steps: [{ do: 'record-former-users', users: [{ user: 'deploy', until }] }],
      findings: [{ user: 'deploy' }],
    });
  });

  it.each<[string, Given, Date | undefined]>([
    ['the creation of the new one', {}, day(1)],
    [
      'its late delivery',
      { secret: secretOf(delivered.versions, { ...tags, [TAG.delivered]: tagOf(key, day(3)) }) },
      day(3),
    ],
    [
      'the change, where that came last',
      {
        secret: secretOf(delivered.versions, {
          [TAG.formerUsers]: formerUsersTag([{ user: 'deploy', until: day(4) }]),
        }),
      },
      day(4),
    ],
    [
      'nothing while the new one is not delivered',
      { secret: secretOf([versionOf(key, 'AWSCURRENT')], tags) },
      undefined,
    ],
    ['nothing while there is no new one', { secret: secretOf([], tags) }, undefined],
  ])('have dates that count from %s', (_what, more, from) => {
    const later = (days: number) => from && new Date(from.getTime() + days * (day(1).getTime() - day(0).getTime()));
    expect(facts(more)).toMatchObject({
      dates: from && { deactivate: later(10), delete: later(20) },
      keys: undefined,
    });
  });

  it.each<[string, ReportedUser['keys'] | undefined, Date, boolean]>([
    ['Active', [slot(true)], day(11, -1), false],
    ['Active', [slot(true)], day(11), true],
    ['Active and Inactive', [slot(false), slot(true)], day(11), true],
    ['Inactive', [slot(false)], day(21, -1), false],
    ['Inactive', [slot(false)], day(21), true],
    ['not reported', undefined, day(11, -1), false],
    ['not reported', undefined, day(11), true],
  ])('%s, ask for a person when they had their time', (_what, keys, now, isDue) => {
    expect(facts({ now, report: keys && reportOf({ deploy: keys }, day(1)) })).toMatchObject({ isDue, keys });
  });

  it('ask for nobody while the new key is not delivered', () => {
    const secret = secretOf([versionOf(key, 'AWSCURRENT')], tags);
    expect(facts({ secret, now: day(500) })).toMatchObject({ dates: undefined, isDue: false });
    const report = reportOf({ deploy: [slot(false)] });
    expect(facts({ secret, now: day(500), report })).toMatchObject({ dates: undefined, isDue: false });
  });
});
