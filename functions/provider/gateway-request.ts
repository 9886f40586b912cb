import * as z from 'zod';
import type { ProviderRequest } from './http-answer';
import type { Asked } from './provide';

/** Payload format 2.0 of an HTTP API, as much of it as is looked at. */
const eventSchema = z.object({
  version: z.literal('2.0'),
  rawPath: z.string(),
  rawQueryString: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  requestContext: z.object({
    requestId: z.string().max(128),
    http: z.object({ method: z.string(), sourceIp: z.string().max(64) }),
  }),
});

export interface GatewayRequest extends ProviderRequest {
  readonly asked: Asked;
}

/**
 * The request of an event of API Gateway; undefined for any other one. Names of headers are in small letters there, and
 * what stood in several headers of one name has commas between: a token has none, so that one with a comma is two.
 */
export function gatewayRequest(event: unknown): GatewayRequest | undefined {
  const { data } = eventSchema.safeParse(event);
  if (data === undefined) return undefined;
  const { rawPath, rawQueryString, headers, requestContext } = data;
  const { requestId: request, http } = requestContext;
  return {
    method: http.method,
    target: rawQueryString === '' ? rawPath : `${rawPath}?${rawQueryString}`,
    authorization: headers.authorization?.split(',') ?? [],
    asked: { request, address: http.sourceIp },
  };
}
