import { describe, expect, it } from 'vitest';
import { callerOf, urlEventSchema, wordFor } from '../../../functions/core/request/caller';
import { reasonsOf, requestSchema } from '../../../functions/core/request/request';

const PAUSE = {
  schema: 'keyturn.request/v1',
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  do: 'pause',
  keys: ['shop'],
  why: 'release freeze, until Müller is back (ticket #12) 🧊',
  until: '2027-01-10T08:00:00+01:00',
};

describe('a request', () => {
  it('is read, its end as an instant; the end of a pause takes none', () => {
    expect(requestSchema.parse(PAUSE)).toEqual({ ...PAUSE, until: new Date('2027-01-10T07:00:00Z') });
    const { until: _until, ...resume } = { ...PAUSE, do: 'resume' };
    expect(requestSchema.parse(resume)).toEqual(resume);
  });

  it.each([
    ['another schema', { schema: 'keyturn.request/v2' }],
    ['no ID', { id: '' }],
    ['an ID of a path', { id: '../../../../etc/passwd' }],
    ['no key', { keys: [] }],
    ['two keys', { keys: ['shop', 'other'] }],
    ['the name of a secret', { keys: ['keyturn/shop'] }],
    ['no reason', { why: ' ' }],
    ['a reason that is too long', { why: '🧊'.repeat(201) }],
    ['a reason with a line break', { why: 'a\nb' }],
    ['a reason with a bell', { why: 'a\u0007b' }],
    ['a reason with an escape', { why: 'a\u001b[2Jb' }],
    ['a reason that is overridden', { why: 'a\u202eb' }],
    ['a reason with an isolate', { why: 'a\u2066b' }],
    ['a reason with half a character', { why: 'a\ud83e' }],
    ['a reason with what nobody sees', { why: 'a\u200bb' }],
    ['an hour without a zone', { until: '2027-01-10T08:00:00' }],
    ['a day of no calendar', { until: '2027-02-30' }],
    ['the digest of something else', { plan: 'abc' }],
    ['what nobody knows', { level: 'administrator' }],
    ['a deed that there is not', { do: 'delete' }],
    ['a resume with an end', { do: 'resume' }],
  ])('with %s is none', (_what, change) => {
    expect(requestSchema.safeParse({ ...PAUSE, ...change }).success).toBe(false);
  });

  it('may have a reason of 200 characters, whatever they take', () => {
    expect(requestSchema.safeParse({ ...PAUSE, why: '🧊'.repeat(200) }).success).toBe(true);
  });

  it('is not repeated where it is wrong: something may have been pasted by mistake (K6)', () => {
    const { error } = requestSchema.safeParse({ ...PAUSE, why: 'AKIA\u202e', secretAccessKey: 'wJalrXUtnFEMI' });
    expect(reasonsOf(error ?? expect.fail())).toBe(
      'why: expected one line without characters that control it, turn its direction or are not seen; the request: it has fields that are not known',
    );
  });
});

const IAM = {
  userArn: 'arn:aws:sts::111122223333:assumed-role/Operator/alice@example.com',
  userId: 'AROAEXAMPLE:alice@example.com',
  accountId: '111122223333',
};
const EVENT = {
  version: '2.0',
  headers: { 'x-forwarded-user': 'carol' },
  requestContext: { authorizer: { iam: IAM }, http: { method: 'POST', path: '/' } },
  body: '{}',
  isBase64Encoded: false,
};
const asCaller = (iam: object) => ({ ...EVENT, requestContext: { ...EVENT.requestContext, authorizer: { iam } } });

describe('who asks', () => {
  it.each([
    [IAM.userArn, 'Operator/alice@example.com'],
    ['arn:aws:iam::111122223333:user/people/bob', 'user/people/bob'],
    ['arn:aws-us-gov:iam::111122223333:root', 'root'],
    ['arn:aws-cn:sts::111122223333:federated-user/eve', 'federated-user/eve'],
  ])('is whom AWS names: %s', (userArn, word) => {
    const caller = callerOf(urlEventSchema.parse(asCaller({ ...IAM, userArn })));
    expect(caller).toEqual({ arn: userArn, userId: IAM.userId, accountId: IAM.accountId });
    expect(wordFor(caller)).toBe(word);
  });

  it.each([
    ['nobody is named', { ...EVENT, requestContext: { http: EVENT.requestContext.http } }],
    [
      'a name stands elsewhere',
      { ...EVENT, requestContext: { http: EVENT.requestContext.http }, authorizer: { iam: IAM } },
    ],
    [
      'another authorizer has spoken',
      { ...EVENT, requestContext: { ...EVENT.requestContext, authorizer: { lambda: IAM } } },
    ],
    ['the payload is of version 1.0', { ...EVENT, version: '1.0' }],
    ['the ARN is none', asCaller({ ...IAM, userArn: 'alice' })],
    [
      'the ARN is that of a role, and of no session',
      asCaller({ ...IAM, userArn: 'arn:aws:iam::111122223333:role/Operator' }),
    ],
    ['the ARN is of another account than is said', asCaller({ ...IAM, accountId: '999999999999' })],
    ['the ARN has a line break', asCaller({ ...IAM, userArn: `${IAM.userArn}\nx` })],
    ['the ID is missing', asCaller({ userArn: IAM.userArn, accountId: IAM.accountId })],
    ['it is an event of a rule', { source: 'aws.events', 'detail-type': 'Scheduled Event' }],
    ['it is nothing', null],
  ])('is not known where %s', (_what, event) => {
    expect(urlEventSchema.safeParse(event).success).toBe(false);
  });
});
