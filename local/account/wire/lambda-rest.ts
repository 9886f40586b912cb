import { AwsError } from '../aws-error';
import { type UrlAnswer, urlPathOf } from '../function-url';
import type { InvokeOutput } from '../lambda';
import type { RawRequest } from './signature';
import type { WireAnswer, WireRefusal } from './wire-answer';

/** `<method> <what comes after the function's name>`, without a name for what is about all of them. */
const ACTIONS: Readonly<Record<string, string>> = {
  'POST invocations': 'Invoke',
  'GET ': 'GetFunction',
  'GET configuration': 'GetFunctionConfiguration',
  'GET policy': 'GetPolicy',
  'POST policy': 'AddPermission',
  'DELETE policy': 'RemovePermission',
};
const URL_CONFIG = /^\/2021-10-31\/functions\/([^/]+)\/url\/?$/;
const PATH = /^\/2015-03-31\/functions(?:\/([^/]+)(?:\/([a-z]+)(?:\/([\w-]+))?)?)?\/?$/;

/** Takes a request of Lambda's REST protocol apart. @throws AwsError UnknownOperationException */
export function parseLambda(request: RawRequest) {
  const { method, target, headers, body } = request;
  const called = urlPathOf(target);
  if (called !== undefined) return { action: 'InvokeFunctionUrl', input: { UrlId: called.id, Request: request } };
  const url = new URL(target, 'http://lambda');
  const [, ofUrl] = URL_CONFIG.exec(url.pathname) ?? [];
  if (ofUrl !== undefined && method === 'GET') {
    return { action: 'GetFunctionUrlConfig', input: { FunctionName: decodeURIComponent(ofUrl) } };
  }
  const parts = PATH.exec(url.pathname);
  const [, name, rest = '', StatementId] = parts ?? [];
  const parameter = (key: string) => url.searchParams.get(key) ?? undefined;
  if (parts !== null && name === undefined && method === 'GET') {
    return { action: 'ListFunctions', input: { Marker: parameter('Marker'), MaxItems: parameter('MaxItems') } };
  }
  const action = ACTIONS[`${method} ${rest}`];
  const isKnown = (action === 'RemovePermission') === (StatementId !== undefined);
  if (name === undefined || action === undefined || !isKnown) {
    throw new AwsError('UnknownOperationException', 404, `${method} ${url.pathname} is not supported here.`);
  }
  const named = { FunctionName: decodeURIComponent(name), Qualifier: parameter('Qualifier') };
  if (action === 'AddPermission') return { action, input: { ...jsonObject(body), ...named } };
  if (action === 'RemovePermission') return { action, input: { ...named, StatementId } };
  if (action !== 'Invoke') return { action, input: named };
  return { action, input: { ...named, InvocationType: headers['x-amz-invocation-type'], Payload: body } };
}

function jsonObject(body: Buffer): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch {
    // The refusal below says all that Lambda says.
  }
  throw new AwsError('InvalidRequestContentException', 400, 'Could not parse request body into json.');
}

/** An answer of Lambda's. Of an invocation the function's own result is the body, and a header tells that it failed. */
export function lambdaAnswer(action: string, output: unknown, requestId: string): WireAnswer {
  if (action === 'Invoke') return invoked(output as InvokeOutput, requestId);
  if (action === 'InvokeFunctionUrl') {
    const { status, headers, body } = output as UrlAnswer;
    return { status, headers: { ...headers, 'x-amzn-requestid': requestId }, body };
  }
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
  if (output === undefined) return { status: 204, headers, body: '' };
  return { status: action === 'AddPermission' ? 201 : 200, headers, body: JSON.stringify(output) };
}

function invoked(output: InvokeOutput, requestId: string): WireAnswer {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
  if (output.ExecutedVersion !== undefined) headers['x-amz-executed-version'] = output.ExecutedVersion;
  if (output.FunctionError !== undefined) headers['x-amz-function-error'] = output.FunctionError;
  return { status: output.StatusCode, headers, body: output.Payload };
}

/** Lambda's API model has two spellings of the message; most of its errors have the capital one. */
const SMALL_MESSAGE = ['TooManyRequestsException', 'InvalidRequestContentException', 'RequestTooLargeException'];

/** Lambda's error document: unlike the other JSON services it keeps the status of each error. */
export function lambdaRefusal(
  { status, message, retryAfter }: WireRefusal,
  code: string,
  requestId: string,
): WireAnswer {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'x-amzn-errortype': code,
  };
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  const body = {
    Type: status >= 500 ? 'Service' : 'User',
    [SMALL_MESSAGE.includes(code) ? 'message' : 'Message']: message,
    Reason: code === 'TooManyRequestsException' ? 'ReservedFunctionConcurrentInvocationLimitExceeded' : undefined,
  };
  return { status, headers, body: JSON.stringify(body) };
}
