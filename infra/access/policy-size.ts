import { Stack } from 'aws-cdk-lib';
import type { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** How long an account's own values can get. */
const LONGEST: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-3',
  'AWS::AccountId': '123456789012',
  'AWS::URLSuffix': 'amazonaws.com.cn',
};
/** A name that CloudFormation makes has 64 characters at most for a role; its ARN about 40 more. */
const LONGEST_ARN = 'x'.repeat(128);

/**
 * How many characters a policy, or a part of one, can have when it is deployed. AWS does not count the blanks between
 * them.
 */
export function policySize(scope: Construct, part: PolicyDocument | string): number {
  // As JSON, because a document that is resolved takes no further principals.
  const text = deployedText(Stack.of(scope).resolve(typeof part === 'string' ? part : part.toJSON()));
  return typeof text === 'string' ? text.length : JSON.stringify(text).length;
}

/** The part with a value of plausible length in place of each intrinsic function. */
function deployedText(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(deployedText);
  if (typeof part !== 'object' || part === null) return part;
  const [[name, argument] = ['', undefined]] = Object.entries(part);
  if (name === 'Ref') return LONGEST[String(argument)] ?? LONGEST_ARN;
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, items]: unknown[] = argument;
    return Array.isArray(items) ? items.map(deployedText).join(String(separator)) : LONGEST_ARN;
  }
  if (name === 'Fn::Sub' && typeof argument === 'string') {
    return argument.replace(/\$\{([^}]+)\}/g, (_whole, of: string) => LONGEST[of] ?? LONGEST_ARN);
  }
  if (name.startsWith('Fn::')) return LONGEST_ARN;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, deployedText(value)]));
}
