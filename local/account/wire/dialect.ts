import { parseS3, s3Answer, s3Refusal } from '../../evidence/s3/s3-rest';
import { AwsError } from '../aws-error';
import { URL_PATH } from '../function-url';
import type { ServiceName } from '../principal';
import { cborAnswer, cborRefusal, isCbor, parseCbor } from './cbor';
import { lambdaAnswer, lambdaRefusal, parseLambda } from './lambda-rest';
import { parseQuery, queryAnswer, queryError } from './query';
import type { RawRequest } from './signature';
import type { WireAnswer, WireRefusal } from './wire-answer';

/** A request taken apart, still unauthenticated. */
export interface ParsedRequest {
  readonly dialect: 'query' | 'json' | 'cbor' | 's3' | 'lambda';
  readonly service: ServiceName;
  readonly action: string;
  readonly input: Record<string, unknown>;
}

/** What a service is called in X-Amz-Target, for the JSON protocols, and in the path, for CBOR. */
const TARGETS: Readonly<Record<string, ServiceName>> = {
  secretsmanager: 'secretsmanager',
  AmazonSSM: 'ssm',
  DynamoDB_20120810: 'dynamodb',
  AWSEvents: 'events',
  Logs_20140328: 'logs',
  CloudTrail_20131101: 'cloudtrail',
  TrentService: 'kms',
  AmazonSQS: 'sqs',
  GraniteServiceVersion20100801: 'monitoring',
};
const QUERY_SERVICES: readonly string[] = ['iam', 'sts', 'sns', 'cloudformation', 'monitoring'];

/** The codes that the query protocol and the JSON protocols word differently. */
const JSON_CODES: Readonly<Record<string, string>> = {
  InvalidClientTokenId: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  ExpiredToken: 'ExpiredTokenException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  AccessDenied: 'AccessDeniedException',
  InternalFailure: 'InternalServiceError',
};
const QUERY_CODES: Readonly<Record<string, string>> = { UnknownOperationException: 'InvalidAction' };

/**
 * Finds out which service and action a request is for: X-Amz-Target for JSON, the path for CBOR, the credential scope for S3, Lambda and queries.
 * @throws AwsError UnknownOperationException, SerializationException.
 */
export function parseRequest(raw: RawRequest, scopeService: string | undefined): ParsedRequest {
  const { headers, body } = raw;
  if (scopeService === 's3') return { dialect: 's3', service: 's3', ...parseS3(raw) };
  // Whatever its signature is for, it is for a function: the signature's service is checked afterwards.
  if (scopeService === 'lambda' || raw.target.startsWith(URL_PATH)) {
    return { dialect: 'lambda', service: 'lambda', ...parseLambda(raw) };
  }
  if (isCbor(raw)) {
    const { service: name, action, input } = parseCbor(raw);
    return { dialect: 'cbor', service: serviceOf(name, raw.target), action, input };
  }
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    // Some clients write a package before the service: com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents.
    const [prefix = '', action = ''] = target.split('.').slice(-2);
    return { dialect: 'json', service: serviceOf(prefix, target), action, input: parseJson(body) };
  }
  if (scopeService === undefined || !isQueryService(scopeService)) {
    const message = `No query service ${scopeService ?? ''} is here; JSON services need X-Amz-Target.`;
    throw new AwsError('UnknownOperationException', 400, message);
  }
  return { dialect: 'query', service: scopeService, ...parseQuery(body.toString('utf8')) };
}

function serviceOf(prefix: string, target: string): ServiceName {
  const service = TARGETS[prefix];
  if (service === undefined) throw new AwsError('UnknownOperationException', 400, `No service answers to ${target}.`);
  return service;
}

export function answer(
  request: Pick<ParsedRequest, 'dialect' | 'service' | 'action'>,
  output: unknown,
  requestId: string,
): WireAnswer {
  if (request.dialect === 's3') return s3Answer(request.action, output, requestId);
  if (request.dialect === 'lambda') return lambdaAnswer(request.action, output, requestId);
  if (request.dialect === 'cbor') return cborAnswer(output, requestId);
  if (request.dialect === 'query') {
    const body = queryAnswer(request.service, request.action, output, requestId);
    return { status: 200, headers: queryHeaders(requestId), body };
  }
  const body = output === undefined ? '{}' : JSON.stringify(output, wireValue);
  return { status: 200, headers: jsonHeaders(requestId), body };
}

/** An error in the words of the protocol. Codes that a test injects go through unchanged when they are unknown. */
export function refusal(
  request: Pick<ParsedRequest, 'dialect' | 'service'>,
  error: WireRefusal,
  requestId: string,
): WireAnswer {
  if (request.dialect === 's3') return s3Refusal(error, requestId);
  if (request.dialect === 'query') {
    const code = QUERY_CODES[error.code] ?? error.code;
    const body = queryError(request.service, { code, status: error.status, message: error.message }, requestId);
    return { status: error.status, headers: queryHeaders(requestId), body };
  }
  const code = JSON_CODES[error.code] ?? error.code;
  if (request.dialect === 'lambda') return lambdaRefusal(error, code, requestId);
  if (request.dialect === 'cbor') return cborRefusal({ ...error, status: jsonStatus(error.status) }, code, requestId);
  // Some errors of AWS have no message at all (SSM's ParameterNotFound).
  const body = JSON.stringify({ __type: code, ...(error.message === '' ? {} : { message: error.message }) });
  return { status: jsonStatus(error.status), headers: { ...jsonHeaders(requestId), 'x-amzn-errortype': code }, body };
}

/** JSON services answer 400 where query services tell 403, 404 and 409 apart. */
function jsonStatus(status: number): number {
  return status >= 500 || status === 429 ? status : 400;
}

function queryHeaders(requestId: string) {
  return { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
}

function jsonHeaders(requestId: string) {
  return { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId };
}

/** Dates travel as seconds since the epoch, bytes as base64. The raw member is needed: Date has a toJSON of its own. */
function wireValue(this: unknown, key: string, value: unknown): unknown {
  const raw = typeof this === 'object' && this !== null ? Reflect.get(this, key) : value;
  if (raw instanceof Date) return raw.getTime() / 1000;
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString('base64');
  return value;
}

function parseJson(body: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // The refusal below says all that AWS says.
  }
  throw new AwsError('SerializationException', 400, 'The request body is not a JSON object.');
}

function isQueryService(name: string): name is ServiceName {
  return QUERY_SERVICES.includes(name);
}
