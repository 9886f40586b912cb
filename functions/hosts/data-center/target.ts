import type { EarlierCredentials, Inspection, Receipt, Target, Time } from '../../account/ports';
import { MINUTE, SECOND } from '../../core/duration';
import { type ErrorCode, type KeyturnError, toKeyturnError } from '../../core/errors';
import {
  type DataCenterTarget,
  DOCUMENT_PARAMETERS,
  dataCenterHost,
  HISTORY_DAYS,
  type NodeCommands,
  type RestartEnd,
  type RestartRequest,
  type SentRestart,
} from '../../core/hosts/data-center';
import { isBefore, isFor, planRoll, type RollStep } from '../../core/hosts/data-center-roll';
import type { DeliveredKey, StoredCredential } from '../../core/hosts/host';
import type { Credential } from '../../core/key/credential';
import { secretName } from '../../core/names';
import { HostError } from '../http/host-error';
import { type Retry, USUAL_RETRIES } from '../http/retry';
import type { SharedDocument } from './shared-document';

interface DataCenterProps {
  readonly config: DataCenterTarget;
  /** With the other targets that have its document. */
  readonly shared: SharedDocument;
  readonly nodeCommands: NodeCommands;
  readonly time: Time;
  readonly retry: Retry;
}

/** How long one run stays with its own commands: less than sync leaves itself for one key. */
const STAYS = 8 * MINUTE;
const LOOKS_EVERY = 10 * SECOND;
/** Between a look and what is done about it: who was held up longer looks again, because another run may have acted. */
const LOOK_COUNTS = 5 * SECOND;
const MOST_LOOKS = 3;
/** How often one run tries once more what AWS has throttled. */
const MOST_THROTTLED = 3;
/** Until a command that may have been sent shows in the list, if it ever does. */
const SHOWS_WITHIN = 30 * SECOND;
/** What the document has to take, by what it was sent. */
const NEEDS = `It has to take ${Object.values(DOCUMENT_PARAMETERS).slice(0, 3).join(', ')}, and to need nothing else (docs/start/datacenter.md#the-document).`;
const NEEDS_ASKED = `To start a node again for what it was started for, it has to have the parameter ${DOCUMENT_PARAMETERS.askedAt}, as the present example does (docs/start/datacenter.md#once-more).`;

/**
 * The nodes of a Data Center. They are told which version is current and never what it is, and are restarted one by one;
 * what was sent and what came of it is kept by Systems Manager alone.
 */
export class DataCenter implements Target {
  readonly name: string;
  readonly #props: DataCenterProps;

  constructor(props: DataCenterProps) {
    this.name = dataCenterHost.nameOf(props.config);
    this.#props = props;
  }

  /** @throws HostError `under-way` where a later run goes on, at once where it is retryable; why it cannot go on */
  async deliver(credential: Credential, stored: StoredCredential, earlier?: EarlierCredentials): Promise<Receipt> {
    const { secretArn, versionId, storedAt } = stored;
    const wasConfirmed = earlier?.wasConfirmed?.(versionId) ?? false;
    // Where not every node has confirmed, who asks wants it to go on.
    const askedAt = wasConfirmed ? earlier?.askedAt?.toISOString() : undefined;
    const roll: Roll = {
      request: { secretArn, versionId, accessKeyId: credential.accessKeyId, askedAt },
      wasConfirmed: wasConfirmed && askedAt === undefined,
      since: earlier?.since,
      storedAt,
      end: this.#now() + STAYS,
      goesOn: earlier?.goesOn ?? false,
      own: [],
      tries: 0,
      ended: earlier?.ended,
    };
    let isKept = earlier === undefined;
    for (;;) {
      const { step, ended } = await this.#stepped(roll, isKept);
      await earlier?.ended?.(ended);
      if (step.do === 'done') return { ...receiptOf(step.nodes, versionId), notAgain: roll.notAgain };
      if (step.do === 'stop') throw this.#stopped(step);
      if (step.do === 'wait') await this.#wait(step.open, roll);
      else if (isKept) continue;
      // That takes its time, in which another run may act: it looks once more.
      else await earlier?.beforeWriting();
      isKept ||= step.do === 'restart';
    }
  }

