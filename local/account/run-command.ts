import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { Identifiers } from './identifiers';
import { pageAfter, positionOf } from './paging';
import type { SsmInput } from './ssm-inputs';

const SECOND = 1_000;
const DAY = 86_400_000;
/** For how long commands are kept ("Run Command" in the user guide). */
const KEPT = 30 * DAY;
/** ms until an agent that is there has a command. */
const REACHED_AFTER = SECOND;
/** Seconds, where nobody says how long ("Understanding command timeout values"). */
const USUAL_TIMEOUT = 3_600;

/** What a node is given to do. */
export interface ReceivedCommand {
  readonly commandId: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

/** What comes of it: how long it takes (ms), and how it ends; `never` answers until its time is up. */
export interface NodeRun {
  readonly takes: number;
  readonly ends: 'Success' | 'Failed' | 'never';
  /** Done when it has ended. It is not told of one that never ended. */
  readonly then?: () => void;
}

/** A machine with an agent that takes commands. */
export interface ManagedNode {
  /** `offline` takes none until it is back; `gone` will never. */
  reach(): 'online' | 'offline' | 'gone';
  /** A command has arrived. */
  /** @param at the instant at which it has (ms) */
  run(command: ReceivedCommand, at: number): NodeRun;
}

type Status = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';

interface Invocation {
  readonly node: string;
  status: Status;
  details: string;
}

type Tags = Readonly<Record<string, string>>;

interface Sent {
  readonly id: string;
  readonly at: number;
  readonly expiresAt: number;
  readonly document: string;
  readonly documentVersion: string;
  /** How its nodes were named, where that was not by their IDs alone. */
  readonly targets: NonNullable<SsmInput<'SendCommand'>['Targets']>;
  readonly comment: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly timeoutSeconds: number;
  readonly maxConcurrency: string;
  readonly maxErrors: string;
  readonly invocations: readonly Invocation[];
}

/** A document, as far as it is known here: the parameters that it takes, and which of them it has to be given. */
export interface CommandDocument {
  readonly parameters: readonly string[];
  readonly needed: readonly string[];
}

/**
 * Systems Manager's Run Command of one region. What nodes do happens on the clock: whoever asks sees what has happened
 * by then.
 */
export class RunCommand {
  /** ms until what was sent is listed. */
  listDelay = 0;
  readonly #nodes = new Map<string, ManagedNode>();
  readonly #tags = new Map<string, Tags>();
  readonly #documents = new Map<string, CommandDocument>([
    ['AWS-RunShellScript', { parameters: ['commands', 'workingDirectory', 'executionTimeout'], needed: ['commands'] }],
  ]);
  #sent: Sent[] = [];
  #due: { readonly at: number; readonly order: number; readonly happen: (at: number) => void }[] = [];
  #order = 0;

  constructor(
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {}

  /** Has a machine managed, under its ID. @param tags that it has as an instance */
  addNode(id: string, node: ManagedNode, tags: Tags = {}): void {
    this.#nodes.set(id, node);
    this.#tags.set(id, tags);
  }

  addDocument(name: string, document: CommandDocument): void {
    this.#documents.set(name, document);
  }

  removeDocument(name: string): void {
    this.#documents.delete(name);
  }

  /** Lets everything happen whose time has come, one after the other. */
  settle(): void {
    for (;;) {
      const now = this.clock.now();
      const next = this.#due
        .filter(({ at }) => at <= now)
        .sort((one, other) => one.at - other.at || one.order - other.order)[0];
      if (next === undefined) return;
      this.#due = this.#due.filter((one) => one !== next);
      next.happen(next.at);
    }
  }

  /** @throws AwsError InvalidDocument, InvalidInstanceId, InvalidParameters, ValidationException. */
  sendCommand(input: SsmInput<'SendCommand'>) {
    this.settle();
    const { DocumentName, InstanceIds = [], Parameters = {}, Comment = '', TimeoutSeconds = USUAL_TIMEOUT } = input;
    const document = this.#documents.get(DocumentName);
    if (document === undefined)
      throw new AwsError('InvalidDocument', 400, 'document hash and hash type must both be present or none.');
    assertParameters(document, Parameters);
    const { Targets = [], DocumentVersion = '$DEFAULT' } = input;
    if ((InstanceIds.length === 0) === (Targets.length === 0))
      throw new AwsError('InvalidParameters', 400, 'Either InstanceIds or Targets.');
    const nodes = [...new Set([...InstanceIds, ...this.#aimedAt(Targets)])].map((id) => {
      const node = this.#nodes.get(id);
      if (node === undefined)
        throw new AwsError('InvalidInstanceId', 400, 'Instances not in a valid state for account');
      return { id, node };
    });
    const at = this.clock.now();
    const sent: Sent = {
      id: this.identifiers.requestId(),
      at,
      expiresAt: at + TimeoutSeconds * SECOND,
      document: DocumentName,
      documentVersion: DocumentVersion,
      targets: Targets,
      comment: Comment,
      parameters: Parameters,
      timeoutSeconds: TimeoutSeconds,
      maxConcurrency: input.MaxConcurrency ?? '50',
      maxErrors: input.MaxErrors ?? '0',
      invocations: nodes.map(({ id }) => ({ node: id, status: 'Pending', details: 'Pending' })),
    };
    this.#sent = [...this.#sent.filter((one) => one.at > at - KEPT), sent];
    for (const [index, { node }] of nodes.entries()) {
      const invocation = sent.invocations[index];
      if (invocation !== undefined) this.#at(at + REACHED_AFTER, (then) => this.#reach(sent, invocation, node, then));
    }
    return { Command: commandOf(sent) };
  }

  listCommands(input: SsmInput<'ListCommands'>) {
    const found = this.#listed().filter((one) => {
      if (input.CommandId !== undefined && input.CommandId !== one.id) return false;
      if (input.InstanceId !== undefined && !isOn(one, input.InstanceId)) return false;
      return fits(one, commandOf(one).Status, input.Filters);
    });
    const { items, NextToken } = page(found, (one) => one.id, input);
    return { Commands: items.map(commandOf), NextToken };
  }

  listCommandInvocations(input: SsmInput<'ListCommandInvocations'>) {
    const all = this.#listed().flatMap((sent) => sent.invocations.map((invocation) => ({ sent, invocation })));
    const found = all.filter(({ sent, invocation }) => {
      if (input.CommandId !== undefined && input.CommandId !== sent.id) return false;
      if (input.InstanceId !== undefined && input.InstanceId !== invocation.node) return false;
      if (input.Filters?.some(({ key }) => key === 'ExecutionStage'))
        throw new AwsError('InvalidFilterKey', 400, 'ExecutionStage');
      return fits(sent, invocation.status, input.Filters);
    });
    const { items, NextToken } = page(found, ({ sent, invocation }) => `${sent.id} ${invocation.node}`, input);
    return { CommandInvocations: items.map(({ sent, invocation }) => invocationOf(sent, invocation)), NextToken };
  }

  /** @throws AwsError InvocationDoesNotExist, for seconds after a command was sent too. */
  getCommandInvocation({ CommandId, InstanceId }: SsmInput<'GetCommandInvocation'>) {
    const sent = this.#listed().find(({ id }) => id === CommandId);
    const invocation = sent?.invocations.find(({ node }) => node === InstanceId);
    if (sent === undefined || invocation === undefined) throw new AwsError('InvocationDoesNotExist', 400, '');
    const { CommandPlugins: _plugins, RequestedDateTime: _at, ...told } = invocationOf(sent, invocation);
    const ResponseCode = { Success: 0, Failed: 1 }[invocation.status as string] ?? -1;
    return { ...told, ResponseCode, StandardOutputContent: '', StandardErrorContent: '' };
  }

  /** The nodes that have one of the values of each key. */
  #aimedAt(targets: Sent['targets']): readonly string[] {
    if (targets.length === 0) return [];
    return [...this.#nodes.keys()].filter((id) =>
      targets.every(({ Key, Values }) =>
        Values.includes(Key === 'InstanceIds' ? id : (this.#tags.get(id)?.[Key.slice('tag:'.length)] ?? '')),
      ),
    );
  }

  #reach(sent: Sent, invocation: Invocation, node: ManagedNode, at: number): void {
    const reach = node.reach();
    const again = at + 60 * SECOND;
    if (reach === 'online') this.#run(sent, invocation, node, at);
    else if (reach === 'gone') end(invocation, 'Failed', 'Undeliverable');
    else if (again < sent.expiresAt) this.#at(again, (then) => this.#reach(sent, invocation, node, then));
    else this.#at(sent.expiresAt, () => end(invocation, 'TimedOut', 'Delivery Timed Out'));
  }

  #run(sent: Sent, invocation: Invocation, node: ManagedNode, at: number): void {
    Object.assign(invocation, { status: 'InProgress', details: 'In Progress' });
    const run = node.run({ commandId: sent.id, document: sent.document, parameters: sent.parameters }, at);
    const over = run.ends;
    this.#at(at + run.takes, () => {
      if (over === 'never') end(invocation, 'TimedOut', 'Execution Timed Out');
      else end(invocation, over, over);
      run.then?.();
    });
  }

  #at(at: number, happen: (at: number) => void): void {
    this.#order += 1;
    this.#due.push({ at, order: this.#order, happen });
  }

  /** Newest first, as the service lists them. */
  #listed(): readonly Sent[] {
    this.settle();
    const now = this.clock.now();
    return this.#sent.filter(({ at }) => at > now - KEPT && at + this.listDelay <= now).reverse();
  }
}

