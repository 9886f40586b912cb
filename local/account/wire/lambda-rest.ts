import { AwsError } from '../aws-error';
import type { InvokeOutput } from '../lambda';
import type { RawRequest } from './signature';
import type { WireAnswer, WireRefusal } from './wire-answer';

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;

/** Takes a request of Lambda's REST protocol apart. @throws AwsError UnknownOperationException */
export function parseLambda({ method, target, headers, body }: RawRequest) {
  const url = new URL(target, 'http://lambda');
  const [, name] = INVOCATIONS.exec(url.pathname) ?? [];
  if (name === undefined || method !== 'POST') {
    throw new AwsError('UnknownOperationException', 404, `${method} ${url.pathname} is not supported here.`);
  }
  const input = {
    FunctionName: decodeURIComponent(name),
    InvocationType: headers['x-amz-invocation-type'],
    Qualifier: url.searchParams.get('Qualifier') ?? undefined,
    Payload: body,
  };
  return { action: 'Invoke', input };
}

/** The answer to an invocation: the function's own result is the body, and a header tells that it failed. */
export function lambdaAnswer(output: InvokeOutput, requestId: string): WireAnswer {
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
