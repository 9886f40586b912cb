import { ArnFormat, Fn, Stack } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  AUDIT_TERMS_PARAMETER,
  DEPLOYMENT_PARAMETERS,
  QUARANTINE_POLICY,
  REGISTRY_PATH,
} from '../../functions/core/names';

/** The token of each text, so that equal ARNs are equal strings. */
const substituted = new Map<string, string>();

/**
 * For ARNs that stand in a template by the hundred, of users and of connections' secrets: Fn::Sub takes a fifth less of
 * its bytes than the Fn::Join of formatArn.
 */
function short(arn: string): string {
  const token = substituted.get(arn) ?? Fn.sub(arn);
  substituted.set(arn, token);
  return token;
}

/**
 * ARNs of an IAM user. A user that exists may have a path (`user/ci/deployer`) that is not known here. The second pattern
 * still names that user alone: names have no slash and are unique in an account, whatever the path.
 */
export function userArns(user: string, path: 'root' | 'any'): readonly string[] {
  return path === 'root' ? [userArn(user)] : [userArn(user), userArn(`*/${user}`)];
}

/** ARN of a user with its path, or pattern for ARNs: `pipelines/*`. */
export function userArn(pathAndName: string): string {
  return short(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:user/${pathAndName}`);
}

/** ARN of the secret with this name, or pattern for it: Secrets Manager appends a hyphen and six characters. */
export function secretArn(nameOrArn: string): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  return short(`arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${nameOrArn}-??????`);
}

/** Pattern for the policies of AWS's own by which it puts users in quarantine: a version is part of each one's name. */
export function quarantinePolicies(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    account: 'aws',
    resource: 'policy',
    resourceName: `${QUARANTINE_POLICY}*`,
  });
}

/** What the ARNs of all secrets whose names start with this begin with. */
export function secretArnPrefix(scope: Construct, namePrefix: string): string {
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: namePrefix,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** ARN of an SSM parameter, or pattern for it. */
function parameterArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') });
}

/** ARNs of what reports judge by, and of what a deployment tells them of itself. */
export function reportParameterArns(scope: Construct): readonly string[] {
  return [AUDIT_TERMS_PARAMETER, ...Object.values(DEPLOYMENT_PARAMETERS)].map((name) => parameterArn(scope, name));
}

/** ARNs of the registry: its path as GetParametersByPath may name it, and its parameters. */
export function registryArns(scope: Construct): { readonly paths: readonly string[]; readonly parameters: string } {
  const arn = (name: string) => parameterArn(scope, name);
  return { paths: [arn(REGISTRY_PATH.replace(/\/$/, '')), arn(REGISTRY_PATH)], parameters: arn(`${REGISTRY_PATH}*`) };
}

/**
 * ARNs of a log group. The Service Authorization Reference names a group without an end for what is asked of a group
 * (FilterLogEvents, StartQuery), CloudWatch Logs' own guide with `:*`; both stand for this group alone. What is asked of
 * a stream (CreateLogStream, PutLogEvents) has the stream's own ARN.
 */
export function logArns(
  scope: Construct,
  { logGroupName }: Pick<ILogGroup, 'logGroupName'>,
): { readonly group: readonly string[]; readonly streams: (prefix: string) => string } {
  const group = Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return { group: [group, `${group}:*`], streams: (prefix) => `${group}:log-stream:${prefix}*` };
}

/**
 * Prefix of the IDs that a stack of this name has. Numbered stacks of keys share one, because an event pattern has 2,048
 * characters (EventBridge's quotas), which is less than fifty stacks need.
 */
export function stackIdPrefix(stack: Stack): string {
  const { stackName } = stack;
  const resourceName = /Keys\d+$/.test(stackName) ? stackName.replace(/\d+$/, '') : `${stackName}/`;
  return stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName });
}

/**
 * Patterns for the ARNs of stacks, which end with an ID of CloudFormation's own. Those whose names begin with the first
 * one's, as those of many keys do, are one pattern: a policy has room for 6,144 characters.
 */
export function stackArns([first, ...others]: readonly string[]): string[] {
  const arn = (name: string) =>
    short(`arn:\${AWS::Partition}:cloudformation:\${AWS::Region}:\${AWS::AccountId}:stack/${name}/*`);
  if (first === undefined) return [];
  return [arn(`${first}*`), ...others.filter((name) => !name.startsWith(first)).map(arn)];
}

/** Pattern for the ARNs of the rules whose names begin so. */
export function ruleArns(names: string): string {
  return short(`arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${names}*`);
}

/** Pattern for the ARNs of trails, those of other regions and of the organization's account among them: they log here, too. */
export function trailArns(): string {
  return short(`arn:\${AWS::Partition}:cloudtrail:*:*:trail/*`);
}
