import { AwsError } from '../../account/aws-error';
import { escapeXml } from '../../account/wire/query';
import { type RawRequest, sha256 } from '../../account/wire/signature';
import type { WireAnswer, WireRefusal } from '../../account/wire/wire-answer';
import { unchunk } from './aws-chunked';

/** A request to S3: what it asks for stands in method, path, query and headers. */
export interface S3Request {
  readonly action: string;
  readonly input: Record<string, unknown>;
}

/** How the payload is signed: not at all, or not at all and with a checksum behind it. Anything else is its hash. */
const UNSIGNED = 'UNSIGNED-PAYLOAD';
const UNSIGNED_CHUNKS = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

/** Query parameters that mean something here, or nothing at all; another one asks for something that is not here. */
const PARAMETERS = [
  'x-id',
  'versionId',
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'continuation-token',
  'start-after',
  'encoding-type',
  'object-lock',
  'retention',
];

/** Request header to member of PutObject's input. */
const PUT_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'ContentType',
  'content-md5': 'ContentMD5',
  'if-none-match': 'IfNoneMatch',
  'x-amz-checksum-crc32': 'ChecksumCRC32',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-object-lock-mode': 'ObjectLockMode',
};

/**
 * Takes a path-style request apart.
 * @throws AwsError NotImplemented, XAmzContentSHA256Mismatch, IncompleteBody
 */
export function parseS3({ method, target, headers, body }: RawRequest): S3Request {
  const url = new URL(target, 'http://s3');
  const [bucket = '', ...rest] = url.pathname.slice(1).split('/');
  const [Bucket, Key] = [decodeURIComponent(bucket), decodeURIComponent(rest.join('/'))];
  const query = url.searchParams;
  const strange = [...query.keys()].find((name) => !PARAMETERS.includes(name));
  if (strange !== undefined || Bucket === '') throw notHere(`${method} ${strange ?? url.pathname}`);
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const versioned = { Bucket, Key, VersionId: query.get('versionId') ?? undefined };
  if (Key === '') {
    if (method === 'PUT') {
      const locked = header('x-amz-bucket-object-lock-enabled') === 'true';
      return { action: 'CreateBucket', input: { Bucket, ObjectLockEnabledForBucket: locked } };
    }
    if (method === 'HEAD') return { action: 'HeadBucket', input: { Bucket } };
    if (method === 'GET' && query.has('object-lock'))
      return { action: 'GetObjectLockConfiguration', input: { Bucket } };
    if (method === 'GET' && query.get('list-type') === '2')
      return { action: 'ListObjectsV2', input: list(Bucket, query) };
    throw notHere(`${method} of a bucket`);
  }
  if (query.has('retention')) {
    if (method === 'GET') return { action: 'GetObjectRetention', input: versioned };
    throw notHere(`${method} of a retention`);
  }
  switch (method) {
    case 'PUT':
      return { action: 'PutObject', input: put({ Bucket, Key }, payload(header, body), header, headers) };
    case 'GET':
      return { action: 'GetObject', input: versioned };
    case 'HEAD':
      return { action: 'HeadObject', input: versioned };
    case 'DELETE': {
      const BypassGovernanceRetention = header('x-amz-bypass-governance-retention') === 'true';
      return { action: 'DeleteObject', input: { ...versioned, BypassGovernanceRetention } };
    }
    default:
      throw notHere(method);
  }
}

type Header = (name: string) => string | undefined;

/** The payload that was meant, with the checksums that came behind it. */
function payload(header: Header, body: Buffer) {
  const signed = header('x-amz-content-sha256');
  if (signed === UNSIGNED) return { body, trailers: {} };
  if (signed === UNSIGNED_CHUNKS) {
    const found = unchunk(body);
    const length = header('x-amz-decoded-content-length');
    if (length !== undefined && Number(length) !== found.body.length) {
      throw new AwsError('IncompleteBody', 400, 'The request body is not as long as x-amz-decoded-content-length says');
    }
    return found;
  }
  if (signed?.startsWith('STREAMING-') === true) throw notHere(`A payload signed as ${signed}`);
  if (signed !== sha256(body)) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw new AwsError('XAmzContentSHA256Mismatch', 400, message);
  }
  return { body, trailers: {} };
}

