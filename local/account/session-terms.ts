import * as z from 'zod';
import { AwsError } from './aws-error';
import type { ManagedPolicies } from './iam-managed-policies';
import { parsedPolicy } from './iam-policies';
import type { SessionTerms } from './principal';

export interface SessionTermsInput {
  /** JSON text that narrows the session. */
  readonly Policy?: string | undefined;
  /** Managed policies of the account that narrow it. */
  readonly PolicyArns?: readonly { readonly arn: string }[] | undefined;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] | undefined;
}

/** API reference, `AssumeRole` and `Tag`. */
const MOST_CHARACTERS = 2_048;
const MOST_POLICIES = 10;
const MOST_TAGS = 50;
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const POLICY_TEXT = /^[\t\n\r\u0020-\u00ff]+$/;

const statementSchema = z.looseObject({ Principal: z.undefined().optional(), NotPrincipal: z.undefined().optional() });
const documentSchema = z.looseObject({ Statement: z.union([statementSchema, z.array(statementSchema).min(1)]) });

/**
 * What a session is given when it begins. That its policies and tags also have to fit packed, AWS says without saying how
 * they are packed: here they always fit.
 *
 * @throws AwsError ValidationError, InvalidParameterValue, MalformedPolicyDocument
 */
export function sessionTerms(
  { Policy, PolicyArns = [], Tags = [] }: SessionTermsInput,
  known: ManagedPolicies,
): SessionTerms {
  const arns = PolicyArns.map(({ arn }) => arn);
  if (Policy !== undefined && !POLICY_TEXT.test(Policy)) throw invalid('policy');
  if ([Policy ?? '', ...arns].join('').length > MOST_CHARACTERS) throw invalid('policy');
  if (arns.length > MOST_POLICIES) throw invalid('policyArns');
  if (Tags.length > MOST_TAGS) throw invalid('tags');
  Tags.forEach(({ Key, Value }, at) => {
    if (!TAG_KEY.test(Key) || /^aws:/i.test(Key)) throw invalid(`tags.${at + 1}.member.key`);
    if (!TAG_VALUE.test(Value)) throw invalid(`tags.${at + 1}.member.value`);
  });
  if (new Set(Tags.map(({ Key }) => Key.toLowerCase())).size < Tags.length) {
    const message = 'Duplicate tag keys found. Please note that Tag keys are case insensitive.';
    throw new AwsError('InvalidParameterValue', 400, message);
  }
  const managed = arns.map((arn) => {
    const policy = known.find(arn);
    if (policy === undefined) throw new AwsError('ValidationError', 400, `The policy ${arn} is not known here`);
    return policy.document;
  });
  const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
  return { tags, policies: [...(Policy === undefined ? [] : [narrowing(Policy)]), ...managed] };
}

/** A policy of a session is about whoever has the session. */
function narrowing(policy: string): string {
  if (documentSchema.safeParse(JSON.parse(parsedPolicy(policy))).success) return policy;
  throw new AwsError('MalformedPolicyDocument', 400, 'The policy has no statement, or names a principal.');
}

function invalid(parameter: string): AwsError {
  const message = `1 validation error detected: Value at '${parameter}' failed to satisfy constraint: Member must satisfy its pattern and its length`;
  return new AwsError('ValidationError', 400, message);
}
