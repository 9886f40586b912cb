import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { type UrlAnswer, type UrlRequest, urlAnswer, urlEvent } from './function-url';
import { pageAfter, positionOf } from './paging';
import type { Principal } from './principal';

/** What an invoked function gave back. */
export interface FunctionResult {
  /** JSON text: the handler's result, or the error in Lambda's form. */
  readonly payload: string;
  /** Set when the function threw, timed out or died. */
  readonly functionError?: 'Handled' | 'Unhandled' | undefined;
}

/** Runs one function with a payload (JSON text) and waits for what it gives back. */
export type RunFunction = (payload: string) => FunctionResult | Promise<FunctionResult>;

/** What Lambda tells of a deployed function ("FunctionConfiguration" in its API reference), as far as it is known here. */
export interface DescribedFunction {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  readonly Description: string;
  readonly Runtime: string;
  readonly Handler: string;
  readonly Role: string;
  /** MB. */
  readonly MemorySize: number;
  /** Seconds. */
  readonly Timeout: number;
  /** Bytes. */
  readonly CodeSize: number;
  /** In base64. */
  readonly CodeSha256: string;
  /** As Lambda writes it: 2026-01-31T03:00:00.000+0000. */
  readonly LastModified: string;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly DeadLetterConfig?: { readonly TargetArn: string };
  readonly LoggingConfig: { readonly LogFormat: string; readonly LogGroup: string };
  readonly Architectures: readonly string[];
}

/** One statement of a function's own policy. */
export interface FunctionStatement {
  readonly Sid: string;
  readonly Principal: { readonly Service: string } | { readonly AWS: string };
  readonly Action: string;
  readonly Condition?: unknown;
}

/** Whom a function lets in. */
export interface GivenPermission {
  /** A service, such as `events.amazonaws.com`. */
  readonly principal: string;
  readonly sourceArn?: string;
}

/** A function's URL, for signed requests. */
export interface DescribedUrl {
  readonly id: string;
  readonly FunctionUrl: string;
  /** As Lambda writes it. */
  readonly CreationTime: string;
}

/** Functions that were deployed as bundles, and what runs them. */
export interface DeployedFunctions {
  /** By name. */
  list(): readonly DescribedFunction[];
  has(functionName: string): boolean;
  /** Of one that there is. */
  describe(functionName: string): DescribedFunction;
  policy(functionName: string): readonly FunctionStatement[];
  /** Lets a service in, or no longer: `undefined` takes the statement away. */
  permit(functionName: string, statementId: string, permission: GivenPermission | undefined): void;
  url(functionName: string): DescribedUrl | undefined;
  invoke(functionName: string, payload: string): Promise<FunctionResult>;
  /** Invokes it asynchronously: it starts when it is its turn, and nobody waits for what it gives back. */
  start(functionName: string, payload: string): void;
}

const NONE: DeployedFunctions = {
  list: () => [],
  has: () => false,
  describe: () => unknownFunction(),
  policy: () => [],
  permit: () => unknownFunction(),
  url: () => undefined,
  invoke: () => unknownFunction(),
  start: () => {},
};

export interface InvokeInput {
  /** A name, an ARN or a part of one, with or without a qualifier. */
  readonly FunctionName: string;
  /** @default 'RequestResponse' */
  readonly InvocationType?: InvocationType | undefined;
  readonly Qualifier?: string | undefined;
  readonly Payload: Uint8Array;
}

export type InvocationType = 'RequestResponse' | 'Event' | 'DryRun';

export interface InvokeOutput {
  readonly StatusCode: number;
  readonly Payload: Buffer;
  readonly FunctionError?: string | undefined;
  readonly ExecutedVersion?: string | undefined;
}

export interface AddPermissionInput {
  readonly FunctionName: string;
  readonly StatementId: string;
  readonly Action: string;
  readonly Principal: string;
  readonly SourceArn?: string | undefined;
}

/** Functions of a page at most, and by default ("ListFunctions"). */
const PAGE = 50;
/** Bytes of a request's payload ("Lambda quotas"). */
const LARGEST_PAYLOAD = 6 * 1_048_576;

const NAME = /^(?:(?:arn:[\w-]+:lambda:([\w-]+):)?(\d{12}):function:)?([\w-]{1,64})(?::(\$LATEST|[\w-]+))?$/;

/** Lambda as its callers see it: functions under a name. What runs them is told to it. */
export class Lambda {
  readonly #standIns = new Map<string, RunFunction>();
  #deployed: DeployedFunctions = NONE;
  #urlRequests = 0;

  constructor(
    private readonly accountId: string,
    private readonly region: string,
    private readonly clock: Clock,
  ) {}

