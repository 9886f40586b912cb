import type { Secrets } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { readDatedTag } from '../core/key/dated-tag';
import { isToGo, type UnprovedEnd, withoutEnd } from '../core/key/replaced';
import { currentKey, type SecretState, withoutFuture } from '../core/key/secret-state';
import { isRollbackAsked, withdrawal } from '../core/key/withdrawn';
import type { Managed } from '../core/lifecycle/managed';
import { idOfSecret, type Level, TAG } from '../core/names';
import type { Run } from './run';
import { isAnswered, type Said, wordFor } from './word';

/** Who takes a key back. */
const LEVEL: Level = 'administrator';

/** What becomes of a rollback while the record cannot be read: what it holds back is held (K14), what it does is not done. */
type Unread = 'is-held' | 'is-not-done';

/** A new tag while the word for the one before was waited for is waited for too; that somebody writes one a minute is not. */
const MOST_WAITS = 2;

/**
 * The secrets without what their tags say of a rollback that the sealed record does not know: whoever may tag a secret can
 * write that, and an administrator alone may have it done. It is told, and nothing more. What is done already needs no word
 * any more: that a key is withdrawn only keeps it from being current, and from going too soon.
 *
 * A list shows what the tags say, as it is of all keys: each is described where it is worked on, so that the doubt about
 * one delays no other (K11).
 */
export function byTheRecord(secrets: Secrets, run: Run, unread: Unread): Secrets {
  const read = async (describe: () => Promise<SecretState>): Promise<SecretState> => {
    for (let waits = 0; ; waits += 1) {
      const secret = await describe();
      const said = rollbackSaid(secret, run);
      const isKnown = said === undefined || isAnswered(run, said);
      if (isKnown || waits === MOST_WAITS) return settled(secret, run, unread);
      // What was read before the wait is old.
      await wordFor(run, said);
    }
  };
  return {
    ...secrets,
    describe: (name) => read(() => secrets.describe(name)),
    describeWithUnlabelled: (name) => read(() => secrets.describeWithUnlabelled(name)),
  };
}

/** Whether it takes the record's word to know what is to be done. */
export function isRollbackInDoubt(secret: SecretState, run: Run): boolean {
  return rollbackSaid(secret, run) !== undefined;
}

/** One secret without a rollback, or the end of a key, that the record does not know. */
export async function settled(secret: SecretState, run: Run, unread: Unread): Promise<SecretState> {
  return withoutUnsaidEnd(await withoutUnsaidRollback(secret, run, unread), run);
}

/**
 * That a key goes for good is announced in the record before its secret says so. What the record cannot tell holds back
 * the making of a new one, and delivery; the entry may stand for longer than the record does. A key of that age would have
 * had a successor if it had not gone, and whoever wants one takes `replacedBy` out.
 */
async function withoutUnsaidEnd(secret: SecretState, run: Run): Promise<SecretState> {
  const said = endSaid(secret, run);
  if (said === undefined || (await wordFor(run, said)) !== 'not-there') return secret;
  return withoutEnd(secret);
}

/** The same of one key, for which nothing but its end is asked. */
export async function withItsEnd(managed: Managed, run: Run): Promise<Managed> {
  if (!isToGo(managed.entry, managed.secret)) return managed;
  return { ...managed, secret: await withoutUnsaidEnd(managed.secret, run) };
}

/** Why the end of a key is believed only as far as nothing is deleted by it; undefined where the record has it, or there is none. */
export async function unprovedEnd(secret: SecretState, run: Run): Promise<UnprovedEnd | undefined> {
  const said = endSaid(secret, run);
  const word = said && (await wordFor(run, said));
  return word === 'unknown' || word === 'forgotten' ? word : undefined;
}

/** That the current key goes for good. */
function endSaid(given: SecretState, run: Run): Said | undefined {
  const secret = withoutFuture(given, run.now());
  const said = readDatedTag(secret.tags[TAG.replaced]);
  const current = currentKey(secret);
  if (said === undefined || said.accessKeyId !== current?.accessKeyId) return undefined;
  const { accessKeyId, at } = said;
  return {
    name: `${secret.name} ${TAG.replaced}=${secret.tags[TAG.replaced]}`,
    at,
    writers: [{ event: 'key-deactivation-begun', by: 'deactivate' }],
    isWord: (event) => event.reason === 'replaced' && event.accessKeyId === accessKeyId,
    outlasts: {
      bornAt: current.createdAt,
      renewedBy: { event: 'finding', by: 'deactivate', reason: 'replaced' },
      // Of this tag, and by a run that found the word in the record.
      renews: ({ accessKeyId: of, facts }) =>
        of === accessKeyId && facts?.since === at.toISOString() && facts.unproved === undefined,
    },
    isMissing: () => run.deniesEnd(secret.name),
  };
}

async function withoutUnsaidRollback(secret: SecretState, run: Run, unread: Unread): Promise<SecretState> {
  const said = rollbackSaid(secret, run);
  if (said === undefined)
    return withoutFuture(secret, run.now()).tags[TAG.withdrawn] ? secret : withoutWithdrawal(secret);
  const word = await wordFor(run, said);
  return word === 'there' || (word === 'unknown' && unread === 'is-held') ? secret : withoutWithdrawal(secret);
}

/** A rollback that is to be done today. */
function rollbackSaid(given: SecretState, run: Run): Said | undefined {
  const secret = withoutFuture(given, run.now());
  const said = withdrawal(secret);
  if (said === undefined || !isRollbackAsked(secret, run.now())) return undefined;
  const { accessKeyId, at } = said;
  const tag = secret.tags[TAG.withdrawn];
  const key = idOfSecret(secret.name);
  return {
    name: `${secret.name} ${TAG.withdrawn}=${tag}`,
    at,
    writers: [{ event: 'ask-written', by: LEVEL }],
    isWord: (event) => isWordFor(event, key, tag),
    isMissing: () => {
      const facts = { is: 'not-in-record', askedAt: at } as const;
      if (key !== undefined) run.find({ code: 'not-rolled-back', key, accessKeyId, facts });
    },
  };
}

/** Of this key, this access key and this time. */
function isWordFor({ event, function: by, key, outcome, facts }: AuditEvent, id: string | undefined, tag?: string) {
  const isAsk = event === 'ask-written' && by === LEVEL && outcome === 'ok' && facts?.do === 'rollback';
  return isAsk && key === id && facts.tag === tag;
}

function withoutWithdrawal(secret: SecretState): SecretState {
  if (secret.tags[TAG.withdrawn] === undefined) return secret;
  const { [TAG.withdrawn]: _withdrawal, ...tags } = secret.tags;
  return { ...secret, tags };
}
