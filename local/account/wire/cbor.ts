import { cbor, dateToTag } from '@smithy/core/cbor';
import { AwsError } from '../aws-error';
import type { RawRequest } from './signature';
import type { WireAnswer, WireRefusal } from './wire-answer';

const PATH = /^\/service\/(\w+)\/operation\/(\w+)$/;

/** Whether a request speaks Smithy's RPC v2 in CBOR, as CloudWatch's clients do. */
export function isCbor({ headers }: RawRequest): boolean {
  return headers['smithy-protocol'] === 'rpc-v2-cbor';
}

/** The service, by the name in its model, the action and the parameters. @throws AwsError SerializationException */
export function parseCbor({ target, body }: RawRequest) {
  const [, service = '', action = ''] = PATH.exec(target) ?? [];
  try {
    const input: unknown = body.length === 0 ? {} : cbor.deserialize(body);
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
      return { service, action, input: input as Record<string, unknown> };
    }
  } catch {
    // The refusal below says all that AWS says.
  }
  throw new AwsError('SerializationException', 400, 'The request body is not a CBOR map.');
}

export function cborAnswer(output: unknown, requestId: string): WireAnswer {
  return { status: 200, headers: headers(requestId), body: bodyOf(output ?? {}) };
}

export function cborRefusal({ status, message }: WireRefusal, code: string, requestId: string): WireAnswer {
  return { status, headers: headers(requestId), body: bodyOf({ __type: code, message }) };
}

function headers(requestId: string) {
  return { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId };
}

function bodyOf(output: unknown): Buffer {
  return Buffer.from(cbor.serialize(plain(output)));
}

/** CBOR has instants of its own, and no members that are not there. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return dateToTag(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}
