import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../functions/core/names';
import { mayAdministrator, mayFunction, type Statement } from './access';
import { ACCOUNT, deployed, REGION, roleArn } from './deployed';
import { ONE_KEY, resourcesOf, synthesize } from './synthesized';

const template = synthesize(ONE_KEY);
const [key] = resourcesOf(template, 'AWS::KMS::Key');
const keyPolicy = deployed(template, key?.Properties.KeyPolicy) as { readonly Statement: readonly Statement[] };

const OF_THIS_ACCOUNT = {
  StringEquals: { 'aws:SourceAccount': ACCOUNT },
  ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:*` },
};

const request = (action: string, via: string) => ({
  action: `kms:${action}`,
  resource: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${key?.id}`,
  context: { 'kms:ViaService': `${via}.${REGION}.amazonaws.com` },
  resourcePolicy: keyPolicy,
});

function statementsFor(service: string, statements: readonly Statement[]): readonly Statement[] {
  return statements.filter(({ Principal }) => JSON.stringify(Principal) === `{"Service":"${service}.amazonaws.com"}`);
}

describe('the topic that tells people', () => {
  it('takes messages from the alarms of this account, and from no other account’s', () => {
    const [policy] = resourcesOf(template, 'AWS::SNS::TopicPolicy');
    const { Statement } = deployed(template, policy?.Properties.PolicyDocument) as { Statement: readonly Statement[] };

    expect(statementsFor('cloudwatch', Statement)).toEqual([
      expect.objectContaining({ Effect: 'Allow', Action: 'sns:Publish', Condition: OF_THIS_ACCOUNT }),
    ]);
    // The rule that tells who has changed Keyturn itself; nobody else is let in but by IAM policies of the account.
    expect(statementsFor('events', Statement)).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Condition: expect.objectContaining({ ArnEquals: expect.anything() }),
      }),
    ]);
    expect(Statement.filter(({ Effect }) => Effect === 'Allow')).toHaveLength(2);
  });

  it('has a key that the same alarms may use, and EventBridge, which tells KMS of no account', () => {
    const actions = ['kms:GenerateDataKey', 'kms:Decrypt'];

    expect(statementsFor('cloudwatch', keyPolicy.Statement)).toEqual([
      expect.objectContaining({ Effect: 'Allow', Action: actions, Condition: OF_THIS_ACCOUNT }),
    ]);
    expect(statementsFor('events', keyPolicy.Statement)).toEqual([
      { Sid: 'RulesThatMayPublish', Effect: 'Allow', Action: actions, Resource: '*', Principal: expect.anything() },
    ]);
  });

  it.each(FUNCTION_NAMES)(
    'is encrypted for %s, which also tells of its own failed runs, through SNS only',
    async (name) => {
      for (const action of ['GenerateDataKey', 'Decrypt']) {
        expect(await mayFunction(template, name, request(action, 'sns')), action).toBe(true);
        expect(await mayFunction(template, name, request(action, 's3')), action).toBe(false);
      }
      expect(await mayFunction(template, name, request('ScheduleKeyDeletion', 'sns'))).toBe(false);
    },
  );

  it('has a key that an administrator looks after and does not use directly', async () => {
    const administrator = roleArn('administrator');

    expect(await mayAdministrator(administrator, request('PutKeyPolicy', 'kms'))).toBe(true);
    expect(await mayAdministrator(administrator, request('Decrypt', 'lambda'))).toBe(false);
  });
});
