import type { FunctionAsked, FunctionStarter, Log, SealKey, Sts, Time } from '../../functions/account/ports';
import { createAuditRecord } from '../../functions/aws/audit-record';
import { createEventBuses } from '../../functions/aws/event-bus';
import { createHostPorts } from '../../functions/aws/host-ports';
import { createIam } from '../../functions/aws/iam';
import { createNotifier } from '../../functions/aws/notifier';
import { createRegistry } from '../../functions/aws/registry';
import { createSecrets } from '../../functions/aws/secrets';
import { createSts } from '../../functions/aws/sts';
import { createTrail } from '../../functions/aws/trail';
import type { AuditEvent } from '../../functions/core/audit';
import { KeyturnError } from '../../functions/core/errors';
import type { Trigger } from '../../functions/core/findings/telling';
import type { DeployedBy } from '../../functions/core/lifecycle/deployed-by';
import { REGISTRY_PATH } from '../../functions/core/names';
import type { OperateAnswer } from '../../functions/core/request/answer';
import type { Caller } from '../../functions/core/request/caller';
import type { Startable } from '../../functions/core/verbs';
import { type DeactivateOptions, deactivate } from '../../functions/deactivate/deactivate';
import { deleteKeys } from '../../functions/delete/delete';
import { sealDays } from '../../functions/delete/seal-days';
import { openTargets } from '../../functions/hosts/register';
import { type Asking, operate } from '../../functions/operate/operate';
import { type RotateOptions, rotate } from '../../functions/rotate/rotate';
import { Run, type RunProps } from '../../functions/runtime/run';
import { type SyncOptions, sync } from '../../functions/sync/sync';
import { syncRequestOf } from '../../functions/sync/trigger';
import { Mortal } from './mortal';
import { SEAL_KEY } from './seal-key';
import { Stage } from './stage';

/** Somebody who asks a front. */
export const ALICE: Caller = {
  arn: 'arn:aws:sts::111122223333:assumed-role/Operator/alice',
  userId: 'AROAEXAMPLE:alice',
  accountId: '111122223333',
};

/** What EventBridge or a person hands to `sync`. */
export const HOURLY = { source: 'aws.events', 'detail-type': 'Scheduled Event' } as const;

/** What one run left behind. */
export interface Outcome {
  readonly summary: Awaited<ReturnType<Run['finish']>>;
  readonly audits: readonly AuditEvent[];
  /** Codes of the findings. */
  readonly findings: readonly string[];
  readonly lines: readonly string[];
  readonly thrown: unknown;
}

/** The use cases over their real adapters: SDK clients and axios over HTTP, on the stage that they share. */
export class Scene extends Stage {
  readonly audits: AuditEvent[] = [];
  /** What fronts had started, which nobody does here but the test. */
  readonly started: ({ readonly name: Startable } & Pick<FunctionAsked, 'keys' | 'only' | 'goesOn'>)[] = [];
  /** Lambda starts nothing of it. */
  startsNothing = false;
  /** Milliseconds that a run has; a short one starts nothing. */
  lifetime = 15 * 60_000;
  /** What the use cases take for their deployment's own; undefined for whatever has the name. */
  deployedBy: DeployedBy | undefined;
  /** Digest of what reports judge by, as its deployment has it. @default - it does not say it */
  auditTerms: string | undefined;
  /** ARN of the event bus that gets every event too. @default - none */
  forwardTo: string | undefined;
  /** What its runs say of their code. */
  release = 'test';
  /** What its runs seal their events by. */
  sealKey: SealKey = SEAL_KEY;
  /** Those of deployments before this one, as far as this one knows them. */
  formerSealKeys: readonly SealKey[] = [];
  #runs = 0;
  readonly #waiting = new Set<{ readonly instant: number }>();
  /** Proofs that are under way. */
  #proofs = 0;

  /**
   * Starts a run whose process dies when its n-th request took effect, counted over AWS and the CI host together.
   * @returns whether it died; false when the run had fewer requests
   */
  async kill(at: number, run: () => Promise<Outcome>): Promise<boolean> {
    const mortal = new Mortal(at);
    this.mortal = mortal;
    try {
      return await Promise.race([run().then(() => false), mortal.gone().then(() => true)]);
    } finally {
      this.mortal = undefined;
    }
  }

  rotate(options: Partial<RotateOptions> = {}, facts: RunProps['facts'] = {}): Promise<Outcome> {
    const trigger = (options.requested ?? options.look) === undefined ? 'daily' : 'request';
    return this.#run('rotate', trigger, (run) => rotate(this.#ports(), run, { maxRotations: 25, ...options }), facts);
  }

  deactivate(options: DeactivateOptions = {}): Promise<Outcome> {
    const trigger = options.look === undefined ? 'daily' : 'request';
    return this.#run('deactivate', trigger, (run) => deactivate(this.#ports(), run, options));
  }

  delete(): Promise<Outcome> {
    return this.#run('delete', 'daily', (run) => deleteKeys(this.#ports(), run));
  }

  /** What the day's last function does at its end. */
  sealDays(): Promise<Outcome> {
    return this.#run('delete', 'daily', sealDays);
  }

  sync(event: unknown = HOURLY, options: Partial<SyncOptions> = {}): Promise<Outcome> {
    const request = syncRequestOf(event);
    return this.#run('sync', request.trigger, (run) =>
      sync(this.#ports(), run, request, { tokenExpiresInDays: 14, ...options }),
    );
  }

