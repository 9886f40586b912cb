import { type ErrorCode, KeyturnError } from '../core/errors';
import { Redacted } from '../core/key/credential';
import { KnownSecrets } from '../core/key/known-secrets';
import { withoutSecrets } from '../core/key/outside-name';

/** What an adapter expects: AWS's error names and what they mean to Keyturn. */
export type Expected = Readonly<Record<string, ErrorCode>>;

const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'BandwidthLimitExceeded',
  'PriorRequestNotComplete',
  'SlowDown',
]);

/** Characters of an error's name, and of what AWS says is denied: who answers, and whose policy it is, is not known. */
const LONGEST_NAME = 100;
const LONGEST_DENIAL = 1_000;

interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * An SDK error as a KeyturnError. Only the name of an error is quoted, and AWS's own text where it says what is denied:
 * other texts may repeat a request.
 *
 * @param doing what was tried and on what, such as `iam:CreateAccessKey for web-shop`
 * @param sent the secret that the request held
 */
export function awsFailure(thrown: unknown, doing: string, expected: Expected = {}, sent?: Redacted): KeyturnError {
  if (thrown instanceof KeyturnError) return thrown;
  const error: SdkError = thrown instanceof Error ? thrown : new Error('unknown');
  const told = (text: string, most: number) => withoutSecrets(text, secretsOf(sent), most);
  const name = told(error.name, LONGEST_NAME);
  const status = error.$metadata?.httpStatusCode;
  const code = Object.hasOwn(expected, name) ? expected[name] : undefined;
  if (code !== undefined) return new KeyturnError(code, `${doing}: AWS answered ${name}.`);
  if (THROTTLED.has(name) || status === 429) {
    return new KeyturnError('aws-throttled', `${doing}: AWS throttled it (${name}). The next run tries again.`, {
      retryable: true,
    });
  }
  if (/^AccessDenied|^AuthorizationError|^UnauthorizedOperation|^NotAuthorized/.test(name)) {
    const denial = told(error.message, LONGEST_DENIAL) || 'access denied';
    return new KeyturnError('aws-denied', `${doing}: ${denial}. ${cureOf(denial)}`, { cause: new Error(denial) });
  }
  if (status === undefined || status >= 500) {
    return new KeyturnError('aws-uncertain', `${doing}: AWS gave no clear answer (${name}).`, { retryable: true });
  }
  return new KeyturnError('aws-rejected', `${doing}: AWS refused it (${name}, HTTP ${status}).`);
}

/** What a request may have held: a secret of its own, and the function's own credentials, which sign it. */
function secretsOf(sent: Redacted | undefined): KnownSecrets {
  const { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  const own = [AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN].map((secret = '') => new Redacted(secret));
  return new KnownSecrets(...own, ...(sent === undefined ? [] : [sent]));
}

/** Whose policy says no, in AWS's own words, and what helps there. The first that fits. */
const CURES: readonly (readonly [says: RegExp, cure: string])[] = [
  [
    /(service|resource) control policy/,
    "A policy of the organization says so, and deploying again does not change it: let the organization's administrators " +
      "exempt this function's role.",
  ],
  [
    /permissions boundary/,
    "A permissions boundary on this function's role says so, and deploying again does not change it: whoever set it has to " +
      'allow this.',
  ],
  [
    /explicit deny in an? /,
    'A policy denies it by name, and deploying again does not take that away, unless the policy is one of the stack and ' +
      'somebody has edited it.',
  ],
  [
    /: sts:(AssumeRole|TagSession) /,
    'Both the trust policy of the role and the rights of who asks have to allow sts:AssumeRole and sts:TagSession.',
  ],
  // A secret's rights stand in its own policy (ADR 0002).
  [/: secretsmanager:/, 'Deploy the stack again. AWS says the same of a secret that is gone: then see secret-missing.'],
];

/** Deploying again gives the rights of the stack back; what others deny it does not take away. */
function cureOf(denial: string): string {
  return CURES.find(([says]) => says.test(denial))?.[1] ?? 'Deploy the stack again.';
}

/** Runs one call and turns what it throws into a KeyturnError. @param sent the secret that the request holds */
export async function calling<Answer>(
  doing: string,
  expected: Expected,
  call: () => Promise<Answer>,
  sent?: Redacted,
): Promise<Answer> {
  try {
    return await call();
  } catch (thrown) {
    throw awsFailure(thrown, doing, expected, sent);
  }
}
