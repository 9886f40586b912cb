import { AwsError } from './aws-error';
import type { AccountEvent, Emit, EventDraft } from './event';
import { isEventBus, type OtherBuses } from './other-buses';
import type { Principal } from './principal';

/** PutEvents: "the total entry size must be less than 1MB" (256 KB before 2026). */
const MOST_BYTES = 1_048_576;
/** What an entry's time counts as. */
const TIME_BYTES = 14;

export interface PutEventsEntry {
  readonly Source?: string | undefined;
  readonly DetailType?: string | undefined;
  /** JSON text of an object. */
  readonly Detail?: string | undefined;
  readonly Resources?: readonly string[] | undefined;
  readonly Time?: Date | undefined;
  /** The name or the ARN of the default bus, which is the only one here, or the ARN of another account's or region's. */
  readonly EventBusName?: string | undefined;
}

/** The rules of the default bus that are run, whoever runs them. */
export interface RunningRules {
  list(): readonly { readonly rule: EventRule; readonly targets: readonly RuleTargetShape[] }[];
  /** Lets a rule rest, or run again. */
  enable(name: string, enabled: boolean): void;
  /** Gives a rule other targets. Of those that it has by ID nothing changes. */
  retarget(name: string, targets: readonly RuleTargetShape[]): void;
  remove(name: string): void;
}

export interface RuleTargetShape {
  readonly Id: string;
  readonly Arn: string;
  readonly Input?: string | undefined;
  readonly DeadLetterConfig?: { readonly Arn: string } | undefined;
}

/** A rule as the account lists it; matching and scheduling are the business of whoever listens to the account. */
export interface EventRule {
  readonly Name: string;
  readonly Arn: string;
  readonly State: 'ENABLED' | 'DISABLED';
  readonly EventPattern?: string | undefined;
  readonly ScheduleExpression?: string | undefined;
  readonly Description?: string | undefined;
  readonly EventBusName: string;
}

export interface PutRuleInput {
  readonly Name: string;
  readonly EventPattern?: string | undefined;
  readonly ScheduleExpression?: string | undefined;
  readonly Description?: string | undefined;
  /** Default `ENABLED`. */
  readonly State?: 'ENABLED' | 'DISABLED' | undefined;
}

export interface EventBridgeOptions {
  readonly accountId: string;
  readonly region: string;
  readonly emit: Emit;
  /** The event as a bus hands it on. */
  readonly eventOf: (draft: EventDraft) => AccountEvent;
  readonly otherBuses: OtherBuses;
}

/** Who calls PutEvents, and at which region's endpoint. */
interface Caller {
  readonly principal?: Principal;
  readonly region: string;
}

/** EventBridge's default bus: events go to the account's listeners; rules are listed, not run. */
export class EventBridge {
  readonly #rules = new Map<string, EventRule>();
  readonly #targets = new Map<string, readonly RuleTargetShape[]>();
  #running: RunningRules = { list: () => [], enable: () => {}, retarget: () => {}, remove: () => {} };
  readonly #options: EventBridgeOptions;
  readonly #arnPrefix: string;
  readonly #defaultBus: ReadonlySet<string | undefined>;

  constructor(options: EventBridgeOptions) {
    const { accountId, region } = options;
    this.#options = options;
    this.#arnPrefix = `arn:aws:events:${region}:${accountId}:rule/`;
    this.#defaultBus = new Set([undefined, 'default', `arn:aws:events:${region}:${accountId}:event-bus/default`]);
  }

  /** Tells it of the rules that are run: they are listed beside those of `putRule`. */
  runOn(running: RunningRules): void {
    this.#running = running;
  }

