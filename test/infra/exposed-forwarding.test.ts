import { App, type Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EXPOSURE_CODES } from '../../functions/core/config/exposed';
import { KeyturnStack } from '../../infra';
import { bundles, ONE_KEY } from './synthesized';

function stacks(env: Environment | undefined, exposed = true) {
  const app = new App();
  const engine = new KeyturnStack(app, 'Keyturn', { bundles, env, config: { ...ONE_KEY, exposed } });
  const other = app.node.tryFindChild('KeyturnExposed');
  return { engine, forwarding: other instanceof Stack ? other : undefined };
}
const warnings = (engine: Stack) =>
  engine.node.metadata.flatMap(({ type, data }) => (type === 'aws:cdk:warning' ? [String(data)] : []));

afterEach(() => vi.unstubAllEnvs());

describe('what AWS Health says of leaked keys', () => {
  it('is sent from its region to the bus of the main stack’s region, and nothing else is', () => {
    const { forwarding, engine } = stacks({ account: '111122223333', region: 'eu-central-1' });
    expect([forwarding?.region, forwarding?.account]).toEqual(['us-east-1', '111122223333']);
    const template = Template.fromStack(forwarding ?? expect.fail('there is no stack'));
    const bus = expect.objectContaining({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':events:eu-central-1:111122223333:event-bus/default']],
    });
    const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
    expect(rule?.Properties).toMatchObject({
      EventPattern: { source: ['aws.health'], detail: { eventTypeCode: [...EXPOSURE_CODES] } },
      Targets: [{ Arn: bus }],
    });
    const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
    expect(policy?.Properties.PolicyDocument.Statement).toEqual([
      { Action: 'events:PutEvents', Effect: 'Allow', Resource: bus },
    ]);
    expect(warnings(engine).filter((text) => text.includes('exposed'))).toEqual([]);
  });

  it('is there already in its own region, and needs no stack where nobody asks for it', () => {
    expect(stacks({ account: '111122223333', region: 'us-east-1' }).forwarding).toBeUndefined();
    expect(stacks({ account: '111122223333', region: 'eu-central-1' }, false).forwarding).toBeUndefined();
  });

  it('comes from the region of its own partition', () => {
    expect(stacks({ account: '111122223333', region: 'us-gov-east-1' }).forwarding?.region).toBe('us-gov-west-1');
  });

  it('is warned of where the main stack’s region is not known', () => {
    vi.stubEnv('CDK_DEFAULT_REGION', undefined);
    const { forwarding, engine } = stacks(undefined);
    expect(forwarding).toBeUndefined();
    expect(warnings(engine)).toEqual([expect.stringContaining('us-east-1')]);
  });

  it('is sent to the region that the CDK’s command has found, where the stack names none', () => {
    vi.stubEnv('CDK_DEFAULT_REGION', 'eu-west-1');
    expect(stacks(undefined).forwarding?.region).toBe('us-east-1');
  });
});
