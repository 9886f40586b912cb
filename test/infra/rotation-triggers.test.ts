import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { EXPOSURE_CODES } from '../../functions/core/config/exposed';
import { ManagedKey } from '../../infra';
import { ACCOUNT, deployed, REGION } from './deployed';
import { type CfnTemplate, ONE_KEY, resourcesOf, rotationIn, synthesize, templateOf } from './synthesized';

const template = synthesize(ONE_KEY);

interface Rule {
  readonly ScheduleExpression?: string;
  readonly EventPattern?: unknown;
  readonly State: string;
  readonly Targets: readonly {
    readonly Arn: unknown;
    readonly Input?: unknown;
    readonly RetryPolicy: unknown;
    readonly DeadLetterConfig: unknown;
  }[];
}

function rules(of: CfnTemplate): ReadonlyMap<string, Rule> {
  return new Map(
    resourcesOf(of, 'AWS::Events::Rule').map(({ id, Properties }) => [
      id.replace(/^KeyRotationTriggers/, '').slice(0, -8),
      deployed(of, Properties) as Rule,
    ]),
  );
}

function targetOf(rule: Rule | undefined): string {
  return (rule?.Targets ?? []).map(({ Arn }) => String(Arn).replace(/^.*KeyRotation(\w+)Function.*$/, '$1')).join();
}