  /** What Systems Manager remembers says what each node was last restarted for; after its 30 days nobody can tell. */
  async inspect(wanted: DeliveredKey | undefined): Promise<Inspection> {
    const shown = { holds: undefined, places: [] };
    if (wanted === undefined) return { ...shown, compared: [], differences: [], revision: undefined };
    const sent = await this.#sent();
    const last = this.#props.config.nodes.flatMap((node) => {
      // What another command than Keyturn's has done there nobody can tell.
      const told = sent.filter(({ came, isOther = false }) => came === 'succeeded' && !isOther);
      const succeeded = told.filter((one) => one.node === node && isOfKey(one, wanted));
      return [...succeeded].sort(isBefore).slice(-1);
    });
    const others = last.filter(({ versionId }) => versionId !== wanted.versionId);
    return {
      ...shown,
      compared: last.map(({ node }) => `last restart of ${node}`),
      differences: others.map(({ node, commandId }) => `${node} was last restarted for another version (${commandId})`),
      // The same for as long as this version is: it stands for the restarts when Systems Manager has forgotten them.
      revision: wanted.versionId,
    };
  }

  /** A restart is all that a node can be asked for. */
  tryToWrite(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** IDs of instances are never given again. */
  identify(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Looks what is to be done, and does it where it may. */
  #stepped(roll: Roll, mayAct: boolean) {
    return this.#inTurn(async () => {
      const { step, sent } = await this.#next(roll);
      if (step.do === 'restart' && mayAct) await this.#act(step.node, sent, roll);
      return { step, ended: endsOf(sent, roll.request) };
    });
  }

  /**
   * Several keys of one run may have the same nodes: each looks and sends before the next one does, and sees what the
   * others have sent although it is not listed yet.
   */
  async #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const { shared: document } = this.#props;
    const mine = document.line.then(work);
    document.line = mine.catch(() => undefined);
    return mine;
  }

  /** Stays as long as it is this run that goes on. */
  async #wait(open: readonly SentRestart[], { own, end, goesOn, request }: Roll): Promise<void> {
    if (goesOn && own.length === 0) own.push(...open.filter((one) => isFor(one, request)));
    // What the same run has sent for another key ends soon enough, and then it is this one's turn.
    const isOurs = isFirst(own.length === 0 ? this.#props.shared.sent : own, open);
    if (!isOurs || this.#now() + LOOKS_EVERY > end) throw this.#underWay(open, isOurs);
    await this.#props.time.sleep(LOOKS_EVERY);
  }

  /** Restarts one node. Where AWS has throttled that it did nothing, and another look comes before the next try. */
  async #act(node: string, sent: readonly SentRestart[], roll: Roll): Promise<void> {
    const { config, time } = this.#props;
    roll.tries += 1;
    // Each node takes one; another one is sent after a throttle alone.
    const mayTry = roll.tries <= config.nodes.length + MOST_THROTTLED;
    if (!mayTry) throw this.#error('host-answer-invalid', 'Systems Manager lists no command as it was sent.', true);
    const request = requestFor(node, sent, roll);
    try {
      const mine = await this.#restart(node, request, sent);
      if (mine === undefined) {
        const refused = this.#notTaken(request);
        if (roll.request.askedAt === undefined) throw refused;
        leaveOutWhatWasAsked(roll, refused.message);
        return;
      }
      roll.own.push(mine);
      this.#props.shared.sent.push(mine);
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (error.code !== 'rate-limited') {
        // Of one that may have been sent Systems Manager tells later what came of it.
        const { mayHaveHappened = false } = thrown as Partial<HostError>;
        if (!mayHaveHappened) await roll.ended?.([{ node, sentAt: time.now(), came: 'refused', error }]);
        throw thrown;
      }
      await time.sleep(LOOKS_EVERY);
    }
  }

  /** What to do next, as Systems Manager shows it at this moment. */
  async #next({ request, wasConfirmed, since: currentSince, storedAt }: Roll) {
    const { nodes } = this.#props.config;
    for (let looks = 1; ; looks += 1) {
      const since = this.#now();
      const listed = await this.#sent();
      // What is listed lags behind by seconds.
      const now = this.#props.time.now();
      const sent = [...listed, ...this.#props.shared.unlisted(listed, now)];
      const step = planRoll({ request, wasConfirmed, since: currentSince, storedAt, nodes, sent, now });
      if (step.do !== 'restart' || now.getTime() - since <= LOOK_COUNTS) return { step, sent };
      if (looks === MOST_LOOKS) {
        throw this.#error('host-down', 'Systems Manager answers too late to tell that no node is restarting.', true);
      }
    }
  }

  /**
   * Sends one command. Where no answer comes it may have been sent: it is looked for, and this run sends no other.
   *
   * @returns undefined where the document does not take what it was sent
   */
  async #restart(
    node: string,
    request: RestartRequest,
    before: readonly SentRestart[],
  ): Promise<SentRestart | undefined> {
    const { config, nodeCommands, time } = this.#props;
    const sentAt = time.now();
    try {
      const commandId = await nodeCommands.restart(config, node, request);
      if (commandId === undefined) return undefined;
      return { ...request, commandId, node, sentAt, came: 'open', isSilent: true, status: 'Pending' };
    } catch (thrown) {
      const error = this.#told(toKeyturnError(thrown));
      if (!error.mayHaveHappened) throw error;
      for (let waited = 0; waited <= SHOWS_WITHIN; waited += LOOKS_EVERY) {
        if (waited > 0) await time.sleep(LOOKS_EVERY);
        const found = (await this.#sent()).find(
          (one) => one.node === node && before.every(({ commandId }) => commandId !== one.commandId),
        );
        if (found !== undefined) return found;
      }
      throw error;
    }
  }

  #sent(): Promise<readonly SentRestart[]> {
    const { config, nodeCommands, retry } = this.#props;
    return retry(USUAL_RETRIES, async () => {
      try {
        return await nodeCommands.sent(config);
      } catch (thrown) {
        throw this.#told(toKeyturnError(thrown));
      }
    });
  }

  #now(): number {
    return this.#props.time.now().getTime();
  }

  #underWay(open: readonly SentRestart[], isOurs: boolean): HostError {
    const nodes = open.map(({ node, commandId, status }) => `${node} (${commandId}: ${status})`).join(', ');
    return this.#error('under-way', `restarting now: ${nodes}. A later run goes on when it has confirmed.`, isOurs);
  }

  #stopped({ failed, isOwn, again }: Extract<RollStep, { readonly do: 'stop' }>): HostError {
    const { node, commandId, status } = failed;
    const { region } = this.#props.config;
    const look = `aws ssm get-command-invocation --command-id ${commandId} --instance-id ${node}`;
    const why = `${node} did not restart well${isOwn ? '' : ', for another key'} (${status}), so no other node is touched.`;
    const next =
      again === undefined
        ? 'It goes on when a command as Keyturn sends it has succeeded there: the other key tries again, or send that one once more'
        : `It is tried again after ${again.toISOString()}, or by hand`;
    const cure = `See what it wrote: ${look}${region === undefined ? '' : ` --region ${region}`}.`;
    return this.#error('host-down', `${why} ${cure} ${next} (docs/start/datacenter.md).`, true);
  }

  /** Systems Manager takes parameters of the document alone, and all that it needs. */
  #notTaken({ askedAt }: RestartRequest): HostError {
    const { document } = this.#props.config;
    const why = `Systems Manager answered InvalidParameters: ${document} does not take what it is sent. `;
    return this.#error('host-rejected', `${why}${askedAt === undefined ? NEEDS : NEEDS_ASKED}`, false);
  }

  #told({ code, message, retryable }: KeyturnError): HostError {
    const concerns = code === 'host-down' || code === 'rate-limited' ? 'system' : 'place';
    const mayHaveHappened = code === 'host-down' || code === 'host-answer-invalid';
    return new HostError(code, `${this.name}: ${message}`, { retryable, mayHaveHappened, concerns });
  }

  #error(code: ErrorCode, message: string, retryable: boolean): HostError {
    return new HostError(code, `${this.name}: ${message}`, { retryable, concerns: 'place' });
  }
}

