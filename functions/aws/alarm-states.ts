import { KeyturnError } from '../core/errors';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';
import { refusal, signedPost } from './signed-post';

/** An alarm as CloudWatch has it now. */
export interface SeenAlarm {
  readonly name: string;
  /** `OK`, `ALARM`, `INSUFFICIENT_DATA`. */
  readonly state: string;
  /** Whether it tells anybody. */
  readonly tells: boolean;
}

/**
 * The alarms whose names begin so, all pages, in JSON (CloudWatch's API reference, "Making API requests", protocol
 * `awsJson1_0`).
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
  const { status, text } = await signedPost(config, {
    host: 'monitoring',
    signingName: 'monitoring',
    endpointVariable: 'AWS_ENDPOINT_URL_CLOUDWATCH',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'GraniteServiceVersion20100801.DescribeAlarms',
    },
    body: JSON.stringify(input),
  });
  const document = documentOf(text);
  if (status === 200) return document;
  const { __type: type = '', message, Message: words = message } = document;
  throw refusal(String(type).replace(/^.*#/, ''), typeof words === 'string' ? words : '', status);
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
