import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { urlToHttpOptions } from 'node:url';

type Callback = (response: http.IncomingMessage) => void;
type Send = (options: https.RequestOptions, callback?: Callback) => http.ClientRequest;

/** Who follows what is sent. */
export interface Watch {
  /** Before a request is made. */
  readonly sending: () => void;
  readonly sent: (request: http.ClientRequest) => http.ClientRequest;
}

/**
 * Sends requests for the mapped host names to servers on loopback, by plain http, whatever protocol the caller asked
 * for. The server still sees the name that the caller knows (`Host`, `X-Forwarded-Proto`).
 *
 * @param hosts name to origin.
 * @param watch of all requests, also those for other names. @default nobody
 */
export function installHostMap(
  hosts: Readonly<Record<string, string>>,
  { sending, sent }: Watch = { sending: () => {}, sent: (request) => request },
): void {
  const origins = new Map(Object.entries(hosts).map(([name, origin]) => [name, new URL(origin)]));
  const agents = new WeakMap<http.Agent, http.Agent>();
  const plainHttp: Send = http.request.bind(http);

  const mapped = (send: Send, protocol: string): Send => {
    return (options, callback) => {
      sending();
      const name = options.hostname ?? options.host?.replace(/:\d+$/, '') ?? 'localhost';
      const origin = origins.get(name);
      if (origin === undefined) return sent(send(options, callback));
      return sent(plainHttp(redirected(options, name, origin, protocol, agents), callback));
    };
  };
  install(http, mapped(http.request.bind(http), 'http'));
  install(https, mapped(https.request.bind(https), 'https'));
  syncBuiltinESMExports();
}

function redirected(
  options: https.RequestOptions,
  name: string,
  origin: URL,
  protocol: string,
  agents: WeakMap<http.Agent, http.Agent>,
): http.RequestOptions {
  const { agent, headers, method, path, auth, timeout, signal, setHost: _setHost } = options;
  return {
    protocol: 'http:',
    hostname: origin.hostname,
    port: origin.port,
    ...present({ method, path, timeout, signal }),
    headers: [...withHost(headers, name, protocol), ...authorizationOf(auth, headers)],
    ...(agent instanceof http.Agent ? { agent: plainAgent(agent, agents) } : present({ agent })),
  };
}

/** An https agent cannot open plain connections: each gets one companion that can, so keep-alive keeps working. */
function plainAgent(agent: http.Agent, agents: WeakMap<http.Agent, http.Agent>): http.Agent {
  if (!(agent instanceof https.Agent)) return agent;
  const known = agents.get(agent) ?? new http.Agent({ ...agent.options, protocol: 'http:' });
  agents.set(agent, known);
  return known;
}

/**
 * What Node makes of `auth`, which is also where the user of a URL goes. It leaves it out where headers come as a list,
 * as ours do.
 */
function authorizationOf(auth: string | null | undefined, headers: https.RequestOptions['headers']): string[] {
  const isGiven = Array.isArray(headers) || Object.keys(headers ?? {}).some((name) => /^authorization$/i.test(name));
  if (auth === undefined || auth === null || isGiven) return [];
  return ['Authorization', `Basic ${Buffer.from(auth).toString('base64')}`];
}

function withHost(headers: https.RequestOptions['headers'], name: string, protocol: string): string[] {
  const entries: [string, string][] = [];
  if (Array.isArray(headers)) {
    for (let index = 0; index + 1 < headers.length; index += 2) {
      entries.push([String(headers[index]), String(headers[index + 1])]);
    }
  } else {
    for (const [key, value] of Object.entries(headers ?? {})) {
      if (value === undefined) continue;
      for (const one of Array.isArray(value) ? value : [value]) entries.push([key, String(one)]);
    }
  }
  const kept = entries.filter(([key]) => key.toLowerCase() !== 'host');
  return [['Host', name] as const, ['X-Forwarded-Proto', protocol] as const, ...kept].flat();
}

/** Puts a replacement in for `request` and `get`, in all the forms in which they can be called. */
function install(module: typeof http | typeof https, send: Send): void {
  const request = (first: string | URL | https.RequestOptions, second?: unknown, third?: unknown) => {
    const fromUrl =
      typeof first === 'string'
        ? urlToHttpOptions(new URL(first))
        : first instanceof URL
          ? urlToHttpOptions(first)
          : first;
    const extra = typeof second === 'object' && second !== null ? second : {};
    const callback = typeof second === 'function' ? second : third;
    return send({ ...fromUrl, ...extra }, typeof callback === 'function' ? (callback as Callback) : undefined);
  };
  const get: typeof request = (...args) => {
    const sent = request(...args);
    sent.end();
    return sent;
  };
  Object.assign(module, { request, get });
}

function present<T extends object>(values: T): Partial<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
