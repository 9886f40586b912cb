import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { creatorOf, isSamePrincipal } from '../../../functions/core/key/creation-record';

const ID = 'AKIAIOSFODNN7EXAMPLE';
const ROLE = 'arn:aws:sts::111122223333:assumed-role/Keyturn-Rotate/keyturn-rotate';
const record = {
  eventName: 'CreateAccessKey',
  userIdentity: { type: 'AssumedRole', arn: ROLE },
  responseElements: { accessKey: { accessKeyId: ID, status: 'Active', userName: 'ci' } },
};

describe('the record of a creation (K5)', () => {
  it('tells who created a key, and nothing of another key', () => {
    expect(creatorOf(JSON.stringify(record), ID)).toBe(ROLE);
    expect(creatorOf(JSON.stringify(record), 'AKIA0000000000OTHER0')).toBeUndefined();
  });

  it.each([
    ['of a refused call', { ...record, responseElements: null }],
    ['of a service that has no ARN', { ...record, userIdentity: { type: 'AWSService', invokedBy: 'x' } }],
    ['of another action', { ...record, responseElements: { user: { userName: 'ci' } } }],
  ])('%s tells nothing', (_what, other) => {
    expect(creatorOf(JSON.stringify(other), ID)).toBeUndefined();
  });

  it('that is something else tells nothing, and is no failure', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => creatorOf(text, ID) === undefined));
  });
});

describe('two ARNs (K5)', () => {
  it('are of the same role, whatever the session', () => {
    expect(isSamePrincipal(ROLE, `${ROLE}-2`)).toBe(true);
    expect(isSamePrincipal(ROLE, ROLE.replace('Keyturn-Rotate', 'Keyturn-Rotate-2'))).toBe(false);
    expect(isSamePrincipal(ROLE, ROLE.replace('111122223333', '444455556666'))).toBe(false);
  });

  it('are of the same user only when they are equal', () => {
    const user = 'arn:aws:iam::111122223333:user/ana';
    expect(isSamePrincipal(user, user)).toBe(true);
    expect(isSamePrincipal(user, 'arn:aws:iam::111122223333:user/bob')).toBe(false);
    expect(isSamePrincipal('arn:aws:iam::111122223333:user/ci/ana', 'arn:aws:iam::111122223333:user/ci/bob')).toBe(
      false,
    );
  });
});