function put(
  object: { readonly Bucket: string; readonly Key: string },
  { body: Body, trailers }: { readonly body: Buffer; readonly trailers: Readonly<Record<string, string>> },
  header: Header,
  headers: RawRequest['headers'],
) {
  const sent = (name: string) => trailers[name] ?? header(name);
  const checksum = [...Object.keys(headers), ...Object.keys(trailers)].find((name) => /^x-amz-checksum-/.test(name));
  if (checksum !== undefined && checksum !== 'x-amz-checksum-crc32') throw notHere(`The checksum ${checksum}`);
  if (header('x-amz-copy-source') !== undefined) throw notHere('CopyObject');
  const until = header('x-amz-object-lock-retain-until-date');
  const metadata = Object.keys(headers).filter((name) => name.startsWith('x-amz-meta-'));
  return {
    ...object,
    Body,
    ...Object.fromEntries(Object.entries(PUT_HEADERS).map(([name, member]) => [member, sent(name)])),
    ObjectLockRetainUntilDate: until === undefined ? undefined : new Date(until),
    Metadata: Object.fromEntries(metadata.map((name) => [name.slice('x-amz-meta-'.length), header(name) ?? ''])),
  };
}

function list(Bucket: string, query: URLSearchParams) {
  const maximum = query.get('max-keys');
  return {
    Bucket,
    Prefix: query.get('prefix') ?? undefined,
    Delimiter: query.get('delimiter') ?? undefined,
    ContinuationToken: query.get('continuation-token') ?? undefined,
    StartAfter: query.get('start-after') ?? undefined,
    EncodingType: query.get('encoding-type') ?? undefined,
    MaxKeys: maximum === null ? undefined : Number(maximum),
  };
}

/** Member of an output to response header. */
const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  ETag: 'etag',
  VersionId: 'x-amz-version-id',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  ChecksumCRC32: 'x-amz-checksum-crc32',
  ContentType: 'content-type',
  ObjectLockMode: 'x-amz-object-lock-mode',
  DeleteMarker: 'x-amz-delete-marker',
  Location: 'location',
};

/** Answers that are documents. */
const ELEMENTS: Readonly<Record<string, string>> = {
  ListObjectsV2: 'ListBucketResult',
  GetObjectRetention: 'Retention',
  GetObjectLockConfiguration: 'ObjectLockConfiguration',
};

/** The answer to a request: members of the output as headers, the object itself or a list as the body. */
export function s3Answer(action: string, output: unknown, requestId: string): WireAnswer {
  const members = typeof output === 'object' && output !== null ? new Map(Object.entries(output)) : new Map();
  const headers: Record<string, string> = { 'x-amz-request-id': requestId };
  const element = ELEMENTS[action];
  if (element !== undefined) {
    const xml = `<${element} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${flat(members)}</${element}>`;
    return { status: 200, headers: { ...headers, 'content-type': 'application/xml' }, body: xml };
  }
  for (const [member, name] of Object.entries(ANSWER_HEADERS)) {
    const value: unknown = members.get(member);
    if (value !== undefined) headers[name] = String(value);
  }
  const modified: unknown = members.get('LastModified');
  if (modified instanceof Date) headers['last-modified'] = modified.toUTCString();
  const until: unknown = members.get('ObjectLockRetainUntilDate');
  if (until instanceof Date) headers['x-amz-object-lock-retain-until-date'] = until.toISOString();
  for (const [name, value] of Object.entries(members.get('Metadata') ?? {})) {
    headers[`x-amz-meta-${name}`] = String(value);
  }
  const body: unknown = members.get('Body');
  return { status: action === 'DeleteObject' ? 204 : 200, headers, body: Buffer.isBuffer(body) ? body : '' };
}

/** The codes that S3 words differently. */
const CODES: Readonly<Record<string, string>> = {
  InvalidClientTokenId: 'InvalidAccessKeyId',
  MissingAuthenticationToken: 'AccessDenied',
  IncompleteSignature: 'AuthorizationHeaderMalformed',
  InternalFailure: 'InternalError',
  UnknownOperationException: 'NotImplemented',
};

/** S3's error document. */
export function s3Refusal(error: WireRefusal, requestId: string): WireAnswer {
  const code = escapeXml(CODES[error.code] ?? error.code);
  const text = `<Code>${code}</Code><Message>${escapeXml(error.message)}</Message><RequestId>${requestId}</RequestId>`;
  const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId };
  return { status: error.status, headers, body: `<?xml version="1.0" encoding="UTF-8"?><Error>${text}</Error>` };
}

/** S3's lists are flat: the member's element once for every item. */
function flat(members: ReadonlyMap<string, unknown>): string {
  let text = '';
  for (const [name, value] of members) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined) text += `<${name}>${content(item)}</${name}>`;
    }
  }
  return text;
}

function content(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) return flat(new Map(Object.entries(value)));
  return escapeXml(String(value));
}

function notHere(what: string): AwsError {
  return new AwsError('NotImplemented', 501, `${what} is not supported here.`);
}
