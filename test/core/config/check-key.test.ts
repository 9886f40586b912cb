import { describe, expect, it } from 'vitest';
import { checkKey } from '../../../functions/core/config/check-key';
import { KeysTogether } from '../../../functions/core/config/keys-together';
import { checkSettings, DEFAULT_SETTINGS } from '../../../functions/core/config/settings';

const connections = { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } };
const target = { connection: 'acme', repository: 'acme/web-shop' };
const problems = (key: unknown, together = new KeysTogether(undefined)) =>
  (checkKey({ key, connections }, together).issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('one key', () => {
  it('comes back with its defaults, and so do its connections', () => {
    const result = checkKey({ key: { id: 'shop', user: 'ci-shop' }, connections }, new KeysTogether(undefined));

    expect(result).toEqual({
      checked: {
        key: {
          id: 'shop',
          user: 'ci-shop',
          createUser: false,
          secret: 'create',
          firstRotation: 'at-once',
          adopt: 'keep',
          deliverTo: [],
          readers: [],
        },
        connections: {
          acme: { bitbucket: { secret: 'keyturn/connections/acme', url: 'https://api.bitbucket.org/2.0' } },
        },
      },
    });
  });

  it('is told what is wrong with itself and with its connections', () => {
    const wrong = { key: { id: 'Shop', user: 'ci shop' }, connections: { acme: {} } };
    const { issues } = checkKey(wrong, new KeysTogether(undefined));

    expect(issues?.map(({ path }) => path.slice(0, 2).join('.'))).toEqual(['connections.acme', 'key.id', 'key.user']);
  });

  it('is held to the policy that all keys share, whose own mistakes are not its', () => {
    const own = { id: 'shop', user: 'ci-shop', policy: { deleteAfter: 130 } };

    expect(problems(own, new KeysTogether({ rotateAfter: 60 }))).toEqual([
      expect.stringMatching(/^key\.policy\.deleteAfter: deleteAfter − rotateAfter \(70\) must be less/),
    ]);
    expect(problems({ id: 'shop', user: 'ci-shop' }, new KeysTogether({ rotateAfter: 100 }))).toEqual([]);
  });
});

it('a mistake between places is told as one of the rules, not of a type', () => {
  const { issues } = checkKey(
    { key: { id: 'shop', user: 'ci-shop', policy: { deleteAfter: 95 } }, connections },
    new KeysTogether(undefined),
  );
  expect(issues?.map(({ code }) => code)).toEqual(['custom']);
});

describe('K1, K10: keys that are added one by one', () => {
  it('share neither ID, user nor variable with one before', () => {
    const together = new KeysTogether(undefined);
    expect(problems({ id: 'shop', user: 'ci-shop', deliverTo: [target] }, together)).toEqual([]);

    expect(problems({ id: 'shop', user: 'ci-shop', deliverTo: [target] }, together)).toEqual([
      'key.id: expected an id of its own; "shop" is taken by another key',
      expect.stringMatching(/^key\.user: expected a user of its own; ci-shop belongs to the key "shop"/),
      expect.stringMatching(/^key\.deliverTo\.0\.variables: expected variables that nothing else writes; .* "shop"/),
    ]);
    expect(
      problems({ id: 'other', user: 'ci-other', deliverTo: [{ ...target, repository: 'acme/b' }] }, together),
    ).toEqual([]);
  });

  it('do not stand in the way of others when they are wrong themselves', () => {
    const together = new KeysTogether(undefined);
    problems({ id: 'shop', user: 'ci-shop', adopt: 'all' }, together);

    expect(problems({ id: 'shop', user: 'ci-shop' }, together)).toEqual([]);
  });
});

describe('the settings', () => {
  it('come back with their defaults, or with what is wrong with them and between them', () => {
    const wrong = { policy: { deactivateAfter: 80 }, audit: { report: {} } };

    expect(checkSettings({})).toEqual({ settings: DEFAULT_SETTINGS });
    expect(checkSettings(wrong)).toMatchObject({
      issues: [{ path: ['policy', 'deactivateAfter'] }, { path: ['audit', 'report'] }],
    });
    const exception = {
      user: 'u',
      control: 'cis-1.14',
      approver: 'Ada',
      approvedOn: '2026-03-01',
      until: '2026-04-01',
    };
    const exceptions = Array.from({ length: 20 }, () => ({ ...exception, reason: 'r'.repeat(300) }));
    expect(checkSettings({ audit: { exceptions } })).toMatchObject({
      issues: [{ path: ['audit', 'exceptions'], message: expect.stringMatching(/^expected at most 4096 bytes/) }],
    });
    expect(checkSettings({ trail: 'none', keys: [] })).toMatchObject({
      issues: [{ path: ['trail'] }, { code: 'unrecognized_keys', keys: ['keys'] }],
    });
  });
});