describe('what starts the functions', () => {
  it('is daily for rotate, deactivate and delete in this order, and hourly for sync', () => {
    const schedules = [...rules(template)].flatMap(([name, rule]) =>
      rule.ScheduleExpression === undefined ? [] : [[name, rule.ScheduleExpression, targetOf(rule)]],
    );

    expect(schedules).toEqual([
      ['Rotate', 'cron(0 3 * * ? *)', 'Rotate'],
      ['Deactivate', 'cron(20 3 * * ? *)', 'Deactivate'],
      ['Delete', 'cron(40 3 * * ? *)', 'Delete'],
      ['Reconcile', 'rate(1 hour)', 'Sync'],
    ]);
  });

  it('is monthly for the report, where one is asked for', () => {
    const own = rules(synthesize({ ...ONE_KEY, audit: { archive: { years: 7 }, report: {} } }));

    expect(own.get('Report')?.ScheduleExpression).toBe('cron(0 6 1 * ? *)');
    expect(targetOf(own.get('Report'))).toBe('Report');
    // A deployment is no reason to write one.
    expect(targetOf(own.get('Deployed'))).toBe('Rotate,Deactivate,Delete,Sync');
  });

  it('follows the configured schedule', () => {
    const own = synthesize({ ...ONE_KEY, schedule: { rotate: 'cron(0 5 * * ? *)', reconcile: 'rate(30 minutes)' } });

    expect(rules(own).get('Rotate')?.ScheduleExpression).toBe('cron(0 5 * * ? *)');
    expect(rules(own).get('Delete')?.ScheduleExpression).toBe('cron(40 3 * * ? *)');
    expect(rules(own).get('Reconcile')?.ScheduleExpression).toBe('rate(30 minutes)');
  });

  it('is CloudTrail’s record of a successful PutSecretValue, by the name or the ARN of a managed secret', () => {
    const rule = rules(template).get('SecretStored');

    expect(rule?.EventPattern).toEqual({
      source: ['aws.secretsmanager'],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['secretsmanager.amazonaws.com'],
        eventName: ['PutSecretValue'],
        requestParameters: {
          secretId: [{ prefix: 'keyturn/' }, { prefix: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/` }],
        },
        errorCode: [{ exists: false }],
      },
    });
    expect(targetOf(rule)).toBe('Sync');
  });

  it('is Secrets Manager’s own event, for accounts without a trail', () => {
    const rule = rules(template).get('SecretLabelled');

    expect(rule?.EventPattern).toEqual({
      source: ['aws.secretsmanager'],
      'detail-type': ['Secret Label Updated'],
      detail: { name: [{ prefix: 'keyturn/' }], labelUpdated: ['AWSCURRENT'] },
    });
    expect(targetOf(rule)).toBe('Sync');
  });

  it('is the delivery of a successor, where somebody can say that a key has leaked', () => {
    expect(rules(template).get('Deactivate')?.EventPattern).toBeUndefined();
    const rule = rules(synthesize({ ...ONE_KEY, operators: true })).get('Deactivate');
    expect(rule?.ScheduleExpression).toBe('cron(20 3 * * ? *)');
    expect(rule?.EventPattern).toEqual({
      source: ['aws.secretsmanager'],
      'detail-type': ['Secret Label Updated'],
      detail: { name: [{ prefix: 'keyturn/' }], labelUpdated: [{ prefix: 'DELIVERED-' }] },
    });
    expect(targetOf(rule)).toBe('Deactivate');
  });

  it('is what AWS says of leaked keys, where that is asked for', () => {
    expect([...rules(template).keys()]).not.toContain('Exposed');
    const own = rules(synthesize({ ...ONE_KEY, exposed: true }));
    expect(own.get('Exposed')?.EventPattern).toEqual({
      source: ['aws.health'],
      'detail-type': ['AWS Health Event', 'AWS Health Abuse Event'],
      detail: { eventTypeCode: [...EXPOSURE_CODES] },
    });
    expect(own.get('Misused')?.EventPattern).toEqual({
      source: ['aws.guardduty'],
      'detail-type': ['GuardDuty Finding'],
      detail: { resource: { accessKeyDetails: { accessKeyId: [{ prefix: 'AKIA' }] } } },
    });
    expect(own.get('Deactivate')?.EventPattern).toBeDefined();
    // It starts deactivate itself.
    expect([targetOf(own.get('Exposed')), targetOf(own.get('Misused'))]).toEqual(['Rotate', 'Rotate']);
    const told = rules(synthesize({ ...ONE_KEY, exposed: true, onExposed: 'notify' }));
    expect([targetOf(told.get('Exposed')), targetOf(told.get('Misused'))]).toEqual(['Rotate', 'Rotate']);
  });

  it('is the end of a deployment of this stack, for the first rotation, for changed targets and for a sign of life', () => {
    const rule = rules(template).get('Deployed');

    expect(rule?.EventPattern).toEqual({
      source: ['aws.cloudformation'],
      'detail-type': ['CloudFormation Stack Status Change'],
      detail: {
        'stack-id': [`arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Keyturn/1`],
        'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
      },
    });
    expect(targetOf(rule)).toBe('Rotate,Deactivate,Delete,Sync');
  });

  it('is also the end of a deployment of another stack that holds managed keys', () => {
    const app = new App();
    const engine = new Stack(app, 'Keyturn');
    const rotation = rotationIn(engine);
    const team = new Stack(app, 'TeamKeys');
    new ManagedKey(team, 'one', { rotation, user: 'one' });
    new ManagedKey(team, 'two', { rotation, user: 'two' });

    expect(rules(templateOf(engine)).get('Deployed')?.EventPattern).toMatchObject({
      detail: {
        'stack-id': [
          `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Keyturn/1`,
          { prefix: `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/TeamKeys/` },
        ],
      },
    });
  });

  it('gives the event to the function as it is, tries again, and keeps what it could not hand over', () => {
    for (const [name, rule] of rules(template)) {
      expect(rule.State, name).toBe('ENABLED');
      expect(rule.Targets, name).toHaveLength(name === 'Deployed' ? 4 : 1);
      for (const target of rule.Targets) {
        expect(target.Input, name).toBeUndefined();
        expect(target.RetryPolicy, name).toEqual({ MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 8 });
        expect(JSON.stringify(target.DeadLetterConfig), name).toContain('UndeliveredEvents');
      }
    }
  });

  it('may start a function only by its own rule', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission');

    expect(permissions).toHaveLength(10);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('events.amazonaws.com');
      expect(Properties.SourceArn).toBeDefined();
    }
  });
});
