import type { Account } from '../../account/account';
import { resourcePolicies } from '../../account/policy/resource-policies';
import type { ManagedNode, NodeRun, ReceivedCommand } from '../../account/run-command';
import { pointedAt, secretsNamed } from './node';
import { readProperties } from './properties-file';

const SECOND = 1_000;
/** ms for a look at a node that runs. */
const LOOKS_IN = SECOND;
/** What a document restarts unless it is told of another unit. */
const UNIT = 'atlbitbucket';
/** ms until a document gives up a node that does not come back. */
const GIVES_UP = 600 * SECOND;

/** A node as a test or a person sets it up. */
export interface NodeSetup {
  /** ARN of the role that it has. */
  readonly role: string;
  /** Its `bitbucket.properties` as it finds them when it starts. */
  readonly properties: () => string;
  /** Tags of the machine. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What is wrong with a node. `unwell` comes back from a restart and never says that it runs; `hangs` says nothing. */
export type NodeTrouble = 'unwell' | 'hangs' | 'offline' | 'gone';

/** A time in which a node did not serve. */
export interface Outage {
  readonly node: string;
  readonly from: number;
  /** undefined while it lasts. */
  readonly until: number | undefined;
  /** The version that the command was for. */
  readonly versionId: string;
  /** When somebody had asked for it although the node had been restarted for that; empty where nobody had. */
  readonly askedAt: string;
}

/**
 * The nodes of Data Centers, as machines with an agent. A command does to one what a document does that restarts
 * Bitbucket once for each version of a secret, one command after the other, and waits until it says that it runs. At its
 * start a node reads each secret that its properties name, as the documented class does, and keeps it until the next one.
 */
export class DataCenters {
  /** ms from a restart until a node says that it runs: a JVM, its caches and its plugins. */
  startsIn = 90 * SECOND;
  readonly #nodes = new Map<string, ClusterNode>();

  constructor(private readonly account: Account) {}

  /** Adds a node and starts it. @throws Error when it does not start */
  add(id: string, setup: NodeSetup): ClusterNode {
    const node = new ClusterNode(id, setup, this.account, () => this.startsIn);
    this.#nodes.set(id, node);
    this.account.runCommand.addNode(id, node, setup.tags);
    return node;
  }

  /** @throws Error when there is none */
  node(id: string): ClusterNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`There is no node ${id}`);
    this.account.runCommand.settle();
    return node;
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  /** When which nodes did not serve, in order of time. */
  get outages(): readonly Outage[] {
    this.account.runCommand.settle();
    return [...this.#nodes.values()].flatMap(({ outages }) => outages).sort((a, b) => a.from - b.from);
  }

  /** Most nodes of these that were down at one time. */
  mostDown(ids: readonly string[]): number {
    const all = this.outages.filter(({ node }) => ids.includes(node));
    const isDownAt =
      (at: number) =>
      ({ from, until = Number.POSITIVE_INFINITY }: Outage) =>
        from <= at && at < until;
    return Math.max(0, ...all.map(({ from }) => new Set(all.filter(isDownAt(from)).map(({ node }) => node)).size));
  }
}

/** One machine of a cluster. */
export class ClusterNode implements ManagedNode {
  /** @default - it is well */
  trouble: NodeTrouble | undefined;
  /** Told when it has started with what it has read. */
  onStart: ((at: number) => void) | undefined;
  readonly outages: Outage[] = [];
  #properties: ReadonlyMap<string, string>;
  #startedAt: number;
  /** The version for which it was restarted last, by secret. */
  readonly #restartedFor = new Map<string, string>();
  /** When somebody had asked for a restart that it was restarted for last, by secret. */
  readonly #askedAt = new Map<string, string>();
  #busyUntil = 0;

  constructor(
    readonly id: string,
    private readonly setup: NodeSetup,
    private readonly account: Account,
    private readonly startsIn: () => number,
  ) {
    this.#properties = this.#read();
    this.#startedAt = account.clock.now();
  }

