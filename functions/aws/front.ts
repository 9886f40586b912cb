import { GetFunctionUrlConfigCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { KeyturnError } from '../core/errors';
import { answerSchema, type OperateAnswer } from '../core/request/answer';
import { type ClientConfig, callerConfig } from './client-config';
import { calling } from './failure';

/** A deployed front as those who ask know it. Every method throws KeyturnError `aws-*`. */
export interface Front {
  /** Signs a request with one's own credentials and sends it. It is never sent twice by itself. */
  ask(request: unknown, at: Date): Promise<OperateAnswer>;
}

/** Milliseconds: its function lives for a minute. */
const LONGEST_ANSWER = 75_000;

/**
 * Finds the URL of a front. Lambda itself tells it: nobody else can have requests sent elsewhere.
 *
 * @param functionName name or ARN of the front's function
 * @throws KeyturnError `aws-*`, `invalid-config` where there is no such front
 */
export async function findFront(functionName: string, config: ClientConfig = callerConfig()): Promise<Front> {
  const client = new LambdaClient(config);
  const { FunctionUrl = '' } = await calling(
    `lambda:GetFunctionUrlConfig of ${functionName}`,
    { ResourceNotFoundException: 'invalid-config' },
    () => client.send(new GetFunctionUrlConfigCommand({ FunctionName: functionName })),
  );
  const url = new URL(FunctionUrl);
  if (url.protocol !== 'https:' && url.hostname !== '127.0.0.1') {
    throw new KeyturnError('invalid-config', `The URL of ${functionName} is ${url.origin}, expected one of https.`);
  }
  return { ask: async (request, at) => answerOf(await send(client, url, JSON.stringify(request), at), functionName) };
}

async function send(client: LambdaClient, url: URL, body: string, signingDate: Date): Promise<Response> {
  const { protocol, hostname, port, pathname: path, host } = url;
  const signer = await client.config.signer();
  const { headers } = await signer.sign(
    {
      ...{ protocol, hostname, method: 'POST', path, body },
      ...(port === '' ? {} : { port: Number(port) }),
      query: {},
      headers: { host, 'content-type': 'application/json' },
    },
    { signingDate },
  );
  const { host: _ofTheUrl, ...sent } = headers;
  try {
    return await fetch(url, {
      method: 'POST',
      headers: sent,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(LONGEST_ANSWER),
    });
  } catch {
    throw new KeyturnError(
      'aws-uncertain',
      `${host} did not answer: whether it was done is not known. "keyturn status" shows where the key stands; ask again with the same command.`,
      { retryable: true },
    );
  }
}

async function answerOf(response: Response, functionName: string): Promise<OperateAnswer> {
  const text = await response.text().catch(() => '');
  const answer = answerSchema.safeParse(jsonOf(text));
  if (answer.success) return answer.data;
  const asking = `Asking ${functionName}`;
  if (response.status === 403) {
    const cure =
      'Your policies have to allow lambda:InvokeFunctionUrl and, through the URL, lambda:InvokeFunction on it ' +
      '(docs/operate/permissions.md); an administrator also needs a second factor.';
    throw new KeyturnError('aws-denied', `${asking}: AWS did not let you in. ${cure}`);
  }
  if (response.status === 429) {
    throw new KeyturnError('aws-throttled', `${asking}: too many calls at a time. Ask again.`, { retryable: true });
  }
  const known = 'Whether it was done is not known: "keyturn status" shows where the key stands.';
  throw new KeyturnError(
    'aws-uncertain',
    `${asking}: HTTP ${response.status} without an answer of Keyturn's. ${known}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
