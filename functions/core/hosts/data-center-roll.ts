import { after, HOUR, MINUTE } from '../duration';
import type { RestartRequest, SentRestart } from './data-center';

/** A node that was not restarted well is tried again so much later, then twice as late, and so on. */
const FIRST_AGAIN = 50 * MINUTE;
/** So that each day has one more try: it may be what was changed by hand that it takes. */
const LAST_AGAIN = 20 * HOUR;

/** A command of which no node has said anything for so long has reached none: ten minutes are what it was given. */
const NEVER_REACHED = HOUR;

export interface RollInput {
  /** In any order: runs that cannot see each other's commands yet begin with the same node, however a key lists them. */
  readonly nodes: readonly string[];
  readonly request: Pick<RestartRequest, 'secretArn' | 'versionId' | 'askedAt'>;
  /** What Systems Manager knows of all commands on these nodes. */
  readonly sent: readonly SentRestart[];
  /** Whether a delivery of this version to these nodes was complete before, so that what is forgotten was confirmed. */
  readonly wasConfirmed: boolean;
  /**
   * Since when the version is current again. A node that started by itself while another one was has read that one, so
   * that what was confirmed before says nothing. @default - it was current all the time
   */
  readonly since?: Date | undefined;
  /** When the version was stored: a node that started before has read another one, whatever it was sent. @default - not known */
  readonly storedAt?: Date | undefined;
  readonly now: Date;
}

/** The next thing to do, which is never more than one node. */
export type RollStep =
  | { readonly do: 'restart'; readonly node: string }
  /** Some node may be restarting now, for whatever key. */
  | { readonly do: 'wait'; readonly open: readonly SentRestart[] }
  /** A node that may be down: no other one is touched. `again` tells when it is tried again; by this key where it has to. */
  | { readonly do: 'stop'; readonly failed: SentRestart; readonly isOwn: boolean; readonly again: Date | undefined }
  /** Every node has confirmed; `by` is not there where Systems Manager has forgotten it. */
  | { readonly do: 'done'; readonly nodes: readonly { readonly node: string; readonly by: SentRestart | undefined }[] };

/**
 * Decides the next step of a restart of all nodes, one by one, from what Systems Manager says alone: runs that die, come
 * twice or at once find the same. A node counts as down from a command that did not succeed, whoever sent it, to the next
 * success of one that Keyturn would send.
 */
export function planRoll(given: RollInput): RollStep {
  const input = { ...given, sent: given.sent.map((one) => (isLost(one, given.now) ? { ...one, came: LOST } : one)) };
  const { sent } = input;
  const nodes = [...input.nodes].sort();
  const open = sent.filter(({ came }) => came === 'open');
  if (open.length > 0) return { do: 'wait', open };
  const seen = nodes.map((node) => ({ node, last: lastOf(sent, node), by: confirmedBy(input, node) }));
  const down = seen.flatMap(({ node, last, by }) => (last?.came === 'failed' ? [{ node, last, by }] : []));
  const [first] = down.filter(({ by }) => by === undefined);
  if (first !== undefined) return retry(input, first.node, first.last);
  const [other] = down;
  const next = seen.find(({ by }) => by === undefined);
  if (next !== undefined) {
    if (other === undefined) return { do: 'restart', node: next.node };
    // What is of no key nobody else tries again.
    if (other.last.isOther) return { do: 'restart', node: other.node };
    return { do: 'stop', failed: other.last, isOwn: false, again: undefined };
  }
  const done = seen.map(({ node, by }) => ({ node, by: by === 'forgotten' ? undefined : by }));
  return { do: 'done', nodes: done };
}

const LOST = 'failed' as const;

function isLost({ came, isSilent = false, sentAt }: SentRestart, now: Date): boolean {
  return came === 'open' && isSilent && after(sentAt, NEVER_REACHED) <= now;
}

function retry({ request, sent, now }: RollInput, node: string, failed: SentRestart): RollStep {
  const own = sent.filter((one) => one.node === node && isFor(one, request));
  const tries = own.filter(({ came }) => came === 'failed').length;
  if (tries === 0) return { do: 'restart', node };
  const last = newest(own) ?? failed;
  const again = after(last.sentAt, Math.min(FIRST_AGAIN * 2 ** (tries - 1), LAST_AGAIN));
  return again <= now ? { do: 'restart', node } : { do: 'stop', failed: last, isOwn: true, again };
}

/** What shows that a node started with this version: the last command for its secret, and that one succeeded. */
function confirmedBy(
  { request, sent, wasConfirmed, since, storedAt, now }: RollInput,
  node: string,
): SentRestart | 'forgotten' | undefined {
  const own = sent.filter((one) => one.node === node && one.secretArn === request.secretArn);
  const last = newest(own);
  if (last === undefined) return wasConfirmed ? 'forgotten' : undefined;
  // A date that has not come says nothing: by it, one node after the other would restart for ever.
  const counts = [since, storedAt].every((date) => date === undefined || date > now || last.sentAt > date);
  return counts && last.came === 'succeeded' && isFor(last, request) ? last : undefined;
}

/** Whether a command is one that Keyturn sends for this version, and for what somebody has asked of it. */
export function isFor(
  { secretArn, versionId, askedAt, isOther = false }: SentRestart,
  request: RollInput['request'],
): boolean {
  const isAsked = request.askedAt === undefined || request.askedAt === askedAt;
  return !isOther && isAsked && secretArn === request.secretArn && versionId === request.versionId;
}

/** The last command that tells how a node is. */
function lastOf(sent: readonly SentRestart[], node: string): SentRestart | undefined {
  return newest(
    sent.filter(({ node: on, came, isOther = false }) => on === node && !(isOther && came === 'succeeded')),
  );
}

function newest(sent: readonly SentRestart[]): SentRestart | undefined {
  return [...sent].sort(isBefore).at(-1);
}

/** The order in which commands were sent, the same for everybody who looks. */
export function isBefore(one: SentRestart, other: SentRestart): number {
  return one.sentAt.getTime() - other.sentAt.getTime() || (one.commandId < other.commandId ? -1 : 1);
}
