/** A Lambda function as it is deployed. */
export interface FunctionConfiguration {
  readonly functionName: string;
  readonly functionArn: string;
  /** Folder with the built code. */
  readonly codeDirectory: string;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
  /** Such as `nodejs24.x`. */
  readonly runtime: string;
  /** MB. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  readonly roleArn: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly description?: string | undefined;
  /** `x86_64` or `arm64`. @default x86_64 */
  readonly architecture?: string | undefined;
  /** Invocations at a time. @default - as many as come */
  readonly reservedConcurrency?: number | undefined;
  /** The queue or topic for asynchronous events that failed for good. */
  readonly deadLetterArn?: string;
}

/** What happens to asynchronous events that fail. */
export interface EventInvokeConfiguration {
  /** @default 2 */
  readonly maximumRetryAttempts?: number;
  /** @default 21600 */
  readonly maximumEventAgeInSeconds?: number;
  readonly onFailureArn?: string;
  readonly onSuccessArn?: string;
}
