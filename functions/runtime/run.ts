import type { EventBus, Log, Notifier, RecordOfDay, Time } from '../account/ports';
import type { Survey } from '../account/survey';
import type { AuditEvent, AuditEventName } from '../core/audit';
import type { RegistryEntry } from '../core/config/registry';
import { after, MINUTE, SECOND } from '../core/duration';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import { type Described, described } from '../core/findings/described';
import { failedStep } from '../core/findings/failed-step';
import type { Finding, FindingCode } from '../core/findings/findings';
import type { Trigger } from '../core/findings/telling';
import { isSameUser } from '../core/key/key-user';
import { withoutEnd } from '../core/key/replaced';
import type { DeployedBy } from '../core/lifecycle/deployed-by';
import type { Managed } from '../core/lifecycle/managed';
import { nextDue, oldest } from '../core/lifecycle/overdue';
import { DEFAULT_RUNBOOKS } from '../core/names';
import { COUNTERS, type Counter, type Summary } from '../core/run-summary';
import type { Manifest } from '../core/seal/manifest';
import type { Unsent } from '../core/seal/unsent';
import { Journal, type JournalEntry, type JournalProps } from './journal';
import { Outbox } from './outbox';
import { tell } from './tell';
import { quietly } from './within';
import { workThrough } from './work-through';

export interface RunProps extends JournalProps {
  /** The function's name in AWS, for the commands that people are told. @default - they look it up */
  readonly functionName?: string;
  /** Where the runbooks are. @default DEFAULT_RUNBOOKS */
  readonly runbooks?: string;
  readonly trigger: Trigger;
  /** What is worth knowing about the run's cause, such as who asked for it. */
  readonly facts?: Readonly<Record<string, string>>;
  /** When the function's time is up. */
  readonly deadline: Date;
  readonly concurrency: number;
  /** Whose secrets are acted on. @default - whatever has the name */
  readonly deployedBy?: DeployedBy;
  /** Digest of what reports judge by, as it was deployed. @default - that was not said */
  readonly auditTerms?: string | undefined;
  /** The longest that one key's steps may take, in milliseconds: nothing new is started when less is left. @default 90 s */
  readonly keyTakes?: number;
  /** The longest that one thing may take at the run's end, in milliseconds. @default - for as long as it takes */
  readonly patienceAtEnd?: number;
  readonly log: Log;
  /** Where the events go beside the record. */
  readonly buses: readonly EventBus[];
  readonly notifier: Notifier;
}

/** Proving a new key may take a minute; the other calls take seconds. */
const KEY_TAKES = 90 * SECOND;
/** After it has failed, the record is not asked for so long before a key is given. */
const NOT_ASKED_FOR = MINUTE;

/** Keys that the end of a run names as due next. */
const NEXT_DUE = 20;

/** Lambda's answer has at most 6 MB. */
const MOST_MESSAGES = 1_000;

type AuditFacts = Omit<JournalEntry, 'event' | 'key' | 'user' | 'policy' | 'outcome'> & {
  readonly outcome?: AuditEvent['outcome'];
};

/** One run of one function: what it counted, found and changed, and the line that it ends with. */
export class Run {
  readonly id: string;
  readonly time: Time;
  readonly log: Log;
  readonly #props: RunProps;
  readonly #journal: Journal;
  readonly #outbox: Outbox;
  readonly #counters = new Map<Counter, number>();
  readonly #findings: Described[] = [];
  #managed: readonly Managed[] = [];
  /** Secrets whose tags say that the current key goes for good, which the record denies. */
  readonly #denied = new Set<string>();
  #rotationsPerRun: number | undefined;
  #left = 0;
  #recordFailedAt: Date | undefined;
  #isUrgent = false;

