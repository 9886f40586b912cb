import { STSClient } from '@aws-sdk/client-sts';
import { HttpRequest } from '@smithy/core/protocols';
import { KeyturnError } from '../core/errors';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

/** An alarm as CloudWatch has it now. */
export interface SeenAlarm {
  readonly name: string;
  /** `OK`, `ALARM`, `INSUFFICIENT_DATA`. */
  readonly state: string;
  /** Whether it tells anybody. */
  readonly tells: boolean;
}

/** The host names of services end so, by the region's beginning; the others in `amazonaws.com`. */
const SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
];

/**
 * The alarms whose names begin so, all pages. One call of a service is no reason for a client of its own: it is signed by
 * what signs for STS, and speaks JSON (CloudWatch's API reference, "Making API requests", protocol `awsJson1_0`).
 *
 * @throws KeyturnError `aws-*`
 */
export async function alarmStates(
  prefix: string,
  config: ClientConfig = reviewConfig(),
): Promise<readonly SeenAlarm[]> {
  const found: SeenAlarm[] = [];
  let NextToken: string | undefined;
  do {
    const asked = { AlarmNamePrefix: prefix, MaxRecords: 100, NextToken };
    const page = await calling('cloudwatch:DescribeAlarms', {}, () => ask(config, asked));
    const alarms = Array.isArray(page.MetricAlarms) ? page.MetricAlarms : [];
    found.push(...alarms.flatMap(alarmOf));
    NextToken = typeof page.NextToken === 'string' ? page.NextToken : undefined;
  } while (NextToken !== undefined);
  return found;
}

type Document = Readonly<Record<string, unknown>>;

async function ask(config: ClientConfig, input: Document): Promise<Document> {
  const { config: client } = new STSClient(config);
  const region = await client.region();
  const url = new URL(endpointOf(config, region));
  const request = new HttpRequest({
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    method: 'POST',
    path: '/',
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'GraniteServiceVersion20100801.DescribeAlarms',
    },
    body: JSON.stringify(input),
  });
  const scheme = { name: 'sigv4' as const, signingName: 'monitoring', signingRegion: region, properties: {} };
  const signed = await (await client.signer(scheme)).sign(request);
  const { response } = await client.requestHandler.handle(new HttpRequest(signed));
  const document = documentOf(Buffer.from(await client.streamCollector(response.body)).toString('utf8'));
  if (response.statusCode === 200) return document;
  const { __type: type = '', message, Message: text = message } = document;
  const error = new Error(typeof text === 'string' ? text : '');
  error.name = String(type).replace(/^.*#/, '') || `HTTP ${response.statusCode}`;
  throw Object.assign(error, { $metadata: { httpStatusCode: response.statusCode } });
}

function endpointOf({ endpoint }: ClientConfig, region: string): string {
  const given = endpoint ?? process.env.AWS_ENDPOINT_URL_CLOUDWATCH ?? process.env.AWS_ENDPOINT_URL;
  const suffix = SUFFIXES.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com';
  return given ?? `https://monitoring.${region}.${suffix}`;
}

function documentOf(text: string): Document {
  const document: unknown = text === '' ? {} : JSON.parse(text);
  if (typeof document === 'object' && document !== null) return document as Document;
  throw new KeyturnError('aws-uncertain', 'cloudwatch:DescribeAlarms: the answer is no document.', { retryable: true });
}

function alarmOf(alarm: unknown): readonly SeenAlarm[] {
  const {
    AlarmName: name,
    StateValue: state,
    ActionsEnabled: tells,
    AlarmActions: actions,
  } = (alarm ?? {}) as Document;
  if (typeof name !== 'string' || typeof state !== 'string') return [];
  return [{ name, state, tells: tells !== false && Array.isArray(actions) && actions.length > 0 }];
}
