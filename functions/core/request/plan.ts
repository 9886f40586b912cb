import { createHash } from 'node:crypto';
import { besideOthers, type Compromised, ORDERS, SAYS } from '../key/compromised';
import { datedTag } from '../key/dated-tag';
import type { Exemption } from '../key/exemption';
import { isReplaced } from '../key/replaced';
import { currentKey, currentVersion } from '../key/secret-state';
import { isRollbackAsked } from '../key/withdrawn';
import type { Managed } from '../lifecycle/managed';
import { isObserved } from '../lifecycle/observed';
import { pauseFinding } from '../lifecycle/paused';
import type { Level } from '../names';
import { mayAsk, verbOf } from '../verbs';
import type { Refusal } from './answer';
import type { Caller } from './caller';
import type { OperatorRequest } from './request';

/** One change that was asked for: of one tag, in one call, or one event of the record, so that there is nothing half. */
export interface Change {
  readonly key: string;
  readonly secret: string;
  readonly do: OperatorRequest['do'];
  /** The tag to be written; none to take it away, or where nothing is written. */
  readonly tag: string | undefined;
  /** Of which access key it is; then the tag tells when it was asked for, too. @default - the tag says all there is */
  readonly of?: string | undefined;
  /** What it goes on to say of other access keys. @default - nothing */
  readonly keeps?: string | undefined;
  /** The one that is there. */
  readonly from: string | undefined;
}

export interface RequestPlan {
  /** Of everything that will be done and of the state that it rests on: another plan has another one. */
  readonly digest: string;
  readonly words: readonly string[];
  readonly change: Change;
}

export interface Refused {
  readonly refused: Refusal;
  readonly message: string;
}

/** What is asked, by whom, and what is there. */
export interface PlanInput<Request extends OperatorRequest = OperatorRequest>
  extends Pick<Managed, 'entry' | 'secret'> {
  readonly request: Request;
  readonly caller: Caller;
  readonly level: Level;
  readonly now: Date;
  /** The key's exemption that is in force, where one is asked for or ended. */
  readonly exemption?: Exemption | undefined;
}

/** What is asked for by one `do`. */
export type RequestFor<Do extends OperatorRequest['do']> = Extract<OperatorRequest, { readonly do: Do }>;

/** Whoever asks has to be of the level for it. */
export function refusedLevel({ request, level }: PlanInput): Refused | undefined {
  if (mayAsk(level, verbOf(request.do))) return undefined;
  return { refused: 'beyond-level', message: `Only an administrator asks for "${request.do}".` };
}

/** What is held back, or only observed, is not acted on (K14). */
export function refusedAsHeld({ entry, secret, now }: PlanInput): Refused | undefined {
  if (isObserved(entry)) {
    const message = `Key "${entry.id}" is only observed: nothing is done for it. Take "mode: observe" away and deploy.`;
    return { refused: 'held-back', message };
  }
  if (pauseFinding(entry, secret, now) === undefined) return undefined;
  return { refused: 'held-back', message: `Key "${entry.id}" is paused: let it go on first, with keyturn resume.` };
}

/** What roles have replaced is not acted on; that it has leaked is heard all the same. */
export function refusedAsReplaced({ entry, secret }: PlanInput): Refused | undefined {
  if (!isReplaced(entry, secret)) return undefined;
  const message = `Key "${entry.id}" is replaced by ${entry.replacedBy?.roles.join(', ')}, and goes for good: nothing is done for it. Take "replacedBy" away and deploy, and a new one is made.`;
  return { refused: 'held-back', message };
}

/** While a key is on its way back, the one that is current is neither rotated nor delivered. */
export function refusedAsRolledBack({ entry: { id }, secret, now }: PlanInput): Refused | undefined {
  const current = currentKey(secret);
  if (current === undefined || !isRollbackAsked(secret, now)) return undefined;
  const message = `An administrator has asked for key "${id}" to be rolled back from ${current.accessKeyId}, and it is not done yet: nothing else would come of it. keyturn status ${id} shows how far it is; ask again then.`;
  return { refused: 'in-progress', message };
}

/** A plan that writes or takes away the one tag of its verb. */
export function planned(
  { request, caller, level, entry, secret, exemption }: PlanInput,
  { tag, of, keeps }: Pick<Change, 'tag' | 'of' | 'keeps'>,
  words: readonly string[],
): RequestPlan {
  const { tag: name } = verbOf(request.do);
  const from = name === undefined ? exemption?.event : secret.tags[name];
  const change = { key: entry.id, secret: secret.name, do: request.do, tag, of, keeps, from };
  // The time of the last change is part of the state: what was undone again is not done a second time by a request that
  // somebody sends again.
  const rests = {
    version: currentVersion(secret)?.versionId ?? null,
    changedAt: secret.changedAt.toISOString(),
    from: from ?? null,
  };
  const does = { ...change, tag: tag ?? null, of: of ?? null, from: null, why: request.why };
  const accepts = request.do === 'exempt' ? [request.until.toISOString(), request.approver ?? null] : [];
  const digest = createHash('sha256')
    .update(JSON.stringify([request.schema, level, caller.arn, does, rests, ...accepts]))
    .digest('hex');
  return { digest, words, change };
}

/** What is written when the change is made; undefined where a tag is taken away. */
export function tagOf({ do: verb, tag, of, keeps }: Change, now: Date) {
  const word = of === undefined ? tag : datedTag(of, now);
  const order = ORDERS.find((one) => SAYS[one].do === verb);
  return {
    /** What the record says of it. */
    word,
    /** The value of the tag. */
    value: word && besideOthers(word, keeps),
    /** What it says of a key that has leaked, and may have to say beside what others write. */
    leak:
      of === undefined || order === undefined ? undefined : ({ accessKeyId: of, at: now, order } satisfies Compromised),
  };
}