/** One run's part of a restart of all nodes. */
interface Roll {
  request: RestartRequest;
  wasConfirmed: boolean;
  /** Why no node is started once more although somebody has asked for it. @default - nobody has, or it can be done */
  notAgain?: string;
  /** See `RollInput`. */
  readonly since: Date | undefined;
  readonly storedAt: Date | undefined;
  /** Until when this run stays with its own commands (ms). */
  readonly end: number;
  /** Whether it takes over what the run before it has sent. */
  readonly goesOn: boolean;
  /** What this run has sent: for what others have sent they wait themselves. */
  readonly own: SentRestart[];
  tries: number;
  readonly ended: EarlierCredentials['ended'];
}

/**
 * What cannot be asked once more is not tried for ever: all nodes had confirmed the version before somebody asked, and
 * whichever was restarted for something else since is restarted as if nobody had.
 */
function leaveOutWhatWasAsked(roll: Roll, because: string): void {
  roll.request = { ...roll.request, askedAt: undefined };
  roll.wasConfirmed = true;
  roll.notAgain = because;
}

/** The document only looks at a node that it has restarted for this version, although that was before there was one. */
function requestFor(node: string, sent: readonly SentRestart[], { request, storedAt }: Roll): RestartRequest {
  if (storedAt === undefined) return request;
  const { secretArn, versionId } = request;
  const isThis = (one: SentRestart) => one.secretArn === secretArn && one.versionId === versionId;
  // Whoever sent it, and with whatever settings.
  const isEarly = sent.some((one) => one.node === node && isThis(one) && one.sentAt <= storedAt);
  return isEarly ? { ...request, askedAt: request.askedAt ?? storedAt.toISOString() } : request;
}

