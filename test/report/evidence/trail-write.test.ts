import { describe, expect, it } from 'vitest';
import { TRAIL_ACTIONS, trailWriteOf, type WrappedRecord } from '../../../functions/report/evidence/trail-write';

const AT = new Date('2026-04-01T03:00:00Z');
const ROLE = 'arn:aws:sts::111122223333:assumed-role/keyturn-rotate/run';
const ALICE = { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice', userName: 'alice' };

function read(record: unknown, more: Partial<WrappedRecord> = {}) {
  const text = typeof record === 'string' ? record : JSON.stringify(record);
  return trailWriteOf({ eventId: 'e-1', at: AT, action: 'CreateAccessKey', by: 'wrapped', record: text, ...more });
}

const arn = (name: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbC123`;
const put = (more: Record<string, unknown>) =>
  read({ userIdentity: { arn: ROLE }, ...more }, { action: 'PutSecretValue' });

describe('a CloudTrail record', () => {
  it('of CreateAccessKey says whose key was made, by whom and from where', () => {
    const record = {
      userIdentity: { type: 'AssumedRole', arn: ROLE },
      sourceIPAddress: '192.0.2.1',
      requestParameters: { userName: 'ci-shop' },
      responseElements: { accessKey: { userName: 'ci-shop', accessKeyId: 'AKIA0000000000000001', status: 'Active' } },
    };
    expect(read(record)).toEqual({
      eventId: 'e-1',
      at: AT,
      action: 'CreateAccessKey',
      by: ROLE,
      user: 'ci-shop',
      accessKeyId: 'AKIA0000000000000001',
      sourceIp: '192.0.2.1',
    });
  });

  it('of UpdateAccessKey says which status was set, and of DeleteAccessKey which key', () => {
    const requestParameters = { userName: 'ci', accessKeyId: 'AKIA0000000000000001', status: 'Inactive' };
    const record = { userIdentity: ALICE, requestParameters, responseElements: null };
    const write = { user: 'ci', accessKeyId: 'AKIA0000000000000001', by: ALICE.arn };
    expect(read(record, { action: 'UpdateAccessKey' })).toMatchObject({ ...write, status: 'Inactive' });
    expect(read(record, { action: 'DeleteAccessKey' })).toMatchObject(write);
    expect(read(record, { action: 'DeleteAccessKey' })).not.toHaveProperty('status');
  });

  it.each([
    ['a user who does not name themselves', { userIdentity: ALICE }, 'alice'],
    ['root', { userIdentity: { type: 'Root', arn: 'arn:aws:iam::111122223333:root' } }, '<root_account>'],
  ])('of %s is about their own key', (_who, record, user) => {
    expect(read(record, { action: 'DeleteAccessKey' })?.user).toBe(user);
  });

  it.each([
    ['a name', { requestParameters: { secretId: 'keyturn/shop', clientRequestToken: 'v1' } }],
    ['an ARN', { requestParameters: { secretId: arn('keyturn/shop'), clientRequestToken: 'v1' } }],
    [
      'the answer',
      {
        requestParameters: { secretId: 'x', clientRequestToken: 'v1' },
        responseElements: { arn: arn('keyturn/shop') },
      },
    ],
    [
      'the answer of an older record',
      { requestParameters: { clientRequestToken: 'v1' }, responseElements: { aRN: arn('keyturn/shop') } },
    ],
  ])('of PutSecretValue names the managed secret and the version, by %s', (_by, record) => {
    expect(put(record)).toMatchObject({ action: 'PutSecretValue', secret: 'keyturn/shop', version: 'v1' });
  });

  it.each([
    ['a name that ends as an ARN does', 'keyturn/shop-AbC123', 'keyturn/shop-AbC123'],
    ['an ARN of a name that has the like within', arn('keyturn/my-secret'), 'keyturn/my-secret'],
  ])('of PutSecretValue takes nothing from %s', (_what, secretId, secret) => {
    expect(put({ requestParameters: { secretId } })).toMatchObject({ secret });
  });

  it.each([[{}], ['{']])('that names nobody is by an unknown one: %j', (record) => {
    expect(read(record, { by: undefined })?.by).toBe('unknown');
  });

  it('of a role that names no user is about nobody that is known', () => {
    expect(read({ userIdentity: { type: 'AssumedRole', arn: ROLE } })?.user).toBeUndefined();
  });

  it('of UpdateAccessKey without a status that is one has none', () => {
    expect(read({ requestParameters: { status: 'Expired' } }, { action: 'UpdateAccessKey' })).not.toHaveProperty(
      'status',
    );
  });

  it.each(['keyturn/connections/acme', 'other', 'keyturn/', 'keyturn'])(
    'of the secret %s tells nothing',
    (secretId) => {
      expect(put({ requestParameters: { secretId } })).toBeUndefined();
    },
  );

  it('of a call that failed tells nothing: it changed nothing', () => {
    expect(
      read({ userIdentity: ALICE, errorCode: 'AccessDenied', requestParameters: { userName: 'ci' } }),
    ).toBeUndefined();
  });

  it('of an AWS service names the service', () => {
    expect(read({ userIdentity: { type: 'AWSService', invokedBy: 'sso.amazonaws.com' } })?.by).toBe(
      'sso.amazonaws.com',
    );
  });
});

describe('hostile content', () => {
  it('stays text', () => {
    const hostile = '<script>alert(1)</script>';
    const record = {
      userIdentity: { arn: `arn:aws:sts::111122223333:assumed-role/x/${hostile}` },
      requestParameters: { userName: '=cmd|x', accessKeyId: hostile, status: hostile },
      sourceIPAddress: hostile,
    };
    expect(read(record, { action: 'UpdateAccessKey' })).toEqual({
      eventId: 'e-1',
      at: AT,
      action: 'UpdateAccessKey',
      by: `arn:aws:sts::111122223333:assumed-role/x/${hostile}`,
      user: '=cmd|x',
      accessKeyId: hostile,
      sourceIp: hostile,
    });
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', null],
    ['a list', []],
    ['a text', '"x"'],
  ])('that is %s counts all the same: it happened', (_what, record) => {
    expect(read(record as string)).toEqual({ eventId: 'e-1', at: AT, action: 'CreateAccessKey', by: 'wrapped' });
  });

  it.each(TRAIL_ACTIONS)('in any part of a record of %s hides no other part', (action) => {
    for (const odd of [null, 7, '', [], { a: 1 }, 'x'.repeat(100_000)]) {
      for (const part of ['userIdentity', 'requestParameters', 'responseElements', 'sourceIPAddress']) {
        const record = {
          userIdentity: ALICE,
          requestParameters: { userName: 'ci', secretId: 'keyturn/shop' },
          [part]: odd,
        };
        expect(read(record, { action }), `${part} ${JSON.stringify(odd)?.slice(0, 20)}`).toMatchObject({
          eventId: 'e-1',
          by: part === 'userIdentity' ? 'wrapped' : ALICE.arn,
        });
      }
    }
  });
});
