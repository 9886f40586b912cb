import { App, Fn, Stack } from 'aws-cdk-lib';
import { Alias, Code, type IFunction, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { deliverToSchema } from '../../functions/core/hosts/target';
import { DeliveryTarget, Encryption } from '../../infra';
import { functionDelivery } from '../../infra/targets/function-target';
import { errorsOf, registryEntriesOf, resourcesOf, rotationIn, stackOf, templateOf } from './synthesized';

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';

/** A key that a function delivers. */
function keyDeliveredBy(lambdaIn: (stack: Stack) => IFunction) {
  const stack = new Stack(new App(), 'Keyturn', { env: { account: '111122223333', region: 'eu-west-1' } });
  const lambda = lambdaIn(stack);
  const rotation = rotationIn(stack, { encryption: Encryption.CUSTOMER_MANAGED });
  rotation.manage('web-shop', {
    user: 'ci-web-shop',
    deliverTo: [DeliveryTarget.function(lambda, { target: { pipeline: 'web' } })],
  });
  const template = templateOf(stack);
  const [policy] = resourcesOf(template, 'AWS::SecretsManager::ResourcePolicy');
  const [parameter] = registryEntriesOf(template);
  const sync = resourcesOf(template, 'AWS::IAM::Role').find(({ id }) => id.startsWith('KeyRotationSyncRole'));
  return {
    errors: errorsOf(stack),
    registry: parameter?.Properties.Value,
    secretPolicy: JSON.stringify(policy?.Properties.ResourcePolicy),
    kmsPolicies: JSON.stringify(resourcesOf(template, 'AWS::KMS::Key').map(({ Properties }) => Properties.KeyPolicy)),
    syncPolicies: JSON.stringify(sync?.Properties.Policies),
  };
}

const ownFunction = (stack: Stack) =>
  new LambdaFunction(stack, 'Deliverer', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({});'),
  });
const imported = (stack: Stack) => LambdaFunction.fromFunctionArn(stack, 'Deliverer', ARN);

describe('a function as a target', () => {
  it('of the same app is named in the registry by the deployment', () => {
    const { errors, registry } = keyDeliveredBy(ownFunction);

    expect(errors).toEqual([]);
    const text = JSON.stringify(registry);
    expect(text).toMatch(/"Fn::GetAtt":\["Deliverer\w+","Arn"\]/);
    expect(text).not.toContain('standin');
  });

  it('leaves room in the registry for the longest ARN that the deployment can find', () => {
    const stack = new Stack(new App(), 'Keyturn');
    const lengthOf = (lambda: IFunction) => [...(functionDelivery(lambda, {}).standIns?.keys() ?? [])][0]?.length ?? 0;
    const lambda = ownFunction(stack);
    const longest = `arn:aws-iso-b:lambda:us-isob-northeast-1:111122223333:function:${'x'.repeat(64)}`;

    expect(lengthOf(lambda)).toBeGreaterThanOrEqual(longest.length);
    const alias = new Alias(stack, 'Live', { aliasName: 'live', version: lambda.currentVersion });
    expect(lengthOf(alias)).toBeGreaterThanOrEqual(`${longest}:${'x'.repeat(128)}`.length);
    const told = Fn.importValue('deliverer');
    expect(lengthOf(LambdaFunction.fromFunctionArn(stack, 'Told', told))).toBeGreaterThanOrEqual(longest.length + 129);
    for (const one of [lambda, alias]) {
      expect(deliverToSchema.safeParse(functionDelivery(one, {}).item).success).toBe(true);
    }
  });

  it('K12: sync may call exactly this function', () => {
    expect(keyDeliveredBy(ownFunction).syncPolicies).toMatch(
      /"Action":"lambda:InvokeFunction","Effect":"Allow","Resource":\{"Fn::GetAtt":\["Deliverer\w+","Arn"\]\},"Sid":"CallDeliveryFunctions"/,
    );
    expect(keyDeliveredBy(imported).syncPolicies).toContain(
      `"Action":"lambda:InvokeFunction","Effect":"Allow","Resource":"${ARN}"`,
    );
  });

  it('of the same app may fetch the credential, through the KMS key too', () => {
    const { secretPolicy, kmsPolicies } = keyDeliveredBy(ownFunction);

    expect(secretPolicy).toMatch(
      /"secretsmanager:GetSecretValue"\],"Effect":"Allow","Principal":\{"AWS":\{"Fn::GetAtt":\["DelivererServiceRole\w+","Arn"\]\}\},"Resource":"\*","Sid":"Read"/,
    );
    expect(kmsPolicies).toMatch(
      /"Principal":\{"AWS":\{"Fn::GetAtt":\["DelivererServiceRole\w+","Arn"\]\}\},"Resource":"\*","Sid":"Readers"/,
    );
  });

  it('that is imported is named as it is, and fetches what the key’s readers may', () => {
    const { registry, secretPolicy } = keyDeliveredBy(imported);

    expect(JSON.parse(String(registry)).targets).toEqual([
      { type: 'function', function: ARN, target: { pipeline: 'web' } },
    ]);
    expect(secretPolicy).not.toContain('"Sid":"Read"');
  });

  it('comes from keyturn.yaml with the same rights', () => {
    const key = { id: 'web-shop', user: 'ci-web-shop', deliverTo: [{ function: ARN }] };
    const template = templateOf(stackOf({ keys: [key] }));

    expect(JSON.stringify(template)).toContain(`"Action":"lambda:InvokeFunction","Effect":"Allow","Resource":"${ARN}"`);
  });
});
