import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { deliverToSchema } from '../../functions/core/hosts/target';
import { FUNCTION_NAMES } from '../../functions/core/names';
import { DeliveryTarget } from '../../infra';
import { mayFunction } from './access';
import { ACCOUNT, REGION } from './deployed';
import { errorsOf, registryEntriesOf, resourcesOf, rotationIn, stackOf, templateOf } from './synthesized';

const [ONE, TWO] = ['i-0123456789abcdef0', 'mi-0fedcba9876543210'];

/** An ARN with names in the place of what only the deployment knows. */
function arnIn(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const { 'Fn::Join': [, parts] = [] } = resource as { readonly 'Fn::Join'?: [string, unknown[]] };
  const named = (part: unknown) =>
    typeof part === 'string' ? part : `<${String((part as { readonly Ref: string }).Ref).slice(5)}>`;
  return (parts ?? []).map(named).join('');
}

interface Statement {
  readonly Sid: string;
  readonly Action: unknown;
  readonly Resource: unknown;
}

/** What each function may do with Systems Manager's commands. */
function commandRights(stack: Stack): Readonly<Record<string, readonly Statement[]>> {
  const roles = resourcesOf(templateOf(stack), 'AWS::IAM::Role');
  const rights = roles.flatMap(({ id, Properties }) => {
    const policies = (Properties.Policies ?? []) as readonly {
      readonly PolicyDocument: { readonly Statement: readonly Statement[] };
    }[];
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const own = statements.filter(({ Action }) => /ssm:\w*Command/.test(JSON.stringify(Action)));
    return own.length === 0 ? [] : [[id.replace(/\w{8}$/, ''), own] as const];
  });
  return Object.fromEntries(rights);
}

function managing(...targets: readonly DeliveryTarget[]): Stack {
  const stack = new Stack(new App(), 'Keyturn', { env: { account: '111122223333', region: 'eu-west-1' } });
  const rotation = rotationIn(stack, {});
  for (const [at, target] of targets.entries()) {
    rotation.manage(`backup-${at}`, { user: `ci-backup-${at}`, deliverTo: [target] });
  }
  expect(errorsOf(stack)).toEqual([]);
  return stack;
}

describe('nodes of a Data Center as a target', () => {
  it('K12: sync alone may send exactly this document to exactly these nodes, and see what came of it', () => {
    const stack = managing(DeliveryTarget.dataCenter({ document: 'restart', nodes: [ONE, TWO] }));

    const rights = commandRights(stack);

    expect(Object.keys(rights)).toEqual(['KeyRotationSyncRole']);
    const [send, see, ...others] = rights.KeyRotationSyncRole ?? [];
    expect(others).toEqual([]);
    expect(send).toMatchObject({ Action: 'ssm:SendCommand', Effect: 'Allow' });
    expect([send?.Resource].flat().map(arnIn)).toEqual([
      'arn:<Partition>:ssm:<Region>:<AccountId>:document/restart',
      `arn:<Partition>:ec2:<Region>:<AccountId>:instance/${ONE}`,
      `arn:<Partition>:ssm:<Region>:<AccountId>:managed-instance/${TWO}`,
    ]);
    expect(see).toMatchObject({ Action: ['ssm:ListCommands', 'ssm:ListCommandInvocations'], Resource: '*' });
  });

  it('K12: the document of one set of nodes may not be sent to those of another; two keys of one set share the right', () => {
    const one = { document: 'restart-one', nodes: [ONE] };
    const stack = managing(
      DeliveryTarget.dataCenter(one),
      DeliveryTarget.dataCenter({ document: 'restart-two', nodes: [TWO], region: 'eu-central-1' }),
      DeliveryTarget.dataCenter(one),
    );

    const sends = (commandRights(stack).KeyRotationSyncRole ?? []).filter(({ Action }) => Action === 'ssm:SendCommand');

    expect(sends).toHaveLength(2);
    expect(sends.map(({ Resource }) => [Resource].flat().map(arnIn))).toEqual([
      [
        'arn:<Partition>:ssm:<Region>:<AccountId>:document/restart-one',
        `arn:<Partition>:ec2:<Region>:<AccountId>:instance/${ONE}`,
      ],
      [
        'arn:<Partition>:ssm:eu-central-1:<AccountId>:document/restart-two',
        `arn:<Partition>:ssm:eu-central-1:<AccountId>:managed-instance/${TWO}`,
      ],
    ]);
  });

  it('a stack without one has none of these rights', () => {
    expect(commandRights(managing())).toEqual({});
  });

  it('K12: sync may start itself to go on, where there is one, and nobody else may for that', async () => {
    const target = DeliveryTarget.dataCenter({ document: 'restart', nodes: [ONE, TWO] });
    const starts = async (stack: Stack) => {
      const template = templateOf(stack);
      const resource = ({ id }: { readonly id: string }) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${id}`;
      const functions = resourcesOf(template, 'AWS::Lambda::Function').filter(({ id }) => /^KeyRotation/.test(id));
      const all = FUNCTION_NAMES.flatMap((name) => functions.map((one) => ({ name, one })));
      const may = all.map(async ({ name, one }) => {
        const request = { action: 'lambda:InvokeFunction', resource: resource(one) };
        return (await mayFunction(template, name, request)) ? [`${name}: ${one.id.slice(0, -8)}`] : [];
      });
      return (await Promise.all(may)).flat();
    };
    const usual = 'sync: KeyRotationRotateFunction';
    expect(await starts(managing(target, target))).toEqual([usual, 'sync: KeyRotationSyncFunction']);
    expect(await starts(managing())).toEqual([usual]);
    expect(JSON.stringify(templateOf(managing(target)))).toContain('start itself, to go on with a delivery');
  });

  it('comes from keyturn.yaml with the same rights, and stands in the registry', () => {
    const dataCenter = { document: 'restart', nodes: [ONE] };
    const stack = stackOf({ keys: [{ id: 'backup', user: 'ci-backup', deliverTo: [{ dataCenter }] }] });

    expect(Object.values(commandRights(stack)).flat()).toHaveLength(2);
    const [parameter] = registryEntriesOf(templateOf(stack));
    expect(JSON.parse(String(parameter?.Properties.Value)).targets).toEqual([{ type: 'data-center', ...dataCenter }]);
  });

  it.each([
    ['no node', { nodes: [] }],
    ['a node twice', { nodes: [ONE, ONE] }],
    ['the name of a node', { nodes: ['bitbucket-1'] }],
    ['a star', { nodes: ['*'] }],
    ["AWS's own document", { document: 'AWS-RunShellScript' }],
    ['an ARN', { document: 'arn:aws:ssm:eu-west-1:111122223333:document/restart' }],
    ['something else beside it', { connection: 'acme' }],
  ])('is refused with %s', (_what, wrong) => {
    const dataCenter = { document: 'restart', nodes: [ONE], ...wrong };
    expect(deliverToSchema.safeParse({ dataCenter }).success).toBe(false);
    expect(deliverToSchema.safeParse({ dataCenter: { document: 'restart', nodes: [ONE] }, ...wrong }).success).toBe(
      false,
    );
  });
});
