import { Clock } from '../../clock';
import type { FunctionConfiguration } from '../../lambda/function-configuration';
import { Lambda, type LambdaOptions } from '../../lambda/lambda';
import { seededRandom } from '../../random';
import { Scheduler } from '../../scheduler';
import { bundle } from './bundle';

export const START = Date.parse('2026-03-01T00:00:00Z');

/** A Lambda service of its own, with everything it sends and logs kept. */
export class Sandbox {
  readonly clock = new Clock(START);
  readonly scheduler = new Scheduler(this.clock);
  readonly sent: {
    readonly arn: string;
    readonly body: string;
    readonly attributes: Readonly<Record<string, string>>;
  }[] = [];
  readonly lines: string[] = [];
  readonly lambda: Lambda;

  constructor(options: Partial<LambdaOptions> = {}) {
    this.lambda = new Lambda({
      clock: this.clock,
      scheduler: this.scheduler,
      region: 'eu-central-1',
      random: seededRandom(1),
      credentials: () => ({ accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'token' }),
      endpointUrl: 'http://127.0.0.1:9',
      send: (arn, body, attributes) => this.sent.push({ arn, body, attributes }),
      onLog: ({ line }) => this.lines.push(line),
      ...options,
    });
  }

  /** Deploys source text as the function `test`. */
  async deploy(source: string, changes: Partial<FunctionConfiguration> = {}): Promise<void> {
    await this.lambda.put({
      functionName: 'test',
      functionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:test',
      codeDirectory: await bundle(source),
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      memorySize: 256,
      timeout: 60,
      roleArn: 'arn:aws:iam::111122223333:role/test',
      environment: {},
      logGroupName: '/aws/lambda/test',
      logFormat: 'Text',
      ...changes,
    });
  }

  async invoke(event: unknown = {}): Promise<unknown> {
    const { payload } = await this.lambda.invoke('test', JSON.stringify(event));
    const value: unknown = JSON.parse(payload);
    return value;
  }
}
