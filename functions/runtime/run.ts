import { AUDIT_SCHEMA, type AuditEvent, type AuditEventName } from '../core/audit';
import type { Managed } from '../core/breaker';
import { SECOND } from '../core/duration';
import { type ErrorCode, type KeyturnError, toKeyturnError } from '../core/errors';
import type { FindingCode } from '../core/findings';
import type { Finding } from '../core/plan';
import type { AuditLog, EventBus, Log, Notifier, Time } from '../core/ports';
import type { RegistryEntry } from '../core/registry';
import { COUNTERS, type Counter, oldest, type Summary } from '../core/summary';
import { isTold, type Trigger } from '../core/telling';

export interface RunProps {
  /** The run's own name in logs, tags and audit events. */
  readonly id: string;
  readonly function: string;
  readonly trigger: Trigger;
  /** What is worth knowing about the run's cause, such as who asked for it. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly time: Time;
  /** When the function's time is up. */
  readonly deadline: Date;
  readonly concurrency: number;
  /** The longest that one key's steps may take, in milliseconds: nothing new is started when less is left. @default 90 s */
  readonly keyTakes?: number;
  /** Milliseconds from one reconcile run to the next. @default one hour */
  readonly reconcileEvery?: number;
  readonly log: Log;
  readonly auditLog: AuditLog;
  readonly bus: EventBus;
  readonly notifier: Notifier;
}

/** Proving a new key may take a minute; the other calls take seconds. */
const KEY_TAKES = 90 * SECOND;

const HELD: ReadonlySet<FindingCode> = new Set(['in-use', 'paused']);
const BLOCKED: ReadonlySet<FindingCode> = new Set([
  'two-keys',
  'undelivered',
  'rotation-in-progress',
  'settling',
  'user-missing',
  'secret-missing',
  'secret-edited',
  'invalid-entry',
  'invalid-pause',
  'breaker-open',
  'rotation-cap',
]);

/** Failures that have a finding of their own. */
const FINDING_OF: Partial<Record<ErrorCode, FindingCode>> = {
  'user-missing': 'user-missing',
  'secret-missing': 'secret-missing',
  'key-limit': 'two-keys',
};

type AuditFacts = Omit<AuditEvent, 'schema' | 'event' | 'time' | 'run' | 'function' | 'key' | 'user' | 'outcome'> & {
  readonly outcome?: AuditEvent['outcome'];
};

/** One run of one function: what it counted, found and changed, and the line that it ends with. */
export class Run {
  readonly id: string;
  readonly time: Time;
  readonly log: Log;
  readonly #props: RunProps;
  readonly #counters = new Map<Counter, number>();
  readonly #findings: Finding[] = [];
  readonly #events: AuditEvent[] = [];
  #managed: readonly Managed[] = [];
  #left = 0;

  constructor(props: RunProps) {
    this.id = props.id;
    this.time = props.time;
    this.log = props.log;
    this.#props = props;
    const { trigger: reason, facts } = props;
    this.#record({ event: 'run-started', outcome: 'ok', reason, ...(facts === undefined ? {} : { facts }) });
  }

  now(): Date {
    return this.time.now();
  }

