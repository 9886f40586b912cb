import type { Time } from '../../account/ports';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import { type Call, HostError } from '../http/host-error';
import { ONCE, type Retry, type RetryPolicy, TORN_PAIR_RETRIES, USUAL_RETRIES } from '../http/retry';
import type { BitbucketClient, VariableValue } from './client';
import { asSecuredAs, variablesNamed } from './variables';

/** One variable on its way to the host. */
export interface Write {
  variable: VariableValue;
  /** Undefined while the host has no variable of this name. */
  uuid: string | undefined;
  /** Whether a try that failed may have changed the variable. */
  uncertain: boolean;
  /** When the host confirmed it. */
  confirmed: { readonly at: Date; readonly outcome: 'created' | 'updated' } | undefined;
  failure: KeyturnError | undefined;
}

interface WriteTogetherProps {
  readonly client: BitbucketClient;
  readonly time: Time;
  readonly retry: Retry;
  /** Path of the list of variables. */
  readonly path: string;
  readonly call: Call;
}

/**
 * Writes variables that belong together, all leaving at the same moment. New variables too: a wider scope may already
 * hold a pair, and one half made early would tear it. When some are written and others are not, the missing ones get a
 * longer budget of their own, because until then a starting pipeline sees half of each.
 * @throws KeyturnError the failure of the write that needs a person most; says what was written
 */
export async function writeTogether(writes: readonly Write[], props: WriteTogetherProps): Promise<void> {
  const unconfirmed = () => writes.filter(({ confirmed }) => confirmed === undefined);
  const touched = () => writes.some(({ confirmed, uncertain }) => confirmed !== undefined || uncertain);
  for (const policy of [USUAL_RETRIES, TORN_PAIR_RETRIES]) {
    await Promise.all(unconfirmed().map((write) => put(write, policy, props)));
    if (unconfirmed().length === 0) return;
    if (!touched()) break;
  }
  throw incomplete(writes, unconfirmed());
}

/** Never throws: a failure stays in the write. */
async function put(write: Write, policy: RetryPolicy, props: WriteTogetherProps): Promise<void> {
  const { client, retry, path, time } = props;
  const call = { ...props.call, doing: `write ${write.variable.key}` };
  const operation = async (previous: KeyturnError | undefined) => {
    // A create cannot simply be repeated: it may have happened, or somebody else's may.
    const gone = previous instanceof HostError && previous.status === 404;
    if (previous !== undefined && (write.uuid === undefined || gone)) {
      const present = await client.variables(path, call, ONCE);
      write.uuid = variablesNamed(write.variable.key, present)[0]?.uuid;
      write.variable = asSecuredAs(write.variable, present);
    }
    try {
      if (write.uuid === undefined) {
        await client.createVariable(path, write.variable, call);
        return 'created';
      }
      await client.updateVariable(path, write.uuid, write.variable, call);
      return 'updated';
    } catch (thrown) {
      if (thrown instanceof HostError && thrown.mayHaveHappened) write.uncertain = true;
      throw thrown;
    }
  };
  try {
    const outcome = await retry(policy, operation, write.failure);
    write.confirmed = { at: time.now(), outcome };
  } catch (thrown) {
    write.failure = toKeyturnError(thrown);
  }
}

function incomplete(writes: readonly Write[], missing: readonly Write[]): KeyturnError {
  const failures = missing.flatMap(({ failure }) => failure ?? []);
  const failure = toKeyturnError(failures.find(({ retryable }) => !retryable) ?? failures[0]);
  const names = (some: readonly Write[]) => some.map(({ variable }) => variable.key).join(', ') || 'none';
  const written = writes.filter(({ confirmed }) => confirmed !== undefined);
  const uncertain = missing.filter((write) => write.uncertain);
  const torn = written.length > 0 || uncertain.length > 0;
  const message = !torn
    ? `${failure.message} Nothing was written: the variables hold what they held before.`
    : `${failure.message} The pair may be torn, and pipelines that start now may fail: written: ${names(written)}; ` +
      `perhaps written: ${names(uncertain)}; not written: ${names(missing.filter((write) => !write.uncertain))}. ` +
      'The next delivery writes all of them again.';
  return new KeyturnError(failure.code, message, {
    retryable: failure.retryable,
    torn,
    retryAt: failure.retryAt,
  });
}