function assertParameters({ parameters, needed }: CommandDocument, given: Readonly<Record<string, unknown>>): void {
  const isWrong =
    Object.keys(given).some((name) => !parameters.includes(name)) || needed.some((name) => !(name in given));
  if (isWrong) throw new AwsError('InvalidParameters', 400, '');
}

function end(invocation: Invocation, status: Status, details: string): void {
  Object.assign(invocation, { status, details });
}

function isOn({ invocations }: Sent, node: string): boolean {
  return invocations.some((one) => one.node === node);
}

type Filter = NonNullable<SsmInput<'ListCommands'>['Filters']>[number];

const FILTERS: Readonly<Record<Filter['key'], (value: string, sent: Sent, status: Status) => boolean>> = {
  DocumentName: (value, { document }) => document === value,
  Status: (value, _sent, status) => status === value,
  InvokedAfter: (value, { at }) => at > Date.parse(value),
  InvokedBefore: (value, { at }) => at < Date.parse(value),
  ExecutionStage: (value, _sent, status) =>
    (value === 'Executing') === (status === 'Pending' || status === 'InProgress'),
};

function fits(sent: Sent, status: Status, filters: readonly Filter[] = []): boolean {
  return filters.every(({ key, value }) => FILTERS[key](value, sent, status));
}

