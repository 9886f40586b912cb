import { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { KeyturnError } from '../core/errors';
import type { FunctionInvoker, Invocation } from '../core/hosts/function';
import { type AwsAccess, deliveryConfig } from './client-config';
import { clientOfRegion } from './client-of-region';
import { awsFailure } from './failure';

/** Milliseconds for one call, from its start to the answer's last byte. */
const LONGEST_CALL = 60_000;

/**
 * Errors of Invoke that AWS answers with 502 and that stay until somebody changes the function
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors).
 */
const CANNOT_START =
  /^(KMS(AccessDenied|Disabled|InvalidState|NotFound)|EC2AccessDenied|Invalid(Runtime|SecurityGroupID|SubnetID|ZipFile))Exception$/;

interface InvokerProps extends AwsAccess {
  /** Milliseconds for one call. @default 60000 */
  readonly timeout?: number;
}

/** The FunctionInvoker port over the AWS SDK. A function's region is that of its ARN. */
export function createFunctionInvoker({ timeout = LONGEST_CALL, ...access }: InvokerProps = {}): FunctionInvoker {
  const clientIn = clientOfRegion((where) => new LambdaClient({ ...deliveryConfig(timeout, access), ...where }));

  return {
    patience: timeout,

    async invoke(functionArn, request): Promise<Invocation> {
      const [, , , region = ''] = functionArn.split(':');
      const command = new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(request)) });
      try {
        const { FunctionError, Payload } = await clientIn(region).send(command, {
          abortSignal: AbortSignal.timeout(timeout),
        });
        return { failed: FunctionError !== undefined, answer: Payload?.transformToString() ?? '' };
      } catch (thrown) {
        throw failureOf(thrown, functionArn);
      }
    },
  };
}

function failureOf(thrown: unknown, functionArn: string): KeyturnError {
  const doing = `lambda:Invoke of ${functionArn}`;
  if (thrown instanceof TooManyRequestsException) {
    const seconds = Number(thrown.retryAfterSeconds);
    const retryAt = Number.isFinite(seconds) ? new Date(Date.now() + seconds * 1_000) : undefined;
    return new KeyturnError('rate-limited', `${doing}: too many calls at a time. The next run tries again.`, {
      retryable: true,
      retryAt,
    });
  }
  if (thrown instanceof Error && CANNOT_START.test(thrown.name)) {
    const cure = "Lambda cannot start the function. Look at the function's own settings, its KMS key and its role.";
    return new KeyturnError('host-rejected', `${doing}: AWS answered ${thrown.name}. ${cure}`);
  }
  const error = awsFailure(thrown, doing, { ResourceNotFoundException: 'host-rejected' });
  if (error.code === 'aws-denied') {
    const cure =
      "If the function is another account's, it has to permit the role of sync: aws lambda add-permission " +
      '(docs/start/function.md).';
    return new KeyturnError('aws-denied', `${error.message} ${cure}`, { cause: new Error('access denied') });
  }
  if (error.code !== 'aws-uncertain') return error;
  return new KeyturnError('host-down', `${error.message} The next run tries again.`, { retryable: true });
}
