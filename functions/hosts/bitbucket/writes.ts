import type { Time } from '../../account/ports';
import { KeyturnError, type TornPair, toKeyturnError } from '../../core/errors';
import { type Call, HostError } from '../http/host-error';
import {
  ONCE,
  REFUSED_HALF_RETRIES,
  type Retry,
  type RetryPolicy,
  TORN_PAIR_RETRIES,
  USUAL_RETRIES,
} from '../http/retry';
import type { BitbucketClient, Variable, VariableValue } from './client';
import { asSecuredAs, variablesNamed } from './variables';

/** One variable on its way to the host. */
export interface Write {
  variable: VariableValue;
  /** What the host showed of it before; undefined where it had none of this name. */
  readonly before: Variable | undefined;
  /** Undefined while the host has no variable of this name. */
  uuid: string | undefined;
  /** Whether a try that failed may have changed the variable. */
  uncertain: boolean;
  /** Whether somebody else has made the variable since it was looked for. */
  isOthers: boolean;
  /** When the host confirmed it. */
  confirmed: { readonly at: Date; readonly outcome: 'created' | 'updated' } | undefined;
  failure: KeyturnError | undefined;
}

export interface Writes {
  /** The ID, and the secret: halves of one credential. */
  readonly pair: readonly [Write, Write];
  readonly others: readonly Write[];
}

export interface WriteProps {
  readonly client: BitbucketClient;
  readonly time: Time;
  readonly retry: Retry;
  /** Path of the list of variables. */
  readonly path: string;
  readonly call: Call;
}

interface WriteTogetherProps extends WriteProps {
  /** The half that is written alone, and nothing else before the host has confirmed it. @default - all leave together */
  readonly first: Write | undefined;
  /** Brings the pair back to what it was. @returns what is torn where that failed */
  putBack(pair: Writes['pair']): Promise<TornPair | undefined>;
}

/** @param before what the host shows of the variable, if it has one of this name */
export function writeOf(variable: VariableValue, before: Variable | undefined): Write {
  return {
    variable,
    before,
    uuid: before?.uuid,
    uncertain: false,
    isOthers: false,
    confirmed: undefined,
    failure: undefined,
  };
}

/**
 * Writes variables that belong together, all leaving at the same moment. New variables too: a wider scope may already
 * hold a pair, and one half made early would tear it. When one half of the pair is written and the other is not, the
 * missing one gets a longer budget of its own, because until then a starting pipeline sees half of each; after that the
 * written one is put back.
 *
 * What nobody could put back goes the other way, the secret first: a refusal of it has changed nothing then, while an ID
 * that a host only says to have held would be given away without a proof (K2). So does a half that was refused the last
 * time, because each try would tear the pair again (K1).
 * @throws KeyturnError the failure of the write that needs a person most; says what was written
 */
export async function writeTogether({ pair, others }: Writes, props: WriteTogetherProps): Promise<void> {
  const { first } = props;
  const all = [...pair, ...others];
  const rounds = first === undefined ? [all] : [[first], all.filter((write) => write !== first)];
  await inRounds(rounds, (write) => put(write, USUAL_RETRIES, props));
  if (isHalf(pair)) {
    await inRounds(rounds, async (write) => {
      const isLeft = write.confirmed !== undefined || (others.includes(write) && write.failure !== undefined);
      if (isLeft) return;
      await put(write, write.failure?.retryable === false ? REFUSED_HALF_RETRIES : TORN_PAIR_RETRIES, props);
    });
  }
  if (isHalf(pair)) throw halved(pair, await props.putBack(pair));
  if (missing(all).length > 0) throw incomplete(all, first !== undefined && isRefused(first));
}

/** The writes of a round leave together, and the next one's only when the host has confirmed them all. */
async function inRounds(rounds: readonly (readonly Write[])[], one: (write: Write) => Promise<void>): Promise<void> {
  for (const round of rounds) {
    await Promise.all(round.map(one));
    if (missing(round).length > 0) return;
  }
}

/** Never throws: a failure stays in the write. */
export async function put(write: Write, policy: RetryPolicy, props: WriteProps): Promise<void> {
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
        write.uuid = (await client.createVariable(path, write.variable, call)).uuid;
        return 'created';
      }
      await client.updateVariable(path, write.uuid, write.variable, call);
      return 'updated';
    } catch (thrown) {
      learn(write, thrown);
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

/** What a failed try says of the variable: it may be written, or one of this name is there that nobody saw before. */
function learn(write: Write, failure: unknown): void {
  if (!(failure instanceof HostError)) return;
  if (failure.status === 409 && write.uuid === undefined && !write.uncertain) write.isOthers = true;
  if (failure.mayHaveHappened) write.uncertain = true;
}

/** Whether the host has refused it for good. */
export function isRefused({ confirmed, failure }: Write): boolean {
  return confirmed === undefined && failure?.retryable === false;
}

/** Whether the variable was changed, or may have been. */
export function isTouched({ confirmed, uncertain }: Write): boolean {
  return confirmed !== undefined || uncertain;
}

function missing(writes: readonly Write[]): readonly Write[] {
  return writes.filter(({ confirmed }) => confirmed === undefined);
}

function isHalf(pair: Writes['pair']): boolean {
  return pair.some(isTouched) && missing(pair).length > 0;
}

/** One half was written and the other was not. @param torn undefined where the pair is again what it was */
function halved(pair: Writes['pair'], tornPair: TornPair | undefined): KeyturnError {
  const failure = worstFailure(pair);
  const what =
    tornPair === undefined
      ? `Put back: ${names(pair.filter(isTouched))}. The pair is what it was before.`
      : `The pair may be torn, and pipelines that start now may fail: ${whatWasWritten(pair)}, and it could not be put ` +
        `back. ${tornPair.cure} The next delivery writes all of them again.`;
  const { code, retryable, retryAt } = failure;
  const unchanged = tornPair === undefined;
  return new KeyturnError(code, `${failure.message} ${what}`, {
    retryable,
    retryAt,
    tornPair,
    halved: true,
    unchanged,
  });
}

/** The pair is what it was, or whole: none of it was written, or all of it. @param isRefusedHalf before the other was tried */
function incomplete(writes: readonly Write[], isRefusedHalf: boolean): KeyturnError {
  const failure = worstFailure(writes);
  const unchanged = !writes.some(isTouched);
  const what = !unchanged
    ? `The pair is whole: ${whatWasWritten(writes)}. The next delivery writes all of them again.`
    : 'Nothing was written: the variables hold what they held before.';
  const { code, retryable, retryAt } = failure;
  return new KeyturnError(code, `${failure.message} ${what}`, { retryable, retryAt, unchanged, halved: isRefusedHalf });
}

/** The failure that needs a person, before one that passes. */
function worstFailure(writes: readonly Write[]): KeyturnError {
  const failures = missing(writes).flatMap(({ failure }) => failure ?? []);
  return toKeyturnError(failures.find(({ retryable }) => !retryable) ?? failures[0]);
}

function whatWasWritten(writes: readonly Write[]): string {
  const written = writes.filter(({ confirmed }) => confirmed !== undefined);
  const [perhaps, not] = [true, false].map((is) => missing(writes).filter(({ uncertain }) => uncertain === is));
  return `written: ${names(written)}; perhaps written: ${names(perhaps)}; not written: ${names(not)}`;
}

function names(writes: readonly Write[] = []): string {
  return writes.map(({ variable }) => variable.key).join(', ') || 'none';
}
