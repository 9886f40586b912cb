import { expect, it } from 'vitest';
import { KeyturnError } from '../../../functions/core/errors';
import type { DeliveryRequest, Invocation } from '../../../functions/core/hosts/function';
import { targetSchema } from '../../../functions/core/hosts/target';
import { openTargets } from '../../../functions/hosts/register';
import { failingFast } from '../../../functions/sync/failing-fast';
import { Clock } from '../../../local/clock';
import { credentialOf, failureOf, START, STORED, secretsOf, timeOf } from '../bitbucket/bitbucket-world';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';
const schema = 'keyturn.delivery/v1';
const receipt: Invocation = { failed: false, answer: JSON.stringify({ schema, receipt: { wrote: ['it'] } }) };

/** One function that serves places of several teams, within one run of sync. */
function runWith(invoke: (place: string | undefined) => Invocation) {
  const asked: (string | undefined)[] = [];
  const functions = {
    patience: 60_000,
    invoke: async (_arn: string, { target }: DeliveryRequest) => {
      asked.push(target.place);
      return invoke(target.place);
    },
  };
  const time = timeOf(new Clock(START));
  const targets = failingFast(openTargets({ connectionSecrets: secretsOf(''), functions, time, random: () => 0.5 }));
  const deliver = async (place: string) => {
    const target = await targets.open(
      targetSchema.parse({ type: 'function', function: ARN, target: { place } }),
      undefined,
    );
    return target.deliver(credentialOf(1), STORED);
  };
  return { asked, deliver };
}

it.each<[string, Invocation]>([
  ['throws', { failed: true, answer: '{}' }],
  [
    'says host-down',
    { failed: false, answer: JSON.stringify({ schema, error: { code: 'host-down', message: 'no' } }) },
  ],
])('K11: a function that %s for one place is asked for the others all the same', async (_what, bad) => {
  const { asked, deliver } = runWith((place) => (place === 'bad' ? bad : receipt));

  expect((await failureOf(deliver('bad'))).code).toBe('host-down');
  expect(await deliver('good')).toMatchObject({ wrote: ['it'] });

  const before = asked.length;
  expect((await failureOf(deliver('bad'))).message).toContain('place=bad');
  expect(asked).toHaveLength(before);
});

it('K11: a function that Lambda does not answer for is not asked again, and the error names no other place', async () => {
  const { asked, deliver } = runWith(() => {
    throw new KeyturnError('host-down', 'AWS gave no clear answer.', { retryable: true });
  });

  expect((await failureOf(deliver('first'))).code).toBe('host-down');
  const before = asked.length;
  const failure = await failureOf(deliver('second'));

  expect(failure.code).toBe('host-down');
  expect(failure.message).toMatch(/^function deliver of 111122223333 in eu-west-1: could not call the function/);
  expect(asked).toHaveLength(before);
});