  constructor(props: RunProps) {
    this.id = props.id;
    this.time = props.time;
    this.log = props.log;
    this.#props = props;
    this.#journal = new Journal(props);
    this.#outbox = new Outbox({ ...props, journal: this.#journal });
    this.#journal.write({ event: 'run-started', outcome: 'ok', reason: props.trigger, facts: factsOfStart(props) });
  }

  now(): Date {
    return this.time.now();
  }

  /** Milliseconds until the run has to come to its end. */
  timeLeft(): number {
    return this.#props.deadline.getTime() - this.now().getTime();
  }

  /**
   * What earlier runs have recorded: events of one kind since an instant, in the record's order.
   *
   * @param reason only those with this reason
   * @param by only those of this function
   * @param until none that is younger
   * @throws KeyturnError `aws-*`
   */
  recorded(
    since: Date,
    event: AuditEventName,
    reason?: string,
    by?: string,
    until?: Date,
  ): Promise<readonly AuditEvent[]> {
    return this.#props.record.recorded(since, event, reason, by, until);
  }

  /** What the record has of the attempts of a day. @throws KeyturnError `aws-*` */
  recordOf(day: string): Promise<RecordOfDay> {
    return this.#props.record.ofDay(day);
  }

  /**
   * Sends to each bus what it may lack of earlier attempts; what it does not take waits for the next day.
   *
   * @throws KeyturnError `aws-*`
   */
  sendAgain(unsent: Unsent): Promise<void> {
    const { record } = this.#props;
    return this.#outbox.sendAgain(
      unsent,
      (attempt) => record.ofAttempt(attempt),
      () => this.hasTime(),
    );
  }

  /** Records the manifest of a day. */
  tellManifest(facts: Manifest): void {
    this.#journal.write({ event: 'manifest-written', outcome: 'ok', facts });
  }

  /** Whose secrets it acts on; undefined where that was not said. */
  get deployedBy(): DeployedBy | undefined {
    return this.#props.deployedBy;
  }

  /** This function's name. */
  get function(): string {
    return this.#props.function;
  }

  count(counter: Counter, by = 1): void {
    this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + by);
  }

  /** Says what the run looked at; the summary tells its oldest keys. */
  looksAt(managed: readonly Managed[]): void {
    this.#managed = managed;
    this.count('examined', managed.length);
  }

  /** What the tags of a secret say of the end of its key hides no more how late it is. */
  deniesEnd(secret: string): void {
    this.#denied.add(secret);
  }

  /** The other keys that it looks at whose user is the same one: no deployment has two. */
  sharingUser({ id, user }: RegistryEntry): readonly Managed[] {
    return this.#managed.filter(({ entry }) => entry.id !== id && isSameUser(entry.user, user));
  }

  /**
   * Records what a survey of the whole account shows.
   *
   * @param rotationsPerRun at most, of a run that rotates
   * @returns the keys that can be worked on
   */
  surveyed({ managed, problems }: Survey, rotationsPerRun?: number): Managed[] {
    for (const problem of problems) {
      if ('finding' in problem) this.#findSurveyed(problem.finding);
      else this.fail(problem.entry, problem.error, 'looking for its secret');
    }
    this.looksAt(managed);
    this.#rotationsPerRun = rotationsPerRun;
    return [...managed];
  }

  /** Records one change, or one attempt at it (K7). */
  audit(event: AuditEventName, entry: RegistryEntry, facts: AuditFacts = {}): void {
    this.#journal.write({ event, outcome: 'ok', key: entry.id, user: entry.user, policy: entry.policy, ...facts });
  }

  /** Records what somebody asked for, or why it was refused; of a key that nobody manages its name alone. */
  tellRequest(key: string | undefined, facts: AuditFacts): void {
    this.#journal.write({ event: 'requested', outcome: 'ok', ...this.#about(key), ...facts });
  }

  /**
   * Puts what was recorded so far into the record, before something is taken away: what cannot be proved afterwards is
   * not done (K7).
   *
   * @throws KeyturnError `aws-*`
   */
  async beforeTaking(): Promise<void> {
    try {
      await this.#journal.keep();
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      this.#recordFailedAt = this.now();
      this.#recordUnavailable(error);
      throw error;
    }
  }

  /**
   * The same before a key is made or marked as delivered. Pipelines may wait for it, so it is done even when the record
   * cannot be reached; a record that has just failed is not waited for again and again.
   */
  async beforeGiving(): Promise<void> {
    if (!this.#hasRecordFailed()) await this.beforeTaking().catch(() => undefined);
  }

  #hasRecordFailed(): boolean {
    return this.#recordFailedAt !== undefined && this.now() < after(this.#recordFailedAt, NOT_ASKED_FOR);
  }

  find(finding: Finding): void {
    const words = described(finding);
    this.#findings.push(words);
    const { outcome, message } = words;
    if (outcome === 'held' || outcome === 'blocked') this.count(outcome);
    this.#journal.write({
      event: 'finding',
      outcome,
      reason: finding.code,
      message,
      ...this.#about(finding.key),
      accessKeyId: finding.accessKeyId,
      ...factsOf(words),
    });
  }

  findAll(findings: readonly Finding[]): void {
    for (const finding of findings) this.find(finding);
  }

  /** A step that failed stops its own key only (K11). */
  fail(entry: RegistryEntry, error: KeyturnError, doing: string): void {
    this.count('failed');
    this.audit('step-failed', entry, { outcome: 'failed', code: error.code, reason: doing, message: error.message });
    this.find(failedStep(entry.id, error, doing));
  }

  /** Something is broken that another try may repair: the run is to be repeated within minutes, when people were told. */
  repeatSoon(): void {
    this.#isUrgent = true;
  }

  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** An error stopped the whole run, or its event was refused. */
  stopped({ code: error, message: reason }: KeyturnError): void {
    if (error === 'invalid-request') {
      this.find({ code: 'request-refused', error, facts: { is: 'event', reason } });
      return;
    }
    this.count('failed');
    this.find({ code: 'step-failed', error, facts: { is: 'stopped', error, reason } });
  }

  /** Whether there is time for one key's steps, and for so many milliseconds more. */
  hasTime(more = 0): boolean {
    return this.timeLeft() >= (this.#props.keyTakes ?? KEY_TAKES) + more;
  }

  /**
   * Works on each item, and starts nothing new when the time is nearly up.
   *
   * @param atATime @default the run's concurrency
   * @returns the keys that are left, by id
   */
  async forEach<Item extends Managed>(
    items: readonly Item[],
    work: (item: Item) => Promise<void>,
    atATime = this.#props.concurrency,
  ): Promise<readonly string[]> {
    const left = await workThrough(items, work, {
      atATime,
      hasTime: () => this.hasTime(),
      failed: ({ entry }, error) => this.fail(entry, error, `the ${this.#props.function} run`),
    });
    if (left.length > 0) {
      this.#left += left.length;
      this.find({ code: 'out-of-time', facts: { left, of: items.length } });
    }
    return left;
  }

  /** Ends the run: people told, events recorded and sent, summary line. What cannot be sent is logged, never thrown. */
  async finish(): Promise<Summary> {
    const untold = await tell({
      runbooks: DEFAULT_RUNBOOKS,
      ...this.#props,
      ...this.#props.origin,
      run: this.id,
      now: this.now(),
      findings: this.#findings,
      journal: this.#journal,
      about: (key) => this.#about(key),
    });
    const managed = this.#managed.map((one) =>
      this.#denied.has(one.secret.name) ? { ...one, secret: withoutEnd(one.secret) } : one,
    );
    const counted = Object.fromEntries(COUNTERS.map((name) => [name, this.#counters.get(name) ?? 0]));
    const summary: Omit<Summary, 'unrecorded' | 'unpublished' | 'unforwarded'> = {
      function: this.#props.function,
      run: this.id,
      ...(counted as Record<Counter, number>),
      left: this.#left,
      untold,
      ...oldest(managed, this.now(), this.#rotationsPerRun),
    };
    const due = nextDue(managed, NEXT_DUE);
    await quietly(this.#props, 'audit record', () => this.#keepDeeds());
    this.#journal.write({ event: 'run-finished', outcome: 'ok', facts: { ...summary, nextDue: due } });
    await this.#sendAndKeep();
    const whole = {
      ...summary,
      unrecorded: this.#journal.unrecorded,
      unpublished: this.#outbox.missing('default'),
      unforwarded: this.#outbox.missing('forwardTo'),
    };
    this.log.info('run finished', { ...whole });
    return whole;
  }

  /** What was done is recorded before anybody else is waited for; of a run that did nothing there is only the seal to have. */
  #keepDeeds(): Promise<void> {
    return this.#journal.written > 1 && !this.#hasRecordFailed() ? this.#journal.keep() : this.#journal.seal();
  }

  /**
   * The run's end goes into the record together with what a bus lacks, so that whoever reads the day's record sends again
   * what was not sent: an attempt that dies before has no end there, and one that has an end has said it all. So a bus
   * that is to hear what another lacks hears it before, or is named too.
   */
  async #sendAndKeep(): Promise<void> {
    for (let isWhole = false; !isWhole; ) {
      await this.#outbox.send();
      const lacking = this.#outbox.lacking();
      isWhole = lacking.length === 0;
      for (const { bus: reason, facts, error } of lacking) {
        const { code, message } = error ?? {};
        this.#journal.write({ event: 'events-unsent', outcome: 'failed', reason, code, message, facts: { ...facts } });
      }
    }
    await quietly(this.#props, 'audit record', () => this.#journal.keep());
  }

  /** What the run has found so far, by code. */
  get findings(): ReadonlyMap<FindingCode, number> {
    const counts = new Map<FindingCode, number>();
    for (const { code } of this.#findings) counts.set(code, (counts.get(code) ?? 0) + 1);
    return counts;
  }

  /** The same in words, for whoever asked for the run; not more than fit into an answer. */
  get messages(): readonly string[] {
    return this.#findings.slice(0, MOST_MESSAGES).map(({ code, message }) => `[${code}] ${message}`);
  }

  #recordUnavailable({ code, message }: KeyturnError): void {
    if (this.#findings.some((finding) => finding.code === 'record-unavailable')) return;
    this.find({ code: 'record-unavailable', facts: { error: code, reason: message } });
  }

  /** All functions see what is left over, and the one that looks once a day says so. */
  #findSurveyed(finding: Finding): void {
    if (finding.code !== 'unmanaged-secret' || this.#props.function === 'rotate') this.find(finding);
  }

  /** The managed key that something is about, its user and its policy, where the run knows them. */
  #about(key: string | undefined): Pick<AuditEvent, 'key' | 'user' | 'policy'> {
    if (key === undefined) return {};
    const entry = this.#managed.find((managed) => managed.entry.id === key)?.entry;
    return entry === undefined ? { key } : { key, user: entry.user, policy: entry.policy };
  }
}

function factsOf({ connection, recorded }: Described): Pick<AuditEvent, 'facts'> {
  const facts = {
    ...recorded,
    ...(connection === undefined ? {} : { connection: connection.name, secret: connection.secret }),
  };
  return Object.keys(facts).length === 0 ? {} : { facts };
}

/** Its cause, and what the deployment says of itself: under the run's seal nobody else can say it. */
function factsOfStart({ facts, deployedBy, auditTerms }: RunProps): AuditEvent['facts'] {
  const all = {
    ...facts,
    ...(deployedBy === undefined ? {} : { stacks: [...deployedBy.stacks] }),
    ...(auditTerms === undefined ? {} : { terms: auditTerms }),
  };
  return Object.keys(all).length === 0 ? undefined : all;
}
