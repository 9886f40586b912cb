import * as z from 'zod';
import { AwsError } from '../aws-error';
import type { RawRequest } from './signature';

/** Lambda's one operation here. */
export interface LambdaRequest {
  readonly action: string;
  readonly input: Record<string, unknown>;
}

const INVOKE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

/** @throws AwsError UnknownOperationException */
export function parseLambda({ method, target, headers, body }: RawRequest): LambdaRequest {
  const [, name] = INVOKE.exec(new URL(target, 'http://lambda').pathname) ?? [];
  if (method !== 'POST' || name === undefined) {
    throw new AwsError('UnknownOperationException', 404, `Lambda has no operation ${method} ${target} here.`);
  }
  const FunctionName = decodeURIComponent(name);
  const InvocationType = headers['x-amz-invocation-type'];
  return { action: 'Invoke', input: { FunctionName, InvocationType, Payload: body.toString('utf8') } };
}

const answerSchema = z.object({ payload: z.string(), functionError: z.string().optional() });

export function lambdaAnswer(output: unknown, requestId: string) {
  const { payload, functionError } = answerSchema.parse(output);
  return {
    status: 200,
    headers: {
      ...headersOf(requestId),
      'x-amz-executed-version': '$LATEST',
      ...(functionError === undefined ? {} : { 'x-amz-function-error': functionError }),
    },
    body: payload,
  };
}

export function lambdaRefusal(
  { code, status, message }: { readonly code: string; readonly status: number; readonly message: string },
  requestId: string,
) {
  const name = CODES[code] ?? code;
  return {
    status,
    headers: { ...headersOf(requestId), 'x-amzn-errortype': name },
    body: JSON.stringify({ Type: status >= 500 ? 'Service' : 'User', Message: message }),
  };
}

/** Codes that Lambda words otherwise. */
const CODES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  InternalFailure: 'ServiceException',
};

function headersOf(requestId: string) {
  return { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
}
