import { SECOND } from '../../core/duration';
import type { TornPair } from '../../core/errors';
import { ONCE, TORN_PAIR_RETRIES } from '../http/retry';
import type { Variable, VariableValue } from './client';
import { type Delivery, variablesNamed } from './variables';
import { isTouched, put, type Write, type WriteProps, type Writes, writeOf } from './writes';

/** A variable that may have been made shows up in lists after seconds, if it was (the Terraform provider waits 5 s). */
const NEW_VARIABLE_SHOWS = 6 * SECOND;

interface PutBackProps extends WriteProps {
  /** What the pair held before, by the ID that was readable there; undefined where nobody knows, or it is not proved. */
  earlier(accessKeyId: string | undefined): Promise<Delivery | undefined>;
}

/**
 * Brings a pair of which one half was written back to what it was: from the credential that it held, or taken away where
 * nothing was there. A half that may have been written is put back as well. The old credential still works, because it is
 * kept until the new one is everywhere (K1, K3). What the host says to have held is no reason to write it: where it lies,
 * the pair that it holds would be torn by it (K2).
 *
 * @returns what is torn where that failed, or where nobody knows what the place held
 */
export async function putBack(pair: Writes['pair'], props: PutBackProps): Promise<TornPair | undefined> {
  const [id, secret] = pair;
  if (!isFirst(pair) && !isOverAnother(pair)) {
    // The place had this ID already, from a delivery that did not come to its end: what the secret held, nobody knows.
    return secret.confirmed === undefined ? tornPair(pair, undefined) : undefined;
  }
  const earlier = isFirst(pair) ? undefined : await props.earlier(shownId(pair));
  const [isIdBack, isSecretBack] = await Promise.all([
    restore(id, earlier?.accessKeyId, props),
    restore(secret, earlier?.secretAccessKey, props),
  ]);
  if (isIdBack && isSecretBack) return undefined;
  // Where only one of the two moved, the ID alone makes them fit again, and it is no secret.
  if (!isSecretBack && secret.confirmed !== undefined) return tornPair(pair, id.variable.value.reveal());
  return tornPair(pair, isSecretBack ? earlier?.accessKeyId.value.reveal() : undefined);
}

/** Whether something is there, and not shown to be the ID that is to be written. */
export function isOverAnother(pair: Writes['pair']): boolean {
  return !isFirst(pair) && shownId(pair) !== pair[0].variable.value.reveal();
}

/** The access key ID that the host shows of what was there before; undefined where there was none, or it is secured. */
export function shownId([id]: Writes['pair']): string | undefined {
  return readable(id.before);
}

/** Whether the host shows none of the two. */
function isFirst(pair: Writes['pair']): boolean {
  return pair.every(({ before }) => before === undefined);
}

/** @param held what the variable held, where that is known @returns whether it holds what it held before */
async function restore(write: Write, held: VariableValue | undefined, props: WriteProps): Promise<boolean> {
  if (!isTouched(write)) return true;
  // Another run's is not taken away: what it wrote is whole, or its own to put back.
  if (write.before === undefined) return write.isOthers ? false : takeAway(write, props);
  if (held === undefined) return false;
  const { key } = write.variable;
  const secured = write.variable.secured || write.before.secured;
  const back = writeOf({ key, value: held.value, secured }, { ...write.before, uuid: write.uuid ?? write.before.uuid });
  await put(back, TORN_PAIR_RETRIES, props);
  return back.confirmed !== undefined;
}

async function takeAway(write: Write, { client, retry, path, time, ...props }: WriteProps): Promise<boolean> {
  const call = { ...props.call, doing: `delete ${write.variable.key}` };
  if (write.uuid === undefined) await time.sleep(NEW_VARIABLE_SHOWS);
  try {
    await retry(TORN_PAIR_RETRIES, async () => {
      const present = async () => variablesNamed(write.variable.key, await client.variables(path, call, ONCE))[0];
      const uuid = write.uuid ?? (await present())?.uuid;
      if (uuid !== undefined) await client.deleteVariable(path, uuid, call);
    });
    return true;
  } catch {
    return false;
  }
}

/** @param accessKeyId the ID that fits the secret that is there; undefined where nobody knows which that is */
function tornPair(pair: Writes['pair'], accessKeyId: string | undefined): TornPair {
  const variables = pair.map(({ variable }) => variable.key);
  if (accessKeyId !== undefined) {
    const cure = `Set ${variables[0]} to ${accessKeyId} by hand: that is the key whose secret ${variables[1]} holds.`;
    return { variables, cure };
  }
  const cure =
    isFirst(pair) && pair.every(({ isOthers }) => !isOthers)
      ? `Delete ${variables.join(' and ')} by hand: nothing was there before.`
      : `Set ${variables.join(' and ')} by hand to the two halves of one key.`;
  return { variables, cure };
}

function readable(variable: Variable | undefined): string | undefined {
  return variable?.secured === false ? (variable.value ?? undefined) : undefined;
}
