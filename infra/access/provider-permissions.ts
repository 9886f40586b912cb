import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ENDPOINT, PROVIDER_LOG_GROUP, PROVIDER_PARAMETERS } from '../../functions/core/names';
import { logArns, secretArn } from './arns';
import type { GrowingPolicy } from './growing-policy';
import { onlyThrough } from './kms-use';
import { NEEDS } from './needs';

/** What the endpoint of a secret provider is about. */
export interface ProviderResources {
  readonly ownLog: ILogGroup;
  /** The record of its decisions. */
  readonly record: ILogGroup;
  readonly usedTokensArn: string;
  /** Names or ARNs of the secrets of its rules that are not managed; those say so in their own policies. */
  readonly secrets: readonly string[];
  /** ARNs of the KMS keys that encrypt them. */
  readonly secretKeys: readonly string[];
  /** ARNs of the roles of its rules. */
  readonly roles: readonly string[];
}

/** The same in words, for whoever reviews it. */
export function providerMay({
  secrets,
  secretKeys,
  roles,
}: Pick<ProviderResources, 'secrets' | 'secretKeys' | 'roles'>) {
  return [
    NEEDS.WriteOwnLog.may,
    "read the values of the managed secrets that the provider's rules name",
    ...(secrets.length > 0 ? ["read the values of the other secrets that the provider's rules name"] : []),
    ...(secretKeys.length > 0 ? ['decrypt them with the KMS keys that the rules name'] : []),
    ...(roles.length > 0 ? ['take the roles that the rules name, with tags'] : []),
    "read the provider's rules",
    'remember in a table of its own which tokens were used',
    "add events to its own streams of the provider's record",
  ];
}

/** All that the endpoint's role may do (K12), but for the managed secrets of its rules, whose own policies name it. */
export function providerPermissions(scope: Construct, resources: ProviderResources): readonly PolicyStatement[] {
  const stack = Stack.of(scope);
  const { ownLog, record, usedTokensArn, secrets, secretKeys, roles } = resources;
  const allow = (sid: string, actions: readonly string[], on: readonly string[], conditions?: object) =>
    on.length === 0 ? [] : [new PolicyStatement({ sid, actions: [...actions], resources: [...on], ...conditions })];
  return [
    ...allow('WriteOwnLog', NEEDS.WriteOwnLog.actions, [ownLog.logGroupArn]),
    ...allow('KeepRecord', NEEDS.KeepRecord.actions, [logArns(scope, record).streams(`${ENDPOINT}/`)]),
    // Those before, too: CloudFormation changes the role before the function. Which ones count, the function's digest says.
    ...allow(
      'ReadRules',
      ['ssm:GetParameters'],
      [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: `${PROVIDER_PARAMETERS.slice(1)}*` })],
    ),
    // One conditional update adds a use and shows the others; nothing is deleted or read beside.
    ...allow('RememberTokens', ['dynamodb:UpdateItem'], [usedTokensArn]),
    ...allow('ReadSecrets', ['secretsmanager:GetSecretValue'], secrets.map(secretArn)),
    // Of another account's roles their own trust decides, too.
    ...allow('TakeRoles', ['sts:AssumeRole', 'sts:TagSession'], roles),
    ...allow('DecryptSecrets', ['kms:Decrypt'], secretKeys, { conditions: onlyThrough(stack, 'secretsmanager') }),
  ];
}

/** The ARN of a role by its name, for stacks that must not import it. */
export function roleArnByName(scope: Construct, path: string, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: `${path.slice(1)}${name}`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

/** Lets the role of reports check what an endpoint has recorded. @returns the same in words */
export function checkProvider(rights: GrowingPolicy, sealKeyArn: string): readonly string[] {
  const read = { sid: 'ReadProviderRecord', may: "read the provider's record", actions: ['logs:FilterLogEvents'] };
  const check = {
    sid: 'CheckProviderSeals',
    may: 'read the public half of the KMS key that seals it',
    actions: ['kms:GetPublicKey'],
  };
  rights.allow(read, logArns(rights, { logGroupName: PROVIDER_LOG_GROUP }).group);
  rights.allow(check, [sealKeyArn]);
  return [read, check].map(({ may }) => may);
}