/**
 * Whether it is this run that goes on: of several at once the one whose command was sent first, in an order that is the
 * same for all of them.
 */
function isFirst(own: readonly SentRestart[], open: readonly SentRestart[]): boolean {
  const [mine] = own.slice(-1);
  if (mine === undefined) return false;
  const isMine = (one: SentRestart) => own.some(({ commandId }) => commandId === one.commandId);
  const listed = open.find(({ commandId }) => commandId === mine.commandId) ?? mine;
  return open.every((one) => isMine(one) || isBefore(listed, one) < 0);
}

/** What became of the commands for this version, in the order in which they were sent. */
function endsOf(sent: readonly SentRestart[], request: RestartRequest): readonly RestartEnd[] {
  // Whatever was asked meanwhile.
  const over = sent.filter((one) => one.came !== 'open' && isFor(one, { ...request, askedAt: undefined }));
  return over.sort(isBefore).map(({ node, commandId: command, sentAt, came, status }) => {
    return { node, command, sentAt, came: came === 'succeeded' ? 'confirmed' : 'failed', status };
  });
}

function receiptOf(nodes: Extract<RollStep, { readonly do: 'done' }>['nodes'], versionId: string): Receipt {
  const wrote = nodes.map(({ node, by }) =>
    by === undefined
      ? `${node} confirmed it more than ${HISTORY_DAYS} days ago`
      : `restarted ${node} at ${by.sentAt.toISOString()} by command ${by.commandId}`,
  );
  return { wrote, readBack: undefined, tornFor: 0, revision: versionId };
}

/** Whether a command was sent for the same managed key: its secret's name ends in its id and six characters. */
function isOfKey({ secretArn = '' }: SentRestart, { managedKey }: DeliveredKey): boolean {
  return secretArn.replace(/-[A-Za-z0-9]{6}$/, '').endsWith(`:secret:${secretName(managedKey)}`);
}
