import { STSClient } from '@aws-sdk/client-sts';
import { HttpRequest } from '@smithy/core/protocols';
import type { ClientConfig } from './client-config';

/** A service of which one call is made. */
export interface Asked {
  /** What its host names begin with. */
  readonly host: string;
  /** What its requests are signed for. */
  readonly signingName: string;
  /** The variable of the environment that says where it is instead. */
  readonly endpointVariable: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The host names of services end so, by the region's beginning; the others in `amazonaws.com`. */
const SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
];

/** Asks a service of which one call is no reason for a client of its own: what signs for STS signs it. */
export async function signedPost(
  config: ClientConfig,
  { host, signingName, endpointVariable, headers, body }: Asked,
): Promise<{ readonly status: number; readonly text: string }> {
  const { config: client } = new STSClient(config);
  const region = await client.region();
  const suffix = SUFFIXES.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com';
  const given = config.endpoint ?? process.env[endpointVariable] ?? process.env.AWS_ENDPOINT_URL;
  const url = new URL(given ?? `https://${host}.${region}.${suffix}`);
  const request = new HttpRequest({
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    method: 'POST',
    path: '/',
    headers: { host: url.host, ...headers },
    body,
  });
  const scheme = { name: 'sigv4' as const, signingName, signingRegion: region, properties: {} };
  const signed = await (await client.signer(scheme)).sign(request);
  const { response } = await client.requestHandler.handle(new HttpRequest(signed));
  const text = Buffer.from(await client.streamCollector(response.body)).toString('utf8');
  return { status: response.statusCode, text };
}

/** What an answer says went wrong, in the form of the SDK's errors. */
export function refusal(name: string, message: string, httpStatusCode: number): Error {
  const error = new Error(message);
  error.name = name || `HTTP ${httpStatusCode}`;
  return Object.assign(error, { $metadata: { httpStatusCode } });
}
