import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../functions/core/config/check-config';
import { compilePattern } from '../../local/events/pattern';
import { mayWith, type PolicyDocument } from './access';
import { ACCOUNT, deployed, REGION } from './deployed';
import { ONE_KEY, resourcesOf, synthesize } from './synthesized';

const CAROL = `arn:aws:iam::${ACCOUNT}:user/carol`;
const SSO = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Security_0123456789abcdef`;
const UNTIL = '2027-05-31';
const CONFIG = { ...ONE_KEY, operators: true };
const WITH = { ...CONFIG, breakGlass: { trusted: [CAROL, SSO], until: UNTIL } };
const template = synthesize(WITH);
const [role] = resourcesOf(template, 'AWS::IAM::Role').filter(({ id }) => id.includes('BreakGlass'));
const [rule] = resourcesOf(template, 'AWS::Events::Rule').filter(({ id }) => id.includes('BreakGlass'));
const { AssumeRolePolicyDocument: trust, Policies } = deployed(template, role?.Properties ?? {}) as {
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly Policies: readonly { readonly PolicyDocument: PolicyDocument }[];
};

/** The statement of who may take it on, as a policy of theirs: who that is stands in its principal. */
async function mayTakeOn(who: string, context: Readonly<Record<string, string>>): Promise<boolean> {
  const own = trust.Statement.filter(({ Principal }) => JSON.stringify(Principal).includes(who));
  const Statement = own.map(({ Principal: _principal, ...rest }) => ({ ...rest, Resource: '*' }));
  const here = { 'aws:RequestedRegion': REGION, 'aws:CurrentTime': '2027-05-31T12:00:00Z', ...context };
  return mayWith([{ Statement }], {
    action: 'sts:AssumeRole',
    resource: `arn:aws:iam::${ACCOUNT}:role/break-glass`,
    context: here,
  });
}
const SECOND_FACTOR = { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '60' };

describe('the break-glass role', () => {
  it('is there only where it is configured, and is one role and one rule then', () => {
    const without = synthesize(CONFIG);
    expect(JSON.stringify(without)).not.toContain('BreakGlass');
    const types = (of: typeof template) => Object.values(of.Resources).map(({ Type }) => Type);
    expect(types(template).length - types(without).length).toBe(2);
    expect(template.Outputs).toHaveProperty('BreakGlassRoleArn');
  });

  it('needs the front of administrators, and names people, never an account', () => {
    const messages = (breakGlass: object, operators = true) =>
      checkConfig({ ...ONE_KEY, operators, breakGlass }).issues?.map(({ message }) => message) ?? [];
    expect(messages({ trusted: [CAROL] }, false).join()).toContain('expected operators: true too');
    for (const arn of [`arn:aws:iam::${ACCOUNT}:root`, '*', ACCOUNT, `arn:aws:iam::${ACCOUNT}:role/*`])
      expect(messages({ trusted: [arn] }), arn).toHaveLength(1);
    expect(messages({ trusted: [] })).toHaveLength(1);
    expect(messages({ trusted: [CAROL, SSO] })).toEqual([]);
  });

  it('is taken on for an hour at most', () => {
    expect(role?.Properties.MaxSessionDuration).toBe(3600);
  });

  it.each<[string, string, Readonly<Record<string, string>>, boolean]>([
    ['a user with a second factor', CAROL, SECOND_FACTOR, true],
    ['a user without one', CAROL, {}, false],
    [
      'a user whose second factor is two hours old',
      CAROL,
      { ...SECOND_FACTOR, 'aws:MultiFactorAuthAge': '7200' },
      false,
    ],
    ['a role of Identity Center, which does not tell of a second factor', SSO, {}, true],
    [
      'a user in another region, where nothing would ring',
      CAROL,
      { ...SECOND_FACTOR, 'aws:RequestedRegion': 'us-east-1' },
      false,
    ],
    ['a role of Identity Center in another region', SSO, { 'aws:RequestedRegion': 'us-east-1' }, false],
    ['a user after its last day', CAROL, { ...SECOND_FACTOR, 'aws:CurrentTime': '2027-06-01T00:00:00Z' }, false],
    ['a role of Identity Center after its last day', SSO, { 'aws:CurrentTime': '2027-06-01T00:00:00Z' }, false],
    ['somebody else', `arn:aws:iam::${ACCOUNT}:user/mallory`, SECOND_FACTOR, false],
  ])('%s', async (_who, who, context, may) => {
    expect(await mayTakeOn(who, context)).toBe(may);
  });

  it('asks the front of administrators through its URL, and does nothing else (K12)', async () => {
    const front = resourcesOf(template, 'AWS::Lambda::Function').find(({ id }) => id.includes('Administrator'));
    const policies = Policies.map(({ PolicyDocument }) => PolicyDocument);
    const [resource = ''] = policies.flatMap(({ Statement }) => Statement.map(({ Resource }) => String(Resource)));
    expect(front).toBeDefined();
    expect(resource).toMatch(/Administrator/);
    const now = { 'aws:CurrentTime': '2027-05-31T12:00:00Z' };
    const url = { 'lambda:FunctionUrlAuthType': 'AWS_IAM', ...now };
    const via = { 'lambda:InvokedViaFunctionUrl': 'true', ...now };
    const may = (action: string, on: string, context: Readonly<Record<string, string>>) =>
      mayWith(policies, { action, resource: on, context });
    expect(await may('lambda:InvokeFunctionUrl', resource, url)).toBe(true);
    expect(await may('lambda:InvokeFunction', resource, via)).toBe(true);
    expect(await may('lambda:GetFunctionUrlConfig', resource, {})).toBe(true);
    const late = { 'aws:CurrentTime': '2027-06-01T00:00:00Z' };
    expect(await may('lambda:InvokeFunctionUrl', resource, { ...url, ...late })).toBe(false);
    expect(await may('lambda:InvokeFunction', resource, { ...via, 'lambda:InvokedViaFunctionUrl': 'false' })).toBe(
      false,
    );
    expect(await may('lambda:InvokeFunction', resource, now)).toBe(false);
    const operators = resource.replace('Administrator', 'Operator');
    expect(await may('lambda:InvokeFunctionUrl', operators, url)).toBe(false);
    for (const action of ['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'AddPermission'])
      expect(await may(`lambda:${action}`, resource, now), action).toBe(false);
    for (const action of ['iam:CreateAccessKey', 'secretsmanager:GetSecretValue', 'secretsmanager:TagResource'])
      expect(await may(action, '*', now), action).toBe(false);
  });

  it('rings whenever it is taken on, also where CloudTrail counts that as a call that reads', () => {
    const { EventPattern, State, Targets } = deployed(template, rule?.Properties ?? {}) as {
      readonly EventPattern: {
        readonly detail: { readonly requestParameters: { readonly roleArn: readonly string[] } };
      };
      readonly State: string;
      readonly Targets: readonly {
        readonly Arn: string;
        readonly InputTransformer: { readonly InputTemplate: string };
      }[];
    };
    const [roleArn] = EventPattern.detail.requestParameters.roleArn;
    const event = (of: string | undefined, eventName = 'AssumeRole') => ({
      source: 'aws.sts',
      'detail-type': 'AWS API Call via CloudTrail',
      detail: { eventSource: 'sts.amazonaws.com', eventName, readOnly: true, requestParameters: { roleArn: of } },
    });
    const matches = compilePattern(EventPattern);
    expect([
      matches(event(roleArn)),
      matches(event(`${roleArn}s`)),
      matches(event(roleArn, 'GetCallerIdentity')),
    ]).toEqual([true, false, false]);
    expect(State).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
    expect(Targets[0]?.InputTransformer.InputTemplate).toMatch(/break-glass-used\.md"\n"More: keyturn status"$/);
  });

  it('has a trail of the stack log that it is taken on', () => {
    const eventsOf = (config: object) =>
      JSON.stringify(
        resourcesOf(synthesize(config as typeof WITH), 'AWS::CloudTrail::Trail').map(
          ({ Properties }) => Properties.EventSelectors,
        ),
      );
    expect(eventsOf({ ...WITH, trail: 'create' })).toContain('"All"');
    expect(eventsOf({ ...CONFIG, trail: 'create' })).toContain('"WriteOnly"');
  });
});
