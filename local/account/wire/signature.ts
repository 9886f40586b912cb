import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { AwsError } from '../aws-error';

/** A request as it came in, before anything was made of it. */
export interface RawRequest {
  readonly method: string;
  /** Path and query string as on the request line. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What the Authorization header says. */
export interface ClaimedSignature {
  readonly accessKeyId: string;
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** yyyymmddThhmmssZ, from X-Amz-Date. */
  readonly timestamp: string;
  readonly sessionToken: string | undefined;
}

const HEADER =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
const MUST_BE_SIGNED = ['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target', 'x-amz-content-sha256'];

/** @throws AwsError MissingAuthenticationToken, IncompleteSignature */
export function claimedSignature({ headers }: RawRequest): ClaimedSignature {
  const authorization = single(headers.authorization);
  if (authorization === undefined) {
    throw new AwsError('MissingAuthenticationToken', 403, 'Missing Authentication Token');
  }
  const [, accessKeyId, date, region, service, signed, signature] = HEADER.exec(authorization) ?? [];
  const timestamp = single(headers['x-amz-date']);
  if (!accessKeyId || !date || !region || !service || !signed || !signature || !timestamp?.startsWith(date)) {
    const message = 'Authorization header requires Credential, SignedHeaders, Signature and a matching X-Amz-Date.';
    throw new AwsError('IncompleteSignature', 403, message);
  }
  const signedHeaders = signed.split(';');
  const unsigned = MUST_BE_SIGNED.find((name) => headers[name] !== undefined && !signedHeaders.includes(name));
  if (unsigned !== undefined) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      403,
      `'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`,
    );
  }
  const sessionToken = single(headers['x-amz-security-token']);
  return { accessKeyId, date, region, service, signedHeaders, signature, timestamp, sessionToken };
}

/**
 * The signature that this request has when it is signed with a secret: Signature Version 4, written from AWS's
 * description and not with the SDK's own signer, so that the two check each other.
 */
export function expectedSignature(request: RawRequest, claim: ClaimedSignature, secretAccessKey: string): string {
  const separator = request.target.indexOf('?');
  const path = separator === -1 ? request.target : request.target.slice(0, separator);
  const query = separator === -1 ? '' : request.target.slice(separator + 1);
  const headers = claim.signedHeaders.map((name) => `${name}:${headerValue(request.headers[name])}\n`).join('');
  const isS3 = claim.service === 's3';
  // All services but S3 sign a path that is encoded twice; S3 signs what a header says of the payload.
  const canonicalSegment = (segment: string) => encode(isS3 ? decodePath(segment) : segment);
  const payload = isS3 ? headerValue(request.headers['x-amz-content-sha256']) : sha256(request.body);
  const canonical = [
    request.method,
    path === '/' || path === '' ? '/' : path.split('/').map(canonicalSegment).join('/'),
    canonicalQuery(query),
    headers,
    claim.signedHeaders.join(';'),
    payload,
  ].join('\n');
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${claim.timestamp}\n${scope}\n${sha256(canonical)}`;
  return createHmac('sha256', signingKey(secretAccessKey, claim)).update(text).digest('hex');
}

/** yyyymmddThhmmssZ as ms since the epoch; NaN when it is something else. */
export function signedAt(timestamp: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** ms since the epoch as yyyymmddThhmmssZ. */
export function signatureTime(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

const keys = new Map<string, KeyObject>();

/** Four HMACs a day, region, service and secret, not four a request. */
function signingKey(secret: string, { date, region, service }: ClaimedSignature): KeyObject {
  const name = `${date}/${region}/${service}/${secret}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  if (keys.size > 1000) keys.clear();
  let key: Buffer = Buffer.from(`AWS4${secret}`, 'utf8');
  for (const part of [date, region, service, 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
  const signing = createSecretKey(key);
  keys.set(name, signing);
  return signing;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [encode(decode(name)), encode(decode(value.join('=')))] as const;
  });
  pairs.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function headerValue(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/\s+/g, ' ');
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** RFC 3986: everything but letters, digits and `-_.~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** In a query a plus is a space. */
function decode(text: string): string {
  return decodePath(text.replace(/\+/g, '%20'));
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** In small hexadecimal digits. */
export function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}