  /** Where functions that were deployed as bundles run. */
  runOn(deployed: DeployedFunctions): void {
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
    if (input.InvocationType === 'Event') {
      const { name } = this.#parts(input.FunctionName);
      if (this.#deployed.has(name)) this.#deployed.start(name, payload);
      else await run(payload);
      return { StatusCode: 202, Payload: Buffer.alloc(0) };
    }
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
    const run = this.#standIns.get(name) ?? this.#runDeployed(name);
    if (run !== undefined && (qualifier === undefined || qualifier === '$LATEST')) return run;
    throw notFound(`Function not found: ${this.arn(qualifier === undefined ? name : `${name}:${qualifier}`)}`);
  }

  #runDeployed(name: string): RunFunction | undefined {
    if (!this.#deployed.has(name)) return undefined;
    return (payload) => this.#deployed.invoke(name, payload);
  }

  /** The function that a URL belongs to, as its caller would name it. @throws AwsError ResourceNotFoundException */
  functionOfUrl(id: string): string {
    const found = this.#deployed.list().find(({ FunctionName }) => this.#deployed.url(FunctionName)?.id === id);
    if (found === undefined) throw notFound('Not Found');
    return found.FunctionName;
  }

  /**
   * Invokes the function of a URL with what an HTTP request to it says, and with who has signed it.
   *
   * @throws AwsError ResourceNotFoundException, RequestTooLargeException
   */
  async invokeUrl(id: string, request: UrlRequest, caller: Principal): Promise<UrlAnswer> {
    const { region, accountId } = this;
    const at = this.clock.now();
    const name = this.functionOfUrl(id);
    this.#urlRequests += 1;
    const requestId = `00000000-0000-4000-8002-${this.#urlRequests.toString(16).padStart(12, '0')}`;
    const payload = JSON.stringify(urlEvent(request, { id, accountId, region, caller, requestId, at }));
    if (Buffer.byteLength(payload) > LARGEST_PAYLOAD) {
      throw new AwsError('RequestTooLargeException', 413, 'Request Entity Too Large');
    }
    return urlAnswer(await this.#deployed.invoke(name, payload));
  }

  /** Deployed ones only. @throws AwsError ResourceNotFoundException */
  getFunctionUrlConfig({ FunctionName }: { readonly FunctionName: string }) {
    const { FunctionArn, FunctionName: name } = this.getFunctionConfiguration({ FunctionName });
    const url = this.#deployed.url(name);
    if (url === undefined) throw notFound('The resource you requested does not exist.');
    const { FunctionUrl, CreationTime } = url;
    const settings = { AuthType: 'AWS_IAM', InvokeMode: 'BUFFERED' };
    return { FunctionUrl, FunctionArn, ...settings, CreationTime, LastModifiedTime: CreationTime };
  }

  /** Deployed ones only. @throws AwsError ResourceNotFoundException */
  getFunctionConfiguration({ FunctionName }: { readonly FunctionName: string }) {
    const { name } = this.#parts(FunctionName);
    if (!this.#deployed.has(name)) throw notFound(`Function not found: ${this.arn(name)}`);
    const status = { State: 'Active', LastUpdateStatus: 'Successful' };
    return { ...this.#deployed.describe(name), ...status, Version: '$LATEST', PackageType: 'Zip' };
  }

  /** Where its code can be fetched from is not told: there is no such place here. @throws AwsError ResourceNotFoundException */
  getFunction(input: { readonly FunctionName: string }) {
    return { Configuration: this.getFunctionConfiguration(input), Code: { RepositoryType: 'S3' }, Tags: {} };
  }

  listFunctions({ Marker, MaxItems = PAGE }: { readonly Marker?: string; readonly MaxItems?: number } = {}) {
    const invalid = () => new AwsError('InvalidParameterValueException', 400, 'Invalid Marker');
    const after = positionOf(Marker, invalid);
    const { items, token } = pageAfter(this.#deployed.list(), ({ FunctionName }) => FunctionName, MaxItems, after);
    return { Functions: items.map((one) => ({ ...one, Version: '$LATEST', PackageType: 'Zip' })), NextMarker: token };
  }

  /** Who else may call a function. @throws AwsError ResourceNotFoundException for an unknown function, or one without */
  getPolicy({ FunctionName }: { readonly FunctionName: string }) {
    const { FunctionArn, FunctionName: name } = this.getFunctionConfiguration({ FunctionName });
    const statements = this.#deployed.policy(name);
    if (statements.length === 0) throw notFound('The resource you requested does not exist.');
    const Statement = statements.map((statement) => ({
      Effect: 'Allow',
      Resource: FunctionArn,
      ...statement,
    }));
    return { Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement }) };
  }

  /**
   * Lets a service call a function. Other principals, actions and conditions are refused: nothing here would keep them.
   * @throws AwsError ResourceNotFoundException, ResourceConflictException, InvalidParameterValueException
   */
  addPermission(input: AddPermissionInput) {
    const { FunctionName, StatementId, Action, Principal, SourceArn } = input;
    const { FunctionName: name, FunctionArn } = this.getFunctionConfiguration({ FunctionName });
    if (Action !== 'lambda:InvokeFunction' || !/^[a-z0-9.-]+\.amazonaws\.com$/.test(Principal)) {
      const message = 'Only services are let in here, and only to lambda:InvokeFunction.';
      throw new AwsError('InvalidParameterValueException', 400, message);
    }
    if (this.#deployed.policy(name).some(({ Sid }) => Sid === StatementId)) {
      const message = `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`;
      throw new AwsError('ResourceConflictException', 409, message);
    }
    const permission = SourceArn === undefined ? {} : { sourceArn: SourceArn };
    this.#deployed.permit(name, StatementId, { principal: Principal, ...permission });
    const added = this.#deployed.policy(name).find(({ Sid }) => Sid === StatementId);
    return { Statement: JSON.stringify({ Effect: 'Allow', Action, Resource: FunctionArn, ...added }) };
  }

  /** @throws AwsError ResourceNotFoundException for an unknown function, or statement */
  removePermission({ FunctionName, StatementId }: { readonly FunctionName: string; readonly StatementId: string }) {
    const { FunctionName: name } = this.getFunctionConfiguration({ FunctionName });
    if (!this.#deployed.policy(name).some(({ Sid }) => Sid === StatementId)) {
      throw notFound(`Statement ${StatementId} is not found in resource policy.`);
    }
    this.#deployed.permit(name, StatementId, undefined);
  }

  #parts(functionName: string) {
    const [, region, accountId, name = functionName, qualifier] = NAME.exec(functionName) ?? [];
    return { region: region ?? this.region, accountId: accountId ?? this.accountId, name, qualifier };
  }
}

function unknownFunction(): never {
  throw new Error('No function is deployed');
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
