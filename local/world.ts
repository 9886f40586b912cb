import { Account } from './account/account';
import { type AccountEvent, isoSeconds } from './account/event';
import type { ArrivedEvent } from './account/other-buses';
import { resourcePolicies } from './account/policy/resource-policies';
import { type AccountServer, startAccountServer } from './account/wire/server';
import { CallCounts } from './call-counts';
import { Clock } from './clock';
import { Courier } from './courier';
import { EventBus } from './events/event-bus';
import type { Queues } from './events/queues';
import { runningRules } from './events/running-rules';
import { AlarmClock } from './evidence/cloudwatch/alarm-clock';
import type { Alarms } from './evidence/cloudwatch/alarms';
import { MetricShipper } from './evidence/cloudwatch/metric-shipper';
import { queueMetrics } from './evidence/cloudwatch/queue-metrics';
import { LogFeeds } from './evidence/logs/log-feeds';
import { type HostName, type Hosts, hostsOf, type StartedHosts, startHosts } from './hosts/register';
import { deployedFunctions } from './lambda/deployed-functions';
import { HttpApis } from './lambda/http-apis';
import type { InvocationResult } from './lambda/invocation';
import { Lambda } from './lambda/lambda';
import type { LogLine } from './lambda/log-line';
import { LogShipper } from './log-shipper';
import { type Random, randomUuid, seededRandom, wholeBetween } from './random';
import { Scheduler } from './scheduler';
import { plainStack, readCloudAssembly, type SynthesizedStack, stacksIn } from './stack/cloud-assembly';
import type { Deployment } from './stack/deployment';
import { Stack } from './stack/stack';
import { eventDelay, type WorldOptions } from './world-options';

const HOUR = 3_600_000;

/**
 * An AWS account, CI hosts and the deployed functions in one process, on one clock. The functions are real bundles
 * that speak real HTTP on loopback; time is what `runUntil` makes of it.
 */
export class World {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly account: Account;
  /** The CI hosts by name, as a test sets them up and looks at them. */
  readonly hosts: Hosts;
  readonly queues: Queues;
  readonly bus: EventBus;
  /** What event buses of other accounts and regions have taken, oldest first. */
  readonly forwarded: readonly ArrivedEvent[];
  readonly functions: Lambda;
  /** HTTP APIs in front of them. */
  readonly httpApis: HttpApis;
  /** AWS calls by function. */
  readonly calls = new CallCounts();
  /** Everything that the functions have written. */
  readonly logs: LogLine[] = [];
  readonly #exports = new Map<string, string>();
  readonly #stacks = new Map<string, Stack>();
  readonly #logListeners: ((line: LogLine) => void)[] = [];
  readonly #newId: () => string;
  #onError: (error: unknown, task: string) => void = () => {};

  /** Starts all servers on loopback ports. The caller closes the world. */
  static async start(options: WorldOptions): Promise<World> {
    const stream = (purpose: string) => seededRandom(`${options.seed ?? 1}/${purpose}`);
    const clock = new Clock(options.start.getTime());
    const account = new Account({ clock, random: stream('account'), ...options.account });
    const calls: CallCounts[] = [];
    const accountServer = await startAccountServer({
      latency: wholeBetween(stream('account-latency'), 15, 60),
      ...(options.resourcePolicies === true ? { authorize: resourcePolicies(account) } : {}),
      ...options.accountServer,
      account,
      onCall: (call, outcome) => {
        for (const counts of calls) counts.add(call);
        options.accountServer?.onCall?.(call, outcome);
      },
    });
    const hosts = await startHosts({ clock, account, random: stream }, options.hosts);
    const world = new World(options, account, accountServer, hosts, stream('ids'));
    calls.push(world.calls);
    return world;
  }