  /** Its properties with the secrets in their places, as they were when it started; undefined while it does not serve. */
  get properties(): ReadonlyMap<string, string> | undefined {
    this.account.runCommand.settle();
    const now = this.account.clock.now();
    return this.outages.some(({ until }) => until === undefined || until > now) ? undefined : this.#properties;
  }

  /** What it has read at its last start, whether or not it serves now. */
  get read(): ReadonlyMap<string, string> {
    this.account.runCommand.settle();
    return this.#properties;
  }

  /** When it started last (ms). */
  get startedAt(): number {
    this.account.runCommand.settle();
    return this.#startedAt;
  }

  /**
   * Starts it anew, as a person does, or the machine after a crash: it reads what is current then, and the document sees
   * that it was not the one to start it last. @throws Error when it does not start
   */
  start(): void {
    this.#properties = this.#read();
    this.#restartedFor.clear();
    this.#startedAt = this.account.clock.now();
    this.#endOutage(this.#startedAt);
  }

  reach(): 'online' | 'offline' | 'gone' {
    return this.trouble === 'offline' || this.trouble === 'gone' ? this.trouble : 'online';
  }

  /**
   * As `docs` of such documents say: one at a time, and a version for which it was restarted well is only looked at, unless
   * somebody has asked for it since.
   */
  run({ parameters }: ReceivedCommand, at: number): NodeRun {
    const [secret = ''] = parameters.SecretArn ?? [];
    const [versionId = ''] = parameters.VersionId ?? [];
    const [unit = UNIT] = parameters.Service ?? [];
    // Something else on the machine, which is well.
    if (unit !== UNIT) return { takes: LOOKS_IN, ends: 'Success' };
    const from = Math.max(at, this.#busyUntil);
    const waits = from - at;
    const [askedAt = ''] = parameters.AskedAt ?? [];
    const isAsked = askedAt !== '' && this.#askedAt.get(secret) !== askedAt;
    if (!isAsked && this.#restartedFor.get(secret) === versionId) return { takes: waits + LOOKS_IN, ends: 'Success' };
    this.#restartedFor.delete(secret);
    const started = this.#tryToRead();
    const isBack = started !== undefined && this.trouble === undefined;
    const takes = isBack ? this.startsIn() : GIVES_UP;
    this.#busyUntil = from + takes;
    this.#endOutage(from);
    this.outages.push({ node: this.id, from, until: isBack ? from + takes : undefined, versionId, askedAt });
    if (!isBack) return { takes: waits + takes, ends: this.trouble === 'hangs' ? 'never' : 'Failed' };
    this.#restartedFor.set(secret, versionId);
    if (isAsked) this.#askedAt.set(secret, askedAt);
    const then = () => {
      this.#properties = started;
      this.#startedAt = from + takes;
      this.onStart?.(from + takes);
    };
    return { takes: waits + takes, ends: 'Success', then };
  }

  #endOutage(until: number): void {
    const last = this.outages.pop();
    if (last !== undefined) this.outages.push({ ...last, until: last.until ?? until });
  }

  #tryToRead(): ReadonlyMap<string, string> | undefined {
    try {
      return this.#read();
    } catch {
      return undefined;
    }
  }

  /** @throws Error and AwsError, when it does not start */
  #read(): ReadonlyMap<string, string> {
    const { account, id, setup } = this;
    const me = account.authenticate(account.roleSession(setup.role, id), 'secretsmanager');
    const written = readProperties(setup.properties());
    const properties = new Map(written);
    for (const [name, { secretId, secretPointer }] of secretsNamed(written)) {
      const call = {
        service: 'secretsmanager',
        action: 'GetSecretValue',
        principal: me,
        at: account.clock.now(),
      } as const;
      const answer = account.perform({ ...call, input: { SecretId: secretId } }, resourcePolicies(account));
      const { SecretString = '' } = answer as { readonly SecretString?: string };
      properties.set(name, pointedAt(name, SecretString, secretPointer));
    }
    return properties;
  }
}
