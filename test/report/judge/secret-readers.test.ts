import { describe, expect, it } from 'vitest';
import { makeReport } from '../../../functions/report/judge/make-report';
import { readersIn } from '../../../functions/report/judge/secret-readers';
import { secretReadersOf } from '../../../functions/report/judge/secrets';
import { AnAccount } from './account';

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/key-0-a1B2c3';
const SYNC = 'arn:aws:iam::111122223333:role/sync';
const TEAM = 'arn:aws:iam::111122223333:role/team';

function deny(changes: Record<string, unknown> = {}, names: unknown = [SYNC, TEAM]) {
  return {
    Effect: 'Deny',
    Principal: '*',
    Action: 'secretsmanager:GetSecretValue',
    Resource: '*',
    Condition: { StringNotEquals: { 'aws:PrincipalArn': names } },
    ...changes,
  };
}

const policy = (...Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const readers = (...statements: unknown[]) => readersIn(policy(...statements), ARN);

describe('who may read a secret', () => {
  it.each([
    ['of all principals', {}],
    ['of all principals as a map', { Principal: { AWS: '*' } }],
    ['of every action', { Action: '*' }],
    ['of every action of the service', { Action: ['secretsmanager:*'] }],
    ['of the secret itself', { Resource: ARN }],
    ['of its name', { Resource: 'arn:aws:secretsmanager:*:*:secret:keyturn/key-0-??????' }],
    ['in another spelling', { Action: 'SecretsManager:getsecretvalue' }],
    ['by ARN', { Condition: { ArnNotEquals: { 'aws:PrincipalArn': [SYNC, TEAM] } } }],
    ['with its key in another spelling', { Condition: { StringNotEquals: { 'AWS:principalarn': [SYNC, TEAM] } } }],
  ])('is whom a deny %s leaves out', (_what, changes) => {
    expect(readers(deny(changes))).toEqual([SYNC, TEAM]);
  });

  it('is nobody whom one of several does not leave out', () => {
    expect(readers(deny(), deny({}, SYNC))).toEqual([SYNC]);
    expect(readers(deny({}, TEAM), deny({}, SYNC))).toEqual([]);
  });

  it.each([
    ['allows', { Effect: 'Allow' }],
    ['is for some principals', { Principal: { AWS: SYNC } }],
    ['is about another action', { Action: 'secretsmanager:PutSecretValue' }],
    ['is about another secret', { Resource: `${ARN}2` }],
    ['has all but an action', { Action: undefined, NotAction: 'secretsmanager:DescribeSecret' }],
    ['has no condition', { Condition: undefined }],
    ['has a second condition', { Condition: { ...deny().Condition, Bool: { 'aws:SecureTransport': 'false' } } }],
    [
      'has a second key in its condition',
      { Condition: { StringNotEquals: { 'aws:PrincipalArn': [SYNC], 'aws:PrincipalTag/x': 'y' } } },
    ],
    ['is about whoever is named', { Condition: { StringEquals: { 'aws:PrincipalArn': [SYNC] } } }],
    ['is not about principals', { Condition: { StringNotEquals: { 'aws:SourceIp': ['198.51.100.7'] } } }],
    ['leaves out a pattern', { Condition: { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:role/*'] } } }],
    ['holds only where the key is there', { Condition: { StringNotEqualsIfExists: { 'aws:PrincipalArn': SYNC } } }],
  ])('cannot be told by a statement that %s', (_what, changes) => {
    expect(readers(deny(changes))).toBeUndefined();
  });

  it.each([[undefined], [''], ['{'], ['null'], ['{"Statement":7}'], ['{}'], [policy()]])(
    'cannot be told by %j',
    (text) => {
      expect(readersIn(text, ARN)).toBeUndefined();
    },
  );

  it('is told by one statement that stands alone, and in no time by a pattern of very many stars', () => {
    expect(readersIn(JSON.stringify({ Statement: deny() }), ARN)).toEqual([SYNC, TEAM]);
    expect(readers(deny({ Resource: `${'*a'.repeat(5_000)}` }))).toBeUndefined();
  });
});

describe('a report', () => {
  const account = new AnAccount(2).live(0, 40);
  const of = (policies: readonly (readonly [string, string | undefined])[]) => {
    const secretPolicies = new Map(policies.map(([name, text]) => [name, { arn: ARN, policy: text }]));
    return account.evidence(40, 0, { secretPolicies });
  };
  const connections = new Set(
    account.entries.flatMap(({ connections: used }) => Object.values(used).map(({ secret }) => secret)),
  );
  const CLOSED = policy(deny());
  const all = (text: string | undefined) =>
    [...account.entries.map(({ id }) => `keyturn/${id}`), ...connections].map((name) => [name, text] as const);

  it('says who reads each managed secret and each connection, and nothing where no policy could be read', () => {
    expect(secretReadersOf(account.evidence(40))).toBeUndefined();
    const lines = secretReadersOf(of(all(CLOSED)));
    expect(lines?.map(({ secret, kind, key }) => [secret, kind, key])).toEqual([
      ['keyturn/key-0', 'managed', 'key-0'],
      ['keyturn/key-1', 'managed', 'key-1'],
      ...[...connections].map((name) => [name, 'connection', undefined]),
    ]);
    expect(lines?.every(({ state, readers: named }) => state === 'closed' && named.length === 2)).toBe(true);
    expect(makeReport(of(all(CLOSED))).attention).toEqual([]);
  });

  it('says plainly which has no such policy, as something to repair; and that of one that was not read nothing is known', () => {
    const report = makeReport(of([['keyturn/key-0', undefined], ...all(CLOSED).slice(2)]));
    expect(report.secretReaders?.map(({ state }) => state)).toEqual(['open', 'unknown', 'closed']);
    expect(report.attention).toMatchObject([
      {
        kind: 'open-secret',
        severity: 'high',
        detail: expect.stringContaining('keyturn/key-0. Deploy the stack again'),
      },
    ]);
    expect(report.summary).toMatchObject({ verdict: 'compliant', openSecrets: 1 });
    expect(report.summary.headline).toContain('1 secret does not say in the own policy who may read the value.');
  });

  it('says the same of a connection', () => {
    const report = makeReport(of([...all(CLOSED).slice(0, 2), ...[...connections].map((name) => [name, ''] as const)]));
    expect(report.attention).toMatchObject([{ kind: 'open-secret', severity: 'medium' }]);
  });
});
