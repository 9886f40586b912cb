import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { AwsError } from '../account/aws-error';
import { URL_PATH } from '../account/function-url';
import type { SessionCredentials } from '../account/principal';
import type { Clock } from '../clock';
import { type Random, randomUuid } from '../random';
import type { Scheduler } from '../scheduler';
import { AsynchronousInvocations } from './asynchronous-invocations';
import { environmentVariables } from './environment-variables';
import { ExecutionEnvironment, type Outcome } from './execution-environment';
import type { EventInvokeConfiguration, FunctionConfiguration } from './function-configuration';
import type { InvocationResult } from './invocation';
import type { LogLine } from './log-line';
import { type Permission, permits } from './permission';
import { workerSource } from './worker-source';

export interface LambdaOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly region: string;
  /** Source of request IDs. */
  readonly random: Random;
  /** Opens a session of a function's role. */
  readonly credentials: (roleArn: string, functionName: string) => SessionCredentials;
  /** `AWS_ENDPOINT_URL` of the functions. */
  readonly endpointUrl?: string;
  /** Host names that are served on loopback: name to origin. Every other host but loopback is unknown. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Puts a message into a queue or topic: dead letters and destinations. */
  readonly send: (arn: string, body: string, attributes: Readonly<Record<string, string>>) => void;
  /** Told every line that a function writes. */
  readonly onLog?: (line: LogLine) => void;
  /** Told every invocation when it has ended, and when it began (ms since the epoch). */
  readonly onInvoked?: (functionName: string, begin: number, result: InvocationResult) => void;
  /** Told every invocation that did not begin, because as many as are reserved are under way. */
  readonly onThrottled?: (functionName: string) => void;
  /** Real ms without a result after which an invocation is taken to hang, and times out. @default 30000 */
  readonly watchdog?: number;
  /** Whether functions' timers go by the clock, and not only their sleep. @default false */
  readonly timersOnClock?: boolean;
}

/** A URL of a function, for signed requests. */
export interface FunctionUrl {
  readonly id: string;
  readonly FunctionUrl: string;
  /** ms since the epoch. */
  readonly createdAt: number;
}

interface DeployedFunction {
  readonly configuration: FunctionConfiguration;
  readonly permissions: Map<string, Permission>;
  readonly environments: Set<ExecutionEnvironment>;
  eventInvoke: EventInvokeConfiguration;
  url: FunctionUrl | undefined;
  /** ms since the epoch. */
  readonly modifiedAt: number;
}

/** Runs built functions as Lambda does: warm environments are used again, and a busy one means a second one. */
export class Lambda {
  readonly #functions = new Map<string, DeployedFunction>();
  readonly #asynchronous: AsynchronousInvocations;
  #realTime = false;

  constructor(private readonly options: LambdaOptions) {
    const { clock, scheduler, send } = options;
    const invoke = (name: string, payload: string, requestId: string) => this.#run(name, payload, requestId);
    this.#asynchronous = new AsynchronousInvocations({ clock, scheduler, send, invoke });
  }