  /**
   * A bad entry fails alone, with an error code in its place of the answer.
   * @throws AwsError ValidationException when all of them together are too large
   */
  putEvents(input: { readonly Entries: readonly PutEventsEntry[] }, caller: Caller = { region: this.#options.region }) {
    if (input.Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= MOST_BYTES) {
      throw new AwsError('ValidationException', 400, 'Total size of the entries in the request is over the limit.');
    }
    const Entries = input.Entries.map((entry) => this.#putEvent(entry, caller));
    return { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries };
  }

  /** @throws AwsError ValidationException when the rule has neither pattern nor schedule. */
  putRule(input: PutRuleInput) {
    if (input.EventPattern === undefined && input.ScheduleExpression === undefined) {
      const message = 'Parameter(s) EventPattern or ScheduleExpression must be specified.';
      throw new AwsError('ValidationException', 400, message);
    }
    const Arn = this.#arnPrefix + input.Name;
    if (!this.#targets.has(input.Name)) this.#targets.set(input.Name, []);
    this.#rules.set(input.Name, { ...input, Arn, State: input.State ?? 'ENABLED', EventBusName: 'default' });
    return { RuleArn: Arn };
  }

  /** @throws AwsError ResourceNotFoundException */
  describeRule(input: { readonly Name: string }): EventRule {
    const rule = this.#rules.get(input.Name) ?? this.#find(input.Name)?.rule;
    if (rule !== undefined) return rule;
    throw new AwsError('ResourceNotFoundException', 400, `Rule ${input.Name} does not exist on EventBus default.`);
  }

  listRules(input: { readonly NamePrefix?: string | undefined } = {}) {
    const all = [...this.#rules.values(), ...this.#running.list().map(({ rule }) => rule)];
    const rules = all.filter((rule) => rule.Name.startsWith(input.NamePrefix ?? ''));
    return { Rules: rules.sort((a, b) => (a.Name < b.Name ? -1 : 1)) };
  }

  /** @throws AwsError ResourceNotFoundException */
  listTargetsByRule({ Rule }: { readonly Rule: string }) {
    return { Targets: this.#targetsOf(Rule) };
  }

  /** @throws AwsError ResourceNotFoundException */
  putTargets({ Rule, Targets }: { readonly Rule: string; readonly Targets: readonly RuleTargetShape[] }) {
    const others = this.#targetsOf(Rule).filter(({ Id }) => Targets.every((target) => target.Id !== Id));
    this.#retarget(Rule, [...others, ...Targets]);
    return { FailedEntryCount: 0, FailedEntries: [] };
  }

  /** @throws AwsError ResourceNotFoundException */
  removeTargets({ Rule, Ids }: { readonly Rule: string; readonly Ids: readonly string[] }) {
    this.#retarget(
      Rule,
      this.#targetsOf(Rule).filter(({ Id }) => !Ids.includes(Id)),
    );
    return { FailedEntryCount: 0, FailedEntries: [] };
  }

  /** One that is not there is no mistake ("DeleteRule"). @throws AwsError ValidationException while it has targets */
  deleteRule({ Name }: { readonly Name: string }): void {
    if (!this.#rules.has(Name) && this.#find(Name) === undefined) return;
    if (this.#targetsOf(Name).length > 0) {
      throw new AwsError('ValidationException', 400, "Rule can't be deleted since it has targets.");
    }
    this.#running.remove(Name);
    this.#rules.delete(Name);
    this.#targets.delete(Name);
  }

  /** @throws AwsError ResourceNotFoundException */
  #targetsOf(name: string): readonly RuleTargetShape[] {
    this.describeRule({ Name: name });
    return this.#targets.get(name) ?? this.#find(name)?.targets ?? [];
  }

  #retarget(name: string, targets: readonly RuleTargetShape[]): void {
    if (this.#rules.has(name)) this.#targets.set(name, targets);
    else this.#running.retarget(name, targets);
  }

  listRuleNamesByTarget({ TargetArn }: { readonly TargetArn: string }) {
    const sending = this.#running.list().filter(({ targets }) => targets.some(({ Arn }) => Arn === TargetArn));
    return { RuleNames: sending.map(({ rule }) => rule.Name).sort() };
  }

  /** @throws AwsError ResourceNotFoundException */
  enableRule(name: string, enabled: boolean): void {
    const rule = this.describeRule({ Name: name });
    if (this.#rules.has(name)) this.#rules.set(name, { ...rule, State: enabled ? 'ENABLED' : 'DISABLED' });
    else this.#running.enable(name, enabled);
  }

  #find(name: string) {
    return this.#running.list().find(({ rule }) => rule.Name === name);
  }

  #putEvent(entry: PutEventsEntry, caller: Caller) {
    const { Source, DetailType, Detail } = entry;
    if (Source === undefined || DetailType === undefined || Detail === undefined) {
      return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameters Source, DetailType and Detail are required.' };
    }
    if (Source.startsWith('aws.')) {
      return { ErrorCode: 'NotAuthorizedForSource', ErrorMessage: 'Not authorized for the source.' };
    }
    const detail = parsedDetail(Detail);
    if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const draft = {
      source: Source,
      detailType: DetailType,
      detail,
      resources: entry.Resources ?? [],
      time: entry.Time?.getTime(),
    };
    return this.#defaultBus.has(entry.EventBusName)
      ? { EventId: this.#options.emit({ ...draft, region: caller.region }) }
      : this.#putElsewhere(entry.EventBusName ?? '', draft, caller);
  }

  /** A bus is known at the endpoint of its own region. */
  #putElsewhere(busArn: string, draft: EventDraft, { principal, region }: Caller) {
    if (!isEventBus(busArn) || busArn.split(':')[3] !== region) {
      return { ErrorCode: 'InvalidArgument', ErrorMessage: `There is no event bus ${busArn} in ${region}.` };
    }
    const event = this.#options.eventOf({ ...draft, region });
    const principalArn = principal?.roleArn ?? principal?.arn;
    return this.#options.otherBuses.put(event, { busArn, isForwarded: false, principalArn })
      ? { EventId: event.id }
      : { ErrorCode: 'AccessDeniedException', ErrorMessage: `Not authorized to put events on ${busArn}.` };
  }
}

/** As EventBridge's user guide counts it ("Calculating PutEvents event entry size"). */
function sizeOf({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: PutEventsEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : TIME_BYTES);
}

function parsedDetail(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
