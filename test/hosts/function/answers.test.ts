import { describe, expect, it } from 'vitest';
import { targetSchema } from '../../../functions/core/hosts/target';
import { openTargets } from '../../../functions/hosts/register';
import { Clock } from '../../../local/clock';
import { failureOf, SECRET, START, secretsOf, timeOf } from '../bitbucket/bitbucket-world';
import { FunctionPlace } from '../conformance/function';

const SCHEMA = 'keyturn.delivery/v1';

describe('what a function answers', () => {
  it.each<[string, unknown]>([
    ['nothing', ''],
    ['null', null],
    ['another version of the schema', { schema: 'keyturn.delivery/v2', receipt: { wrote: ['it'] } }],
    ['a receipt for nothing', { schema: SCHEMA, receipt: { wrote: [] } }],
    ['a receipt for more than an audit event takes', { schema: SCHEMA, receipt: { wrote: Array(21).fill('it') } }],
    ['a receipt with a text', { schema: SCHEMA, receipt: { wrote: ['it '.repeat(43)] } }],
    ['a code of its own', { schema: SCHEMA, error: { code: 'vault-sealed', message: 'x' } }],
    [
      'a receipt and an error',
      { schema: SCHEMA, receipt: { wrote: ['it'] }, error: { code: 'host-down', message: 'x' } },
    ],
    ['a field that nobody knows', { schema: SCHEMA, receipt: { wrote: ['it'], value: 'x' } }],
  ])('is host-answer-invalid when it is %s', async (_what, answer) => {
    const place = await FunctionPlace.open();
    place.behaves = () => answer;

    expect((await failureOf(place.deliver(1))).code).toBe('host-answer-invalid');
  });

  it('may say what the next look will show, which it keeps for that look', async () => {
    const place = await FunctionPlace.open();
    place.behaves = () => ({ schema: SCHEMA, receipt: { wrote: ['it'], revision: '7' } });

    expect(await place.deliver(1)).toMatchObject({ revision: '7' });
  });

  it('is no delivery when it has read something else back', async () => {
    const place = await FunctionPlace.open();
    place.behaves = () => ({ schema: SCHEMA, receipt: { wrote: ['it'], readBack: false } });

    expect(await failureOf(place.deliver(1))).toMatchObject({ code: 'read-back-differs', retryable: true });
  });

  it('may say that another try helps, or that none does', async () => {
    const place = await FunctionPlace.open();
    const error = (retryable: boolean) => ({ code: 'host-rejected', message: 'locked', retryable });
    place.behaves = () => ({ schema: SCHEMA, error: error(true) });
    expect(await failureOf(place.deliver(1))).toMatchObject({ code: 'host-rejected', retryable: true });
    expect(place.sleeps).toHaveLength(3);

    place.behaves = () => ({ schema: SCHEMA, error: { ...error(false), code: 'host-down' } });
    expect(await failureOf(place.deliver(1))).toMatchObject({ code: 'host-down', retryable: false });
    expect(place.sleeps).toHaveLength(3);
  });

  it('of another version of the schema helps on no other try', async () => {
    const place = await FunctionPlace.open();
    place.behaves = () => ({ schema: 'keyturn.delivery/v2', receipt: { wrote: ['it'] } });

    expect(await failureOf(place.deliver(1))).toMatchObject({ code: 'host-answer-invalid', retryable: false });
    expect(place.sleeps).toEqual([]);
  });
});

describe('a function that cannot be called', () => {
  it('is aws-denied where sync may not call it, with what AWS says', async () => {
    const place = await FunctionPlace.open();
    place.fault = () => ({ kind: 'error', status: 403, code: 'AccessDenied', message: 'not authorized to perform it' });
    const failure = await failureOf(place.deliver(1));

    expect(failure).toMatchObject({ code: 'aws-denied', retryable: false });
    expect(failure.message).toMatch(/^function deliver of 111122223333 in eu-west-1 .*not authorized to perform it/s);
    expect(failure.message).not.toContain(SECRET);
    expect(failure.message).toContain('aws lambda add-permission');
  });

  it('is aws-denied in one line and at no length, whatever AWS quotes', async () => {
    const place = await FunctionPlace.open();
    const message = `no \u202e\u2028 ${'\u{1f511}'.repeat(999)}`;
    place.fault = () => ({ kind: 'error', status: 403, code: 'AccessDenied', message });
    const failure = await failureOf(place.deliver(1));

    expect(failure.message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(failure.message.length).toBeLessThan(1_500);
    expect(failure.message).toMatch(/add-permission \(docs\/start\/function\.md\)\.$/);
  });

  it.each(['KMSAccessDeniedException', 'KMSDisabledException', 'EC2AccessDeniedException', 'InvalidRuntimeException'])(
    'is host-rejected where Lambda cannot start it for its own settings: %s',
    async (code) => {
      const place = await FunctionPlace.open();
      place.fault = () => ({ kind: 'error', status: 502, code });

      expect(await failureOf(place.deliver(1))).toMatchObject({ code: 'host-rejected', retryable: false });
    },
  );

  it('is host-rejected where there is none of this name', async () => {
    const place = await FunctionPlace.open();
    place.fault = () => ({ kind: 'error', status: 404, code: 'ResourceNotFoundException' });

    expect(await failureOf(place.deliver(1))).toMatchObject({ code: 'host-rejected', retryable: false });
  });

  it('is invalid-config where nobody has opened a way to Lambda', async () => {
    const targets = openTargets({ connectionSecrets: secretsOf(''), time: timeOf(new Clock(START)), random: () => 0 });
    const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';
    const opening = targets.open(targetSchema.parse({ type: 'function', function: arn }), undefined);

    expect((await failureOf(opening)).code).toBe('invalid-config');
  });
});