  count(counter: Counter, by = 1): void {
    this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + by);
  }

  /** Says what the run looked at; the summary tells its oldest keys. */
  looksAt(managed: readonly Managed[]): void {
    this.#managed = managed;
    this.count('examined', managed.length);
  }

  /** Records one change, or one attempt at it (K7). */
  audit(event: AuditEventName, entry: RegistryEntry, facts: AuditFacts = {}): void {
    this.#record({ event, outcome: 'ok', key: entry.id, user: entry.user, ...facts });
  }

  find(finding: Finding): void {
    this.#findings.push(finding);
    const held = HELD.has(finding.code);
    const blocked = BLOCKED.has(finding.code);
    if (held) this.count('held');
    if (blocked) this.count('blocked');
    this.#record({
      event: 'finding',
      outcome: held ? 'held' : blocked ? 'blocked' : finding.severity === 'attention' ? 'failed' : 'ok',
      reason: finding.code,
      message: finding.message,
      ...(finding.key === undefined ? {} : { key: finding.key }),
      ...(finding.accessKeyId === undefined ? {} : { accessKeyId: finding.accessKeyId }),
    });
  }

  /** A step that failed stops its own key only (K11). */
  fail(entry: RegistryEntry, error: KeyturnError, doing: string): void {
    this.count('failed');
    this.audit('step-failed', entry, { outcome: 'failed', code: error.code, reason: doing, message: error.message });
    this.find({
      code: FINDING_OF[error.code] ?? 'step-failed',
      key: entry.id,
      severity: 'attention',
      message: `Key "${entry.id}": ${doing} failed (${error.code}). ${error.message}`,
    });
  }

  /** Works on each item, several at a time, and starts nothing new when the time is nearly up. */
  async forEach<Item extends Managed>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    const { deadline, keyTakes = KEY_TAKES } = this.#props;
    const left: string[] = [];
    const queue = items.values();
    const workers = Array.from({ length: this.#props.concurrency }, async () => {
      for (const item of queue) {
        if (deadline.getTime() - this.now().getTime() < keyTakes) {
          left.push(item.entry.id);
          continue;
        }
        try {
          await work(item);
        } catch (thrown) {
          this.fail(item.entry, toKeyturnError(thrown), `the ${this.#props.function} run`);
        }
      }
    });
    await Promise.all(workers);
    if (left.length === 0) return;
    this.#left += left.length;
    this.find({
      code: 'out-of-time',
      severity: 'notice',
      message: `The run's time was nearly up: ${left.length} of ${items.length} keys are left for the next one (${left.slice(0, 10).join(', ')}${left.length > 10 ? ', …' : ''}).`,
    });
  }

  /** Ends the run: summary line, audit events to the bus, people told. What cannot be sent is logged, never thrown. */
  async finish(): Promise<Summary> {
    const counted = Object.fromEntries(COUNTERS.map((name) => [name, this.#counters.get(name) ?? 0]));
    const summary: Summary = {
      function: this.#props.function,
      run: this.id,
      ...(counted as Record<Counter, number>),
      left: this.#left,
      ...oldest(this.#managed, this.now()),
    };
    this.#record({ event: 'run-finished', outcome: 'ok', facts: { ...summary } });
    await this.#quietly('events', () => this.#props.bus.publish(this.#events));
    await this.#quietly('notification', () => this.#tell());
    this.log.info('run finished', { ...summary });
    return summary;
  }

  async #tell(): Promise<void> {
    const now = this.now();
    const told = this.#findings.filter((finding) =>
      isTold(finding, this.#props.trigger, now, this.#props.reconcileEvery),
    );
    if (told.length === 0) return;
    const about = [...new Set(told.map((finding) => finding.key ?? 'the run'))];
    const subject = `Keyturn: ${told.length} finding${told.length === 1 ? '' : 's'} for ${about.slice(0, 2).join(', ')}${about.length > 2 ? ', …' : ''}`;
    const text = told.map((finding) => `[${finding.code}] ${finding.message}`).join('\n\n');
    await this.#props.notifier.notify(
      subject,
      `${text}\n\nRun ${this.id} of ${this.#props.function}, ${now.toISOString()}`,
    );
  }

  async #quietly(what: string, send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      this.log.error(`${what} could not be sent`, { code: error.code, reason: error.message });
    }
  }

  #record(event: Omit<AuditEvent, 'schema' | 'time' | 'run' | 'function'>): void {
    const whole: AuditEvent = {
      schema: AUDIT_SCHEMA,
      time: this.now().toISOString(),
      run: this.id,
      function: this.#props.function,
      ...event,
    };
    this.#events.push(whole);
    this.#props.auditLog.write(whole);
  }
}