  get functions(): readonly FunctionConfiguration[] {
    return [...this.#functions.values()].map(({ configuration }) => configuration);
  }

  /** Makes or updates a function; after an update its environments start cold. */
  async put(configuration: FunctionConfiguration): Promise<void> {
    const known = this.#functions.get(configuration.functionName);
    await this.kill(configuration.functionName);
    this.#functions.set(configuration.functionName, {
      configuration,
      permissions: known?.permissions ?? new Map(),
      environments: new Set(),
      eventInvoke: known?.eventInvoke ?? {},
      url: known?.url,
      modifiedAt: isSame(known?.configuration, configuration) ? (known?.modifiedAt ?? 0) : this.options.clock.now(),
    });
  }

  async remove(functionName: string): Promise<void> {
    await this.kill(functionName);
    this.#functions.delete(functionName);
  }

  /** Lets a service call a function, under a statement ID. @throws Error for an unknown function */
  addPermission(functionName: string, statementId: string, permission: Permission): void {
    this.#find(functionName).permissions.set(statementId, permission);
  }

  removePermission(functionName: string, statementId: string): void {
    this.#functions.get(nameOf(functionName))?.permissions.delete(statementId);
  }

  /** @throws Error for an unknown function */
  configureEventInvoke(functionName: string, settings: EventInvokeConfiguration): void {
    this.#find(functionName).eventInvoke = settings;
  }

  /** Gives a function a URL; one that it has stays what it is. @throws Error for an unknown function */
  addUrl(functionName: string): FunctionUrl {
    const deployed = this.#find(functionName);
    const { clock, region, endpointUrl } = this.options;
    // It follows from the account and the function: the same function has the same URL again.
    const id = createHash('sha256').update(deployed.configuration.functionArn).digest('hex').slice(0, 32);
    const FunctionUrl =
      endpointUrl === undefined ? `https://${id}.lambda-url.${region}.on.aws/` : `${endpointUrl}${URL_PATH}${id}/`;
    deployed.url ??= { id, FunctionUrl, createdAt: clock.now() };
    return deployed.url;
  }

  removeUrl(functionName: string): void {
    const deployed = this.#functions.get(nameOf(functionName));
    if (deployed !== undefined) deployed.url = undefined;
  }

  /** What a function's owner sees of it: its configuration, since when it is so, who may call it, and where. */
  describe(functionName: string) {
    const { configuration, permissions, modifiedAt, url } = this.#find(functionName);
    return { configuration, permissions: [...permissions], modifiedAt, url };
  }

  has(functionNameOrArn: string): boolean {
    return this.#functions.has(nameOf(functionNameOrArn));
  }

  /** Whether a service may call a function for one of its resources. */
  allows(functionNameOrArn: string, principal: string, sourceArn: string): boolean {
    const permissions = this.#functions.get(nameOf(functionNameOrArn))?.permissions.values() ?? [];
    return [...permissions].some((permission) => permits(permission, principal, sourceArn));
  }

  /**
   * Invokes a function and waits for its result.
   *
   * @throws Error for an unknown function; AwsError TooManyRequestsException
   */
  invoke(functionNameOrArn: string, payload: string): Promise<InvocationResult> {
    return this.#run(nameOf(functionNameOrArn), payload, randomUuid(this.options.random));
  }

  /** Invokes a function asynchronously; done after the first attempt. @throws Error for an unknown function */
  async invokeAsynchronously(functionNameOrArn: string, payload: string): Promise<void> {
    const { configuration, eventInvoke } = this.#find(functionNameOrArn);
    await this.#asynchronous.start(configuration, eventInvoke, payload, randomUuid(this.options.random));
  }

  /** Ends a function's environments in the middle of whatever they do. */
  async kill(functionName: string): Promise<void> {
    const environments = this.#functions.get(functionName)?.environments ?? [];
    await Promise.all([...environments].map((environment) => environment.kill()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#functions.keys()].map((name) => this.kill(name)));
  }

  /** Whether the clock runs with real time from here on: an invocation may really take as long as its timeout allows. */
  followRealTime(follows: boolean): void {
    this.#realTime = follows;
  }

  async #run(functionName: string, payload: string, requestId: string): Promise<InvocationResult> {
    const { clock } = this.options;
    const deployed = this.#find(functionName);
    const source = await workerSource();
    this.#assertFree(deployed);
    const warm = [...deployed.environments].find((environment) => !environment.isBusy && !environment.hasEnded);
    const environment = warm ?? this.#start(deployed, source);
    const begin = clock.now();
    const deadline = begin + deployed.configuration.timeout * 1000;
    const patience = this.#realTime ? deadline - begin : (this.options.watchdog ?? 30_000);
    const watchdog = setTimeout(() => {
      clock.advanceTo(deadline);
      environment.timeOut();
    }, patience);
    const outcome = await environment.invoke({ requestId, payload, deadline });
    clearTimeout(watchdog);
    if (environment.hasEnded) deployed.environments.delete(environment);
    if (outcome.kind === 'ended') environment.log(outcome.error.errorMessage, clock.now());
    const result = { requestId, duration: clock.now() - begin, coldStart: warm === undefined, ...resultOf(outcome) };
    this.options.onInvoked?.(functionName, begin, result);
    return result;
  }

  /** @throws AwsError TooManyRequestsException (Lambda API Reference, Invoke) */
  #assertFree({ configuration: { functionName, reservedConcurrency }, environments }: DeployedFunction): void {
    const busy = [...environments].filter(({ isBusy, hasEnded }) => isBusy && !hasEnded).length;
    if (reservedConcurrency === undefined || busy < reservedConcurrency) return;
    this.options.onThrottled?.(functionName);
    throw new AwsError('TooManyRequestsException', 429, 'Rate Exceeded.');
  }

  #start({ configuration, environments }: DeployedFunction, source: string): ExecutionEnvironment {
    const { clock, region, endpointUrl, hosts = {}, random } = this.options;
    const { functionName, functionArn, handler, memorySize, logGroupName, logFormat, codeDirectory } = configuration;
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logStreamName = `${day}/[$LATEST]${randomUuid(random).replaceAll('-', '')}`;
    const credentials = this.options.credentials(configuration.roleArn, functionName);
    const settings = {
      ...{ functionName, functionArn, handler, memorySize, logGroupName, logStreamName, logFormat, hosts },
      taskRoot: codeDirectory,
      clock: clock.shared,
      timersOnClock: this.options.timersOnClock === true,
    };
    const env = environmentVariables(configuration, { region, endpointUrl, credentials, logStreamName });
    const onLine = (line: string, at: number) =>
      this.options.onLog?.({ at, functionName, logGroupName, logStreamName, line });
    const environment = new ExecutionEnvironment(source, configuration, settings, env, onLine);
    environments.add(environment);
    return environment;
  }

  #find(functionNameOrArn: string): DeployedFunction {
    const found = this.#functions.get(nameOf(functionNameOrArn));
    if (found === undefined) throw new Error(`There is no function ${functionNameOrArn}`);
    return found;
  }
}

/** Another folder with the same name holds the same code: an asset is called by its digest. */
function isSame(one: FunctionConfiguration | undefined, other: FunctionConfiguration): boolean {
  const form = (configuration: FunctionConfiguration) =>
    JSON.stringify({ ...configuration, codeDirectory: basename(configuration.codeDirectory) });
  return one !== undefined && form(one) === form(other);
}

function resultOf(outcome: Outcome): Pick<InvocationResult, 'payload' | 'functionError'> {
  if (outcome.kind === 'succeeded') return { payload: outcome.payload };
  return { functionError: 'Unhandled', payload: JSON.stringify(outcome.error) };
}

function nameOf(functionNameOrArn: string): string {
  return /:function:([^:]+)/.exec(functionNameOrArn)?.[1] ?? functionNameOrArn;
}
