import { AwsError } from './aws-error';

/** What an invoked function gave back. */
export interface FunctionResult {
  /** JSON text: the handler's result, or the error in Lambda's form. */
  readonly payload: string;
  /** Set when the function threw, timed out or died. */
  readonly functionError?: 'Handled' | 'Unhandled' | undefined;
}

/** Runs one function with a payload (JSON text) and waits for what it gives back. */
export type RunFunction = (payload: string) => FunctionResult | Promise<FunctionResult>;

export interface InvokeInput {
  /** A name, an ARN or a part of one, with or without a qualifier. */
  readonly FunctionName: string;
  /** @default 'RequestResponse' */
  readonly InvocationType?: 'RequestResponse' | 'DryRun' | undefined;
  readonly Qualifier?: string | undefined;
  readonly Payload: Uint8Array;
}

export interface InvokeOutput {
  readonly StatusCode: number;
  readonly Payload: Buffer;
  readonly FunctionError?: string | undefined;
  readonly ExecutedVersion?: string | undefined;
}

/** Bytes of a request's payload ("Lambda quotas"). */
const LARGEST_PAYLOAD = 6 * 1_048_576;

const NAME = /^(?:(?:arn:[\w-]+:lambda:([\w-]+):)?(\d{12}):function:)?([\w-]{1,64})(?::(\$LATEST|[\w-]+))?$/;

/** Lambda as its callers see it: functions under a name. What runs them is told to it. */
export class Lambda {
  readonly #standIns = new Map<string, RunFunction>();
  #deployed: (functionName: string) => RunFunction | undefined = () => undefined;

  constructor(
    private readonly accountId: string,
    private readonly region: string,
  ) {}

  /** Where functions that were deployed as bundles run. */
  runOn(deployed: (functionName: string) => RunFunction | undefined): void {
    this.#deployed = deployed;
  }

  /** Makes or replaces a function without a bundle, or one version or alias of it (`name:live`): it is what `run` does. */
  standIn(functionName: string, run: RunFunction): void {
    this.#standIns.set(functionName, run);
  }

  remove(functionName: string): void {
    this.#standIns.delete(functionName);
  }

  /** What policies name, whichever way a caller has named the function. */
  arn(functionName: string): string {
    const { region, accountId, name, qualifier } = this.#parts(functionName);
    return `arn:aws:lambda:${region}:${accountId}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
  }

  /**
   * @throws AwsError ResourceNotFoundException, AccessDeniedException for another account's function,
   * InvalidRequestContentException, RequestTooLargeException
   */
  async invoke(input: InvokeInput): Promise<InvokeOutput> {
    const run = this.#find(input);
    const { length } = input.Payload;
    if (length > LARGEST_PAYLOAD) {
      const message = `Request must be smaller than ${LARGEST_PAYLOAD} bytes for the InvokeFunction operation`;
      throw new AwsError('RequestTooLargeException', 413, message);
    }
    const payload = length === 0 ? '{}' : Buffer.from(input.Payload).toString('utf8');
    assertJson(payload);
    if (input.InvocationType === 'DryRun') return { StatusCode: 204, Payload: Buffer.alloc(0) };
    const result = await run(payload);
    return {
      StatusCode: 200,
      FunctionError: result.functionError,
      ExecutedVersion: '$LATEST',
      Payload: Buffer.from(result.payload, 'utf8'),
    };
  }

  #find({ FunctionName, Qualifier }: InvokeInput): RunFunction {
    const { region, accountId, name, qualifier = Qualifier } = this.#parts(FunctionName);
    if (accountId !== this.accountId) {
      const message = `The caller is not authorized to perform: lambda:InvokeFunction on resource: ${FunctionName}`;
      throw new AwsError('AccessDeniedException', 403, message);
    }
    if (region !== this.region) {
      throw notFound(`Functions from '${region}' are not reachable in this region ('${this.region}')`);
    }
    const qualified = this.#standIns.get(`${name}:${qualifier}`);
    if (qualified !== undefined) return qualified;
    const run = this.#standIns.get(name) ?? this.#deployed(name);
    if (run !== undefined && (qualifier === undefined || qualifier === '$LATEST')) return run;
    throw notFound(`Function not found: ${this.arn(qualifier === undefined ? name : `${name}:${qualifier}`)}`);
  }

  #parts(functionName: string) {
    const [, region, accountId, name = functionName, qualifier] = NAME.exec(functionName) ?? [];
    return { region: region ?? this.region, accountId: accountId ?? this.accountId, name, qualifier };
  }
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', 404, message);
}

function assertJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch {
    const message = 'Could not parse request body into json: Could not parse payload into json';
    throw new AwsError('InvalidRequestContentException', 400, message);
  }
}