  private constructor(
    options: WorldOptions,
    account: Account,
    private readonly accountServer: AccountServer,
    private readonly startedHosts: StartedHosts,
    random: Random,
  ) {
    const { clock, accountId, region } = account;
    const scheduler = new Scheduler(clock);
    this.queues = account.sqs.queues;
    const courier = new Courier(account.sns, this.queues, clock, account.otherBuses);
    const shipper = new LogShipper(account.logs);
    this.#newId = () => randomUuid(random);
    this.forwarded = account.otherBuses.arrived;
    const { metrics, alarms } = account.cloudWatch;
    const metricShipper = new MetricShipper(metrics);
    metrics.derive(queueMetrics(this.queues));
    new AlarmClock(alarms, scheduler, clock);
    this.clock = clock;
    this.scheduler = scheduler;
    this.account = account;
    this.hosts = hostsOf(startedHosts);
    this.functions = new Lambda({
      clock,
      scheduler,
      region,
      random,
      credentials: (roleArn, functionName) => account.roleSession(roleArn, functionName),
      endpointUrl: accountServer.url,
      hosts: this.origins,
      send: (arn, body, attributes) => courier.send(arn, body, attributes),
      onLog: (line) => {
        this.logs.push(line);
        shipper.ship(line);
        metricShipper.logged(line);
        for (const listener of this.#logListeners) listener(line);
      },
      onThrottled: (functionName) => metricShipper.throttled(functionName, clock.now()),
      onInvoked: (functionName, begin, result) => metricShipper.invoked(functionName, begin, result),
      watchdog: options.watchdog,
      timersOnClock: options.timersOnClock,
    });
    this.httpApis = new HttpApis({ accountId, region, clock, lambda: this.functions });
    account.logs.runOn(new LogFeeds({ account, lambda: this.functions, scheduler, copies: options.logBatchCopies }));
    account.lambda.runOn(deployedFunctions(this.functions, { clock, scheduler }));
    this.bus = new EventBus({
      clock,
      scheduler,
      accountId,
      region,
      newId: this.#newId,
      deliver: async (targetArn, payload, ruleArn) => {
        if (options.lose?.(targetArn, payload) === true) return;
        if (options.passOver?.(targetArn, payload) === true) {
          metricShipper.repeat(targetArn.slice(targetArn.lastIndexOf(':') + 1), clock.now());
          return;
        }
        await courier.deliver(this.functions, targetArn, payload, ruleArn);
      },
      deadLetter: (queueArn, body, attributes) => courier.send(queueArn, body, attributes),
      delayOf: (event) => eventDelay(event, options),
      tamper: options.tamper,
    });
    account.eventBridge.runOn(runningRules(this.bus));
    account.cloudFormation.runOn({
      drift: (stackName) => this.#stacks.get(stackName)?.drift() ?? [],
      importers: (name) =>
        [...this.#stacks.values()].filter(({ imports }) => imports.has(name)).map(({ stackName }) => stackName),
      delete: (stackName) => this.#deleteStack(stackName),
    });
    account.onEvent((event) => this.bus.publish(event));
  }

  /** For `AWS_ENDPOINT_URL`. */
  get accountUrl(): string {
    return this.accountServer.url;
  }

  /** Where the names of the CI hosts lead: name to origin. */
  get origins(): Readonly<Record<string, string>> {
    return Object.assign({}, ...Object.values(this.startedHosts).map(({ origins }) => origins));
  }

  /** The base URL of a host's API. */
  hostUrl<N extends HostName>(name: N): StartedHosts[N]['url'] {
    return this.startedHosts[name].url;
  }

  /** CloudWatch's alarms; `history()` has their changes of state. */
  get alarms(): Alarms {
    return this.account.cloudWatch.alarms;
  }

  /** Calls back for every line that a function writes, when it is written. */
  onLog(listener: (line: LogLine) => void): void {
    this.#logListeners.push(listener);
  }

  /**
   * Deploys what was synthesized, one stack after the other.
   * @returns what the first stack has become, on which the others depend. @throws Error that names the resource
   */
  async deployAll(cdkOut: string): Promise<Deployment> {
    const [first, ...others] = stacksIn(cdkOut);
    const deployment = await this.deploy(cdkOut, first);
    for (const stackName of others) await this.deploy(cdkOut, stackName);
    return deployment;
  }

  /**
   * Deploys a synthesized stack, or brings a deployed one up to date, and sends CloudFormation's event about it.
   * @param stackName needed when the folder holds more than one. @throws Error that names the resource
   */
  async deploy(cdkOut: string, stackName?: string): Promise<Deployment> {
    return this.#deploy(readCloudAssembly(cdkOut, stackName));
  }

  /**
   * Deploys a template without assets, or brings the stack of one up to date.
   * @throws Error that names the parameter, the rule or the resource
   */
  deployTemplate(stackName: string, body: string, parameters: Readonly<Record<string, string>>): Promise<Deployment> {
    return this.#deploy(plainStack(stackName, body, parameters));
  }

  async #deploy(synthesized: SynthesizedStack): Promise<Deployment> {
    const name = synthesized.stackName;
    const { account, functions: lambda, bus, queues, httpApis } = this;
    const services = { account, lambda, bus, queues, httpApis, exports: this.#exports };
    const stack = this.#stacks.get(name) ?? new Stack(services, name, account.cloudFormation.deleted(name));
    this.#stacks.set(name, stack);
    const deployment = await stack.deploy(synthesized);
    bus.publish(this.#stackEvent(deployment.stackId, deployment.status));
    return deployment;
  }

  /** Lives through everything that is due until an instant. */
  runUntil(instant: Date): Promise<void> {
    return this.scheduler.runUntil(instant.getTime());
  }

  /** Invokes a function now and waits for its result. @throws Error for an unknown function */
  invoke(functionName: string, event: unknown): Promise<InvocationResult> {
    return this.functions.invoke(functionName, JSON.stringify(event ?? null));
  }

  /** From here on the world runs with real time. @param onError is told when a task of the world fails */
  followRealTime(onError: (error: unknown, task: string) => void): void {
    this.#onError = onError;
    this.clock.run();
    this.functions.followRealTime(true);
    this.scheduler.start(onError);
  }

  /**
   * Takes a world that runs with real time on to an instant: lives through everything that is due until then at once,
   * and runs with real time from there. What fails on the way is told as it is told in real time.
   *
   * @param signal ends the way there at the next full hour of the world's time
   * @throws RangeError for an instant that has passed
   */
  async moveOn(instant: Date, signal?: AbortSignal): Promise<void> {
    if (instant.getTime() < this.clock.now()) throw new RangeError(`${instant.toISOString()} has passed already`);
    await this.scheduler.stop();
    this.clock.halt();
    this.functions.followRealTime(false);
    while (this.clock.now() < instant.getTime() && signal?.aborted !== true) {
      const next = Math.min(instant.getTime(), this.clock.now() + HOUR);
      await this.runUntil(new Date(next)).catch((error: unknown) => this.#onError(error, 'A task of the clock'));
    }
    this.followRealTime(this.#onError);
  }

  async close(): Promise<void> {
    await this.httpApis.close();
    await this.functions.close();
    await this.scheduler.stop();
    await Promise.all([this.accountServer, ...Object.values(this.startedHosts)].map((server) => server.close()));
  }

  async #deleteStack(stackName: string): Promise<ReadonlyMap<string, string>> {
    const stack = this.#stacks.get(stackName);
    if (stack === undefined) return new Map();
    const left = await stack.delete();
    if (left.size === 0) this.#stacks.delete(stackName);
    this.bus.publish(this.#stackEvent(stack.stackId, left.size === 0 ? 'DELETE_COMPLETE' : 'DELETE_FAILED'));
    return left;
  }

  #stackEvent(stackId: string, status: string): AccountEvent {
    return {
      version: '0',
      id: this.#newId(),
      'detail-type': 'CloudFormation Stack Status Change',
      source: 'aws.cloudformation',
      account: this.account.accountId,
      time: isoSeconds(this.clock.now()),
      region: this.account.region,
      resources: [stackId],
      detail: { 'stack-id': stackId, 'status-details': { status, 'status-reason': '' } },
    };
  }
}