function page<T>(
  found: readonly T[],
  key: (item: T) => string,
  { MaxResults = 50, NextToken }: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
) {
  const after = positionOf(NextToken, () => new AwsError('InvalidNextToken', 400, 'Invalid NextToken'));
  // IDs are in no order, so a page begins after the one that the token names.
  const start = after === undefined ? 0 : found.findIndex((item) => key(item) === after) + 1;
  const { items, token } = pageAfter(found.slice(start), key, MaxResults);
  return { items, NextToken: token };
}

/** A node that could not be reached counts for nothing in the status of the whole (SDK, `StatusDetails`). */
function commandOf(sent: Sent) {
  const { invocations } = sent;
  const counted = invocations.filter(({ details }) => details !== 'Undeliverable');
  const worst = (['InProgress', 'Pending', 'Failed', 'TimedOut', 'Cancelled'] as const)
    .map((status) => counted.find((one) => one.status === status))
    .find((one) => one !== undefined);
  const isOver = (status: Status) => status !== 'Pending' && status !== 'InProgress';
  return {
    CommandId: sent.id,
    DocumentName: sent.document,
    DocumentVersion: sent.documentVersion,
    Comment: sent.comment,
    ExpiresAfter: new Date(sent.expiresAt),
    Parameters: sent.parameters,
    InstanceIds: sent.targets.length === 0 ? invocations.map(({ node }) => node) : [],
    Targets: sent.targets,
    RequestedDateTime: new Date(sent.at),
    Status: worst?.status ?? ('Success' as const),
    StatusDetails: worst?.details ?? 'Success',
    MaxConcurrency: sent.maxConcurrency,
    MaxErrors: sent.maxErrors,
    TargetCount: invocations.length,
    CompletedCount: invocations.filter(({ status }) => isOver(status)).length,
    ErrorCount: counted.filter(({ status }) => status === 'Failed' || status === 'TimedOut').length,
    DeliveryTimedOutCount: invocations.filter(({ details }) => details === 'Delivery Timed Out').length,
    TimeoutSeconds: sent.timeoutSeconds,
  };
}

function invocationOf(sent: Sent, { node, status, details }: Invocation) {
  return {
    CommandId: sent.id,
    InstanceId: node,
    Comment: sent.comment,
    DocumentName: sent.document,
    DocumentVersion: sent.documentVersion,
    RequestedDateTime: new Date(sent.at),
    Status: status,
    StatusDetails: details,
    CommandPlugins: [],
  };
}
