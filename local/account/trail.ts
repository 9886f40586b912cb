import { AwsError } from './aws-error';
import { type Emit, isoSeconds } from './event';
import { lowerFirst, type OperationMode, type TrailResource, type TrailShape } from './operations/operation';
import type { AwsCall, Principal } from './principal';

/** A CloudTrail record of a management event, as it stands in an event's `detail`. */
export interface TrailRecord extends Record<string, unknown> {
  readonly eventVersion: string;
  readonly userIdentity: Record<string, unknown>;
  /** ISO 8601, whole seconds. */
  readonly eventTime: string;
  /** `iam.amazonaws.com`… */
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly requestParameters: Record<string, unknown> | null;
  readonly responseElements: Record<string, unknown> | null;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly (TrailResource & { readonly accountId: string })[];
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** The result of a call, as far as it is recorded. */
export type TrailOutcome = { readonly output: unknown } | { readonly error: AwsError };

/** What a record is made of besides the call: how CloudTrail sees it. */
export interface RecordedOperation {
  readonly mode: OperationMode;
  readonly trail: TrailShape;
}

/** What an account tells its trail. */
export interface TrailContext {
  readonly accountId: string;
  readonly region: string;
  readonly requestId: string;
  readonly eventId: string;
}

/** Builds the record of one call. Secret values never get into it. */
export function trailRecord(
  call: AwsCall,
  { mode, trail: shape }: RecordedOperation,
  outcome: TrailOutcome,
  context: TrailContext,
): TrailRecord {
  const failed = 'error' in outcome;
  const readOnly = mode !== 'write';
  const resources = resourcesOf(call, shape, failed ? undefined : outcome.output, context);
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(call.principal, context.accountId),
    eventTime: isoSeconds(call.at),
    eventSource: `${call.service}.amazonaws.com`,
    eventName: call.action,
    // IAM is global: its records are made, and delivered, in us-east-1 only.
    awsRegion: call.service === 'iam' ? 'us-east-1' : context.region,
    sourceIPAddress: call.sourceIpAddress ?? '127.0.0.1',
    userAgent: call.userAgent ?? 'local',
    ...(failed ? { errorCode: outcome.error.code, errorMessage: outcome.error.message } : {}),
    requestParameters: parameters(call.input, shape),
    responseElements: failed ? null : members(respond(call, shape, outcome.output, readOnly)),
    requestID: context.requestId,
    eventID: context.eventId,
    readOnly,
    ...(resources.length === 0 ? {} : { resources }),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: context.accountId,
    eventCategory: 'Management',
  };
}

/** Publishes a record as CloudTrail does through EventBridge. */
export function publishRecord(record: TrailRecord, service: string, emit: Emit): void {
  emit({
    source: `aws.${service}`,
    detailType: 'AWS API Call via CloudTrail',
    detail: record,
    region: record.awsRegion,
  });
}

/** The wording of a refusal that a policy evaluator did not word itself. */
export function accessDenied(call: AwsCall, message: string | undefined): AwsError {
  // The one operation here whose permission has another name.
  const action = call.service === 'lambda' && call.action === 'Invoke' ? 'InvokeFunction' : call.action;
  const needed = `${call.service}:${action}`;
  const usual = `User: ${call.principal.arn} is not authorized to perform: ${needed} because no identity-based policy allows the ${needed} action`;
  return new AwsError('AccessDenied', 403, message ?? usual);
}

/** What reads has no response in a record. */
function respond({ input }: AwsCall, { response }: TrailShape, output: unknown, readOnly: boolean): unknown {
  if (response !== undefined) return response(output as never, input as never);
  return readOnly ? undefined : output;
}

function resourcesOf({ input }: AwsCall, shape: TrailShape, output: unknown, { accountId }: TrailContext) {
  const resources = shape.resources?.(input as never, output as never) ?? [];
  return resources.map((resource) => ({ accountId, ...resource }));
}

function userIdentity(principal: Principal, accountId: string): Record<string, unknown> {
  const { kind, arn, userId: principalId, accessKeyId, userName, roleName, roleArn } = principal;
  const base = { principalId, arn, accountId, accessKeyId };
  if (kind === 'root') return { type: 'Root', ...base };
  if (kind === 'web-identity') {
    return { type: 'WebIdentityUser', principalId, userName, identityProvider: principal.webIdentity?.provider };
  }
  if (kind === 'user') return { type: 'IAMUser', ...base, userName };
  const issuer = { type: 'Role', principalId: principalId.split(':')[0], arn: roleArn, accountId, userName: roleName };
  return { type: 'AssumedRole', ...base, sessionContext: { sessionIssuer: issuer } };
}

function parameters(
  input: Record<string, unknown>,
  { omit = [], hide = [] }: TrailShape,
): Record<string, unknown> | null {
  const shown = Object.entries(input).filter(([key]) => !omit.includes(key));
  return members(
    Object.fromEntries(
      shown.map(([key, value]) => [key, hide.includes(key) ? 'HIDDEN_DUE_TO_SECURITY_REASONS' : value]),
    ),
  );
}

/** CloudTrail writes members in lower camel case, leaves out what is absent, and null for nothing at all. */
function members(value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null) return null;
  const converted = convert(value) as Record<string, unknown>;
  return Object.keys(converted).length === 0 ? null : converted;
}

function convert(value: unknown): unknown {
  if (value instanceof Date) return trailDate(value);
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => [lowerFirst(key), convert(member)]));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Jan 31, 2026, 8:00:00 AM`, as CloudTrail prints dates inside response elements. */
function trailDate(date: Date): string {
  const hours = date.getUTCHours();
  const clock = date.toISOString().slice(14, 19);
  const day = `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  return `${day}, ${hours % 12 === 0 ? 12 : hours % 12}:${clock} ${hours < 12 ? 'AM' : 'PM'}`;
}
