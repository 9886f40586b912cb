import { AwsError } from './aws-error';

/** What an invocation came to. */
export interface FunctionAnswer {
  /** JSON text. */
  readonly payload: string;
  /** Set when the function threw, timed out or died. */
  readonly functionError?: string;
}

/** Where functions run. */
export interface FunctionHost {
  has(functionNameOrArn: string): boolean;
  invoke(functionNameOrArn: string, payload: string): Promise<FunctionAnswer>;
}

/** Lambda's API, as far as one function calls another. The functions themselves run elsewhere. */
export class LambdaApi {
  #host: FunctionHost | undefined;

  /** From now on functions of this host answer. */
  connect(host: FunctionHost): void {
    this.#host = host;
  }

  /** @throws AwsError ResourceNotFoundException */
  async invoke(functionName: string, payload: string): Promise<FunctionAnswer> {
    if (this.#host?.has(functionName) === true) return this.#host.invoke(functionName, payload);
    throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${functionName}`);
  }
}
