import { describe, expect, it } from 'vitest';
import { targetSchema } from '../../../functions/core/hosts/target';
import { openTargets } from '../../../functions/hosts/register';
import { Clock } from '../../../local/clock';
import { failureOf, SECRET, START, secretsOf, timeOf } from '../bitbucket/bitbucket-world';

const SCHEMA = 'keyturn.inspection/v1';
const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';
const wanted = {
  managedKey: 'shop',
  versionId: 'access-key-AKIA0000000000000001-20261120T030000Z',
  accessKeyId: 'AKIA0000000000000001',
};

/** A look at the place of a function that answers so. */
async function look(answer: unknown, inspects = true) {
  const asked: object[] = [];
  const target = await openTargets({
    connectionSecrets: secretsOf({}),
    time: timeOf(new Clock(START)),
    random: () => 0.5,
    functions: {
      patience: 60_000,
      invoke: async (_arn, request) => {
        asked.push(request);
        return { failed: answer === 'dead', answer: JSON.stringify(answer) };
      },
    },
  }).open(targetSchema.parse({ type: 'function', function: ARN, target: { parameter: '/ci' }, inspects }), undefined);
  return { asked, seen: target.inspect(wanted) };
}

describe('a look at the place of a function', () => {
  it('compares nothing and asks nobody where the function does not say that it answers', async () => {
    const { asked, seen } = await look({}, false);
    expect(await seen).toMatchObject({ compared: [], differences: [], revision: undefined });
    expect(asked).toEqual([]);
  });

  it('asks under a schema of its own, without where the credential is', async () => {
    const { asked, seen } = await look({ schema: SCHEMA, place: { accessKeyId: wanted.accessKeyId, revision: '7' } });
    expect(await seen).toMatchObject({ compared: ['access key ID', 'revision'], differences: [], revision: '7' });
    expect(asked).toEqual([{ schema: SCHEMA, ...wanted, target: { parameter: '/ci' } }]);
  });

  it.each<[string, object, readonly string[], readonly string[]]>([
    ['another key', { accessKeyId: 'AKIA0000000000000OLD' }, ['access key ID'], ['it holds AKIA0000000000000OLD']],
    ['no key', { accessKeyId: null }, ['access key ID'], ['it holds no key']],
    ['nothing at all', {}, [], []],
  ])('tells %s', async (_what, place, compared, differences) => {
    const { seen } = await look({ schema: SCHEMA, place });
    expect(await seen).toMatchObject({ compared, differences });
  });

  it.each([
    ['in hex', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ['in capitals', SECRET.toUpperCase().replace(/[^A-Z0-9]/g, '')],
  ])('takes no secret %s for the ID of a key, and tells none (K6)', async (_how, accessKeyId) => {
    const { seen } = await look({ schema: SCHEMA, place: { accessKeyId } });
    const failure = await failureOf(seen);
    expect(failure.code).toBe('host-answer-invalid');
    expect(failure.message).not.toContain(accessKeyId);
  });

  it('takes a place that is gone for drift, and any other error for no look at all (K6)', async () => {
    const error = (code: string) => ({ schema: SCHEMA, error: { code, message: SECRET } });
    const gone = await look(error('environment-not-found'));
    expect(await gone.seen).toMatchObject({ differences: ['its place is not there'] });
    const failure = await failureOf((await look(error('host-rejected'))).seen);
    expect(failure.code).toBe('host-rejected');
    expect(failure.message).not.toContain(SECRET);
  });

  it.each<[string, unknown]>([
    ['a receipt', { schema: 'keyturn.delivery/v1', receipt: { wrote: ['it'] } }],
    ['an ID that is none', { schema: SCHEMA, place: { accessKeyId: SECRET } }],
    ['a field that nobody knows', { schema: SCHEMA, place: {}, value: SECRET }],
  ])('is none where the answer is %s', async (_what, answer) => {
    const failure = await failureOf((await look(answer)).seen);
    expect(failure.code).toBe('host-answer-invalid');
    expect(failure.message).not.toContain(SECRET);
  });

  it('is none where the function dies', async () => {
    expect((await failureOf((await look('dead')).seen)).code).toBe('host-down');
  });
});
