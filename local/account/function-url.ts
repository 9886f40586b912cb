import type { Principal } from './principal';
import type { RawRequest } from './wire/signature';

/** What an HTTP request to a function's URL says, once its signature has been accepted. */
export type UrlRequest = RawRequest;

/** What the function gave back, as JSON text. */
interface Result {
  readonly payload: string;
  /** It threw, timed out or died. */
  readonly functionError?: string | undefined;
}

/** What is sent back to whoever asked. */
export interface UrlAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** In place of `https://<id>.lambda-url.<region>.on.aws/`: there is no name server here. */
export const URL_PATH = '/lambda-url/';

/** The ID in a path that begins as the paths of function URLs do, and the path that the function is told. */
export function urlPathOf(target: string): { readonly id: string; readonly path: string } | undefined {
  if (!target.startsWith(URL_PATH)) return undefined;
  const [, id = '', path = ''] = /^\/lambda-url\/([a-z0-9]*)(.*)$/s.exec(target) ?? [];
  return { id, path: path.startsWith('/') ? path : `/${path}` };
}

interface Asked {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly caller: Principal;
  readonly requestId: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** The event that a function gets ("Request payload format" of function URLs, version 2.0). */
export function urlEvent({ method, target, headers, body }: UrlRequest, asked: Asked): unknown {
  const { id, accountId, region, caller, requestId, at } = asked;
  const { path } = urlPathOf(target) ?? { path: '/' };
  const [rawPath = '/', rawQueryString = ''] = split(path);
  const isText = /^(text\/|application\/(json|javascript|xml))/.test(single(headers['content-type']) ?? '');
  const query = [...new URLSearchParams(rawQueryString)];
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(',')])),
    ...(query.length === 0 ? {} : { queryStringParameters: Object.fromEntries(query) }),
    requestContext: {
      accountId,
      apiId: id,
      authentication: null,
      authorizer: {
        iam: {
          accessKey: caller.accessKeyId,
          accountId,
          callerId: caller.userId,
          cognitoIdentity: null,
          principalOrgId: null,
          userArn: caller.arn,
          userId: caller.userId,
        },
      },
      domainName: `${id}.lambda-url.${region}.on.aws`,
      domainPrefix: id,
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: single(headers['user-agent']) ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: new Date(at).toUTCString(),
      timeEpoch: at,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** What a function's result becomes on the wire ("Response payload format"): what has no status is the body itself. */
export function urlAnswer({ payload, functionError }: Result): UrlAnswer {
  if (functionError !== undefined) return plain(502, 'Internal Server Error');
  const result: unknown = JSON.parse(payload);
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) return plain(200, payload);
  const { statusCode, headers = {}, body = '', isBase64Encoded = false } = result as Readonly<Record<string, unknown>>;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const written = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: Number(statusCode),
    headers: { 'content-type': 'application/json', ...Object.fromEntries(written) },
    body: Buffer.from(text, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function plain(status: number, text: string): UrlAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
}

function split(path: string): readonly string[] {
  const at = path.indexOf('?');
  return at === -1 ? [path] : [path.slice(0, at), path.slice(at + 1)];
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
