import { HttpApi, type HttpApiOptions } from './http-api';
import type { Lambda } from './lambda';

/** API Gateway of one account and region: HTTP APIs in front of functions. */
export class HttpApis {
  /** Logical ID of an integration to the ARN of its function. */
  readonly integrations = new Map<string, string>();
  readonly #apis = new Map<string, HttpApi>();

  constructor(
    private readonly options: Pick<HttpApiOptions, 'accountId' | 'clock'> & {
      readonly region: string;
      readonly lambda: Lambda;
    },
  ) {}

  get ids(): readonly string[] {
    return [...this.#apis.keys()];
  }

  find(id: string): HttpApi | undefined {
    return this.#apis.get(id);
  }

  /** Starts an API that is not there yet. */
  async put(id: string): Promise<HttpApi> {
    const known = this.#apis.get(id);
    if (known !== undefined) return known;
    const { accountId, region, clock, lambda } = this.options;
    const api = await HttpApi.start({
      id,
      accountId,
      clock,
      mayInvoke: (functionArn, stage, method, path) =>
        lambda.allows(
          functionArn,
          'apigateway.amazonaws.com',
          `arn:aws:execute-api:${region}:${accountId}:${id}/${stage}/${method}${path}`,
        ),
      invoke: (functionArn, payload) => lambda.invoke(functionArn, payload),
    });
    this.#apis.set(id, api);
    return api;
  }

  async remove(id: string): Promise<void> {
    const api = this.#apis.get(id);
    this.#apis.delete(id);
    await api?.close();
  }

  async close(): Promise<void> {
    await Promise.all(this.ids.map((id) => this.remove(id)));
  }
}
