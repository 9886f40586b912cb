import type { ProviderAnswer } from './provide';

/** A request, as much of it as is looked at. */
export interface ProviderRequest {
  readonly method: string | undefined;
  /** Path with query, as it came. */
  readonly target: string | undefined;
  /** Its Authorization headers, all of them. */
  readonly authorization: readonly string[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Holds secrets where the status is 200: never log it. */
  readonly body: string;
}

/** Whatever was wrong. */
const NOTHING = '{"error":"refused"}';

const HEADERS = {
  'cache-control': 'no-store',
  'content-type': 'application/json',
  'x-content-type-options': 'nosniff',
} as const;

/** Answers a runner, in both forms of the provider. What a request has beside these three parts is never read. */
export async function httpAnswer(
  { method, target, authorization }: ProviderRequest,
  provided: (authorization: readonly string[]) => Promise<ProviderAnswer>,
): Promise<HttpAnswer> {
  if (target !== '/') return refusal(404);
  if (method !== 'GET' && method !== 'POST') return refusal(405);
  const answer = await provided(authorization);
  if (answer.status !== 200) return refusal(answer.status);
  return { status: 200, headers: HEADERS, body: answer.variables.reveal() };
}

/** The same few bytes for every reason. */
export function refusal(status: number): HttpAnswer {
  return { status, headers: HEADERS, body: NOTHING };
}
