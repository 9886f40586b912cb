import { App, Stack } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { expect, it } from 'vitest';
import { ConnectionAccess } from '../../infra/access/connection-access';
import { GrowingPolicy } from '../../infra/access/growing-policy';
import { functionItem } from '../../infra/targets/function-target';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';

it('K12: two rights on one thing are both given, and each of them once', () => {
  const stack = new Stack(new App(), 'Keyturn');
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const policy = new PolicyDocument();
  const access = new ConnectionAccess(new GrowingPolicy(stack, 'Rights', { role, policy }));
  const call = functionItem({ function: ARN });
  const look = { right: { sid: 'LookAtFunctions', actions: ['lambda:GetFunction'] }, arns: [ARN] };
  access.add(call);
  access.add({ ...call, rights: [look] });
  access.add(call);

  expect(stack.resolve(policy).Statement).toEqual([
    { Sid: 'CallDeliveryFunctions', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: ARN },
    { Sid: 'LookAtFunctions', Effect: 'Allow', Action: 'lambda:GetFunction', Resource: ARN },
  ]);
});
