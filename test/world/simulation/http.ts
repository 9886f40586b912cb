import type { z } from 'zod';
import type { Time } from '../../../functions/account/ports';
import { badAnswer, type Call, noAnswer, refused } from '../../../functions/hosts/http/host-error';
import type { HttpRequest, Send } from '../../../functions/hosts/http/http';
import { type Answer, answer } from '../../../local/hosts/bitbucket/answer';
import { parseRoute } from '../../../local/hosts/bitbucket/route';
import { remembering } from './memo';
import type { FaultChoice } from './port-call';
import { callerOf } from './sdk';

/** What `functions/hosts/http/http.ts` is in a simulation: the same answers and errors, without a socket. */
export function openHttp({ time }: { readonly time: Time }): Send {
  const { process, cloud } = callerOf();
  return async <T>(request: HttpRequest, schema: z.ZodType<T>, call: Call): Promise<T> => {
    const { url, route } = placeOf(request.url);
    const mutates = request.method !== 'GET' && route.kind !== 'oauth-token';
    const about = 'place' in route ? placeName(route.place) : url.pathname;
    const failure = (fault: FaultChoice): Error => {
      if (fault.kind === 'throttled') return refused(call, 429, undefined, time.now());
      if (fault.kind === 'forbidden') return refused(call, fault.status, undefined, time.now());
      if (fault.kind === 'refused') return refused(call, 503, undefined, time.now());
      return noAnswer(call, 'timeout', mutates);
    };
    const authorization = request.authorization.reveal();
    const answered = await process.call<Answer>(
      {
        service: 'bitbucket',
        action: `${request.method} ${route.kind}`,
        about,
        mutates,
        repeatable: false,
        host: url.hostname,
        variable: mutates ? variableOf(request) : undefined,
      },
      (fault) => {
        if (fault === 'expired' && route.kind !== 'oauth-token')
          cloud.bitbucket.revoke(authorization.split(' ')[1] ?? '');
        const body = request.body?.text.reveal() ?? '';
        const asked = { method: request.method, url, route, authorization, body };
        return answer(cloud.bitbucket, asked, { stale: fault === 'stale' });
      },
      failure,
    );
    request.onHeaders?.(answered.headers);
    if (answered.status < 200 || answered.status > 299) {
      throw refused(call, answered.status, answered.headers['retry-after'], time.now());
    }
    const parsed = read(schema, answered.body) as z.ZodSafeParseResult<T>;
    if (parsed.success) return parsed.data;
    throw badAnswer(call, `status ${answered.status}, but not the JSON that was expected`, {
      status: answered.status,
      retryable: true,
      mayHaveHappened: mutates,
    });
  };
}

/** Hosts are asked for the same places again and again. */
const placeOf = remembering(
  (text: string) => {
    const url = new URL(text);
    return { url, route: parseRoute(url.pathname) };
  },
  (text) => [text, 0],
);

/** The same answer is read once. */
const read = remembering(
  (schema: z.ZodType, body: string) => schema.safeParse(JSON.parse(body)),
  (schema, body) => [schema, body],
);

/** The name of the variable that a request writes. */
function variableOf({ body }: HttpRequest): string | undefined {
  if (body === undefined) return undefined;
  const { key }: { readonly key?: string } = JSON.parse(body.text.reveal());
  return key;
}

/** `workspace/repository/…`, which tells whose place it is. */
function placeName(place: object): string {
  const { workspace, repository, environment, level }: Record<string, unknown> = { ...place };
  return [workspace, repository, environment ?? level].filter((part) => part !== undefined).join('/');
}