  /** Asks a front as somebody, whom AWS has named. @returns the run, and what was answered */
  async ask(document: unknown, asking: Partial<Asking> = {}): Promise<Outcome & { readonly answer?: OperateAnswer }> {
    let answer: OperateAnswer | undefined;
    const { level = 'operator', caller = ALICE } = asking;
    const outcome = await this.#run(level, 'request', async (run) => {
      answer = await operate(this.#ports(), run, { level, caller }, document);
    });
    return { ...outcome, answer };
  }

  /** A day's rules, in their order; sync follows rotate as its events make it follow. */
  async day(): Promise<readonly Outcome[]> {
    const outcomes = [await this.rotate(), await this.sync()];
    this.clock.advanceBy(20 * 60_000);
    outcomes.push(await this.deactivate());
    this.clock.advanceBy(20 * 60_000);
    outcomes.push(await this.delete());
    return outcomes;
  }

  #ports() {
    const held = <Port extends object>(port: Port): Port => this.mortal?.hold(port) ?? port;
    const mortal = this.mortal;
    const time: Time = {
      now: () => new Date(this.clock.now()),
      sleep: async (milliseconds) => {
        // A target's client runs inside a port's call, so it must come to an end for the network to forget it.
        if (mortal?.isDead === true) throw new Error('the process is dead');
        this.clock.advanceBy(milliseconds);
      },
    };
    const starter = held<FunctionStarter>({
      start: async (name, { keys, only, goesOn }) => {
        if (this.startsNothing) throw new KeyturnError('aws-throttled', 'Lambda starts nothing.', { retryable: true });
        const more = { ...(only === undefined ? {} : { only }), ...(goesOn === undefined ? {} : { goesOn }) };
        this.started.push({ name, keys, ...more });
      },
    });
    return {
      iam: held(createIam()),
      sts: held(this.#counted(createSts())),
      trail: held(createTrail()),
      secrets: held(createSecrets()),
      registry: held(createRegistry(REGISTRY_PATH)),
      targets: held(openTargets({ ...createHostPorts(), time, random: () => 0 })),
      starter,
      itself: starter,
    };
  }

  #time(): Time {
    const mortal = this.mortal;
    return {
      now: () => new Date(this.clock.now()),
      sleep: async (milliseconds) => {
        await mortal?.sleeps();
        await this.#until(this.clock.now() + milliseconds);
      },
    };
  }

  /** Of those who wait at the same time nobody is passed over, however slow the machine is. */
  async #until(instant: number): Promise<void> {
    const waiting = { instant };
    this.#waiting.add(waiting);
    while (this.clock.now() < instant) {
      await this.#quiet();
      if (Math.min(...[...this.#waiting].map((one) => one.instant)) === instant) this.clock.advanceTo(instant);
    }
    this.#waiting.delete(waiting);
  }

  /** Nobody has asked for anything for a moment: whoever goes on at this instant has come to its own wait. */
  async #quiet(): Promise<void> {
    let asked: number;
    do {
      asked = this.calls.length + this.hostRequests.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
    } while (this.#proofs > 0 || asked !== this.calls.length + this.hostRequests.length);
  }

  /** Several keys are proved at the same time: nobody waits past a proof of another one that is under way. */
  #counted(sts: Sts): Sts {
    return {
      ...sts,
      identify: async (...asked) => {
        this.#proofs += 1;
        try {
          return await sts.identify(...asked);
        } finally {
          this.#proofs -= 1;
        }
      },
    };
  }

  async #run(
    name: string,
    trigger: Trigger,
    work: (run: Run) => Promise<void>,
    facts: RunProps['facts'] = {},
  ): Promise<Outcome> {
    const from = this.audits.length;
    const lines: string[] = [];
    const line = (message: string, facts: unknown) => lines.push(JSON.stringify({ message, facts }));
    const log: Log = { info: line, warn: line, error: line };
    const record = createAuditRecord(this.sealKey, this.formerSealKeys);
    this.#runs += 1;
    const id = `run-${this.#runs}`;
    const run = new Run({
      id,
      function: name,
      origin: { account: this.account.accountId, region: this.account.region, functionVersion: this.release },
      trigger,
      ...(Object.keys(facts).length === 0 ? {} : { facts }),
      time: this.#time(),
      deadline: new Date(this.clock.now() + this.lifetime),
      concurrency: 2,
      ...(this.deployedBy === undefined ? {} : { deployedBy: this.deployedBy }),
      auditTerms: this.auditTerms,
      log,
      auditLog: { write: (event) => this.audits.push(event) },
      record: this.mortal?.hold(record) ?? record,
      sealKey: this.mortal?.hold(this.sealKey) ?? this.sealKey,
      buses: createEventBuses(this.forwardTo).map((bus) => this.mortal?.hold(bus) ?? bus),
      notifier: this.mortal?.hold(createNotifier(this.topicArn)) ?? createNotifier(this.topicArn),
    });
    let thrown: unknown;
    try {
      await work(run);
    } catch (error) {
      thrown = error;
    }
    const summary = await run.finish();
    const audits = this.audits.slice(from).filter((event) => event.run === id);
    const findings = audits.flatMap(({ event, reason }) =>
      event === 'finding' && reason !== undefined ? [reason] : [],
    );
    return { summary, audits, findings, lines, thrown };
  }
}
