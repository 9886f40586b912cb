import { KeyturnError } from '../core/errors';
import { type Caller, callerOf, urlEventSchema } from '../core/request/caller';
import { MOST_REQUEST_BYTES } from '../core/request/request';
import type { Started } from '../runtime/handle';

/** Who asks, and what was sent. */
export interface FrontRequest extends Started {
  readonly caller: Caller;
  /** Undefined where it is no JSON, or larger than a request. */
  readonly document: unknown;
}

/**
 * Reads the event of the function's URL. Who asks is what AWS says of the signature, and nothing else.
 *
 * @throws KeyturnError `invalid-request` for an event in which AWS says nobody: whoever made it did not come through the
 *   URL, so nothing is done, and people are told
 */
export function frontRequestOf(event: unknown): FrontRequest {
  const parsed = urlEventSchema.safeParse(event);
  if (!parsed.success) {
    throw new KeyturnError(
      'invalid-request',
      "It did not come through the function's URL with a signature that AWS has checked. Somebody invoked the function itself.",
    );
  }
  const caller = callerOf(parsed.data);
  const { body = '', isBase64Encoded, requestContext } = parsed.data;
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  const isPost = requestContext.http.method === 'POST' && requestContext.http.path === '/';
  const document = isPost && Buffer.byteLength(text) <= MOST_REQUEST_BYTES ? jsonOf(text) : undefined;
  return { trigger: 'request', facts: { by: caller.arn, byId: caller.userId }, caller, document };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
