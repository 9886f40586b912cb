import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, deployed, REGION } from './deployed';
import { errorsOf, ONE_KEY, resourcesOf, rotationIn, synthesize } from './synthesized';

const BUS = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
const template = synthesize({ ...ONE_KEY, audit: { forwardTo: BUS } });
const [rule] = resourcesOf(template, 'AWS::Events::Rule').filter(({ id }) => id.includes('Forwarding'));
const [role] = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.includes('Forwarding'));

describe('forwarding of the audit events', () => {
  it('is there only when it is asked for', () => {
    expect(JSON.stringify(synthesize(ONE_KEY))).not.toMatch(/Forwarding|Unforwarded/);
  });

  it('takes every event of this account, and none that another account has sent here', () => {
    expect(deployed(template, rule?.Properties)).toMatchObject({
      EventPattern: { source: ['keyturn'], account: [ACCOUNT] },
      State: 'ENABLED',
    });
    expect(rule?.Properties).not.toHaveProperty('EventBusName');
  });

  it('goes to the bus, for 24 hours if need be, and then to a queue of its own, for 14 days', () => {
    const [target, ...others] = (deployed(template, rule?.Properties) as { Targets: readonly object[] }).Targets;

    expect(others).toEqual([]);
    expect(target).toEqual({
      Id: 'Target0',
      Arn: BUS,
      RoleArn: expect.stringContaining('Forwarding'),
      DeadLetterConfig: { Arn: expect.stringContaining('UnforwardedEvents') },
    });
    expect(resourcesOf(template, 'AWS::SQS::Queue').find(({ id }) => id.includes('Unforwarded'))?.Properties).toEqual({
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
    });
    const policies = JSON.stringify(resourcesOf(template, 'AWS::SQS::QueuePolicy'));
    expect(policies).toContain(String(rule?.id));
  });

  it('K12: has a role that may only put events on this bus', () => {
    expect(deployed(template, role?.Properties)).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'events.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
          },
        ],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [{ Sid: 'ForwardEvents', Effect: 'Allow', Action: 'events:PutEvents', Resource: BUS }],
          },
        },
      ],
    });
    const others = resourcesOf(template, 'AWS::IAM::Policy').flatMap(({ Properties }) => Properties.Roles);
    expect(JSON.stringify(others)).not.toContain('Forwarding');
  });

  it('does not go round in a circle', () => {
    const forwardTo = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`;
    const stack = new Stack(new App(), 'Keyturn', { env: { account: ACCOUNT, region: REGION } });
    rotationIn(stack, { audit: { forwardTo } });
    const elsewhere = new Stack(new App(), 'Keyturn', { env: { account: '444455556666', region: REGION } });
    rotationIn(elsewhere, { audit: { forwardTo } });

    expect(errorsOf(stack)).toEqual([expect.stringMatching(/^audit\.forwardTo: expected another event bus/)]);
    expect(errorsOf(elsewhere)).toEqual([]);
  });
});
