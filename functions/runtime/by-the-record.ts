import type { Secrets } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { after, MINUTE, SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { SecretState } from '../core/key/secret-state';
import { isRollbackAsked, withdrawal } from '../core/key/withdrawn';
import { idOfSecret, type Level, TAG } from '../core/names';
import type { Run } from './run';

/** The front writes the tag, and then that it did; the record shows it seconds later. */
const RECORD_SHOWS_IN = MINUTE;
const ASKED_EVERY = 5 * SECOND;

/** Who takes a key back. */
const LEVEL: Level = 'administrator';

type Word = 'there' | 'not-there' | 'unknown';

/**
 * The secrets without what their tags say of a rollback that the sealed record does not know: whoever may tag a secret can
 * write that, and an administrator alone may have it done. It is told, and nothing more. What is done already needs no word
 * any more: that a key is withdrawn only keeps it from being current, and from going too soon.
 *
 * @param unread what becomes of it while the record cannot be read: what it holds back is held (K14), what it would have
 * done is not done
 */
export function byTheRecord(secrets: Secrets, run: Run, unread: 'is-held' | 'is-not-done'): Secrets {
  const words = new Map<string, Promise<Word>>();
  const checked = async (secret: SecretState): Promise<SecretState> => {
    const tag = secret.tags[TAG.withdrawn];
    if (tag === undefined || !isRollbackAsked(secret, run.now())) return secret;
    const name = `${secret.name} ${tag}`;
    const word = words.get(name) ?? asked(secret, tag, run);
    words.set(name, word);
    const said = await word;
    return said === 'there' || (said === 'unknown' && unread === 'is-held') ? secret : withoutWithdrawal(secret);
  };
  return {
    ...secrets,
    list: async (prefix) => Promise.all((await secrets.list(prefix)).map(checked)),
    describe: async (name) => checked(await secrets.describe(name)),
    describeWithUnlabelled: async (name) => checked(await secrets.describeWithUnlabelled(name)),
  };
}

async function asked(secret: SecretState, tag: string, run: Run): Promise<Word> {
  const { accessKeyId, at = run.now() } = withdrawal(secret) ?? {};
  const key = idOfSecret(secret.name);
  try {
    for (;;) {
      const events = await run.recorded(at, 'ask-written');
      if (events.some((event) => isWordFor(event, key, tag))) return 'there';
      if (run.now() >= after(at, RECORD_SHOWS_IN) || !run.hasTime()) break;
      await run.time.sleep(ASKED_EVERY);
    }
  } catch (thrown) {
    run.log.warn('the record does not say whether a rollback was asked for', { code: toKeyturnError(thrown).code });
    return 'unknown';
  }
  if (key !== undefined && accessKeyId !== undefined) {
    run.find({ code: 'not-rolled-back', key, accessKeyId, facts: { is: 'not-in-record', askedAt: at } });
  }
  return 'not-there';
}

/** Of this key, this access key and this time. */
function isWordFor({ function: by, key, outcome, facts }: AuditEvent, id: string | undefined, tag: string): boolean {
  return by === LEVEL && key === id && outcome === 'ok' && facts?.do === 'rollback' && facts.tag === tag;
}

function withoutWithdrawal(secret: SecretState): SecretState {
  const { [TAG.withdrawn]: _withdrawal, ...tags } = secret.tags;
  return { ...secret, tags };
}
