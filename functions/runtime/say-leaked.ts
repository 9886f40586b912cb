import type { Secrets } from '../account/ports';
import { KeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import {
  besideOthers,
  type Compromised,
  otherLeaks,
  SAYS,
  saidCompromised,
  tagOfCompromised,
} from '../core/key/compromised';

/** Each is overwritten by one writer at most, and no more of them than events and people come at once. */
const MOST_WRITES = 5;

/**
 * Writes into a secret that an access key has leaked, beside what its tag says of others, and again until it stands there:
 * whoever read the tag before and writes it now writes back what it said then.
 *
 * @param secrets those of the managed key (`throughRetained`)
 * @param keys what IAM lists. @default - IAM was not asked
 * @returns whether it had to be written
 * @throws KeyturnError `aws-uncertain` where others write over it each time
 */
export async function sayLeaked(
  secrets: Pick<Secrets, 'describe' | 'tag'>,
  name: string,
  said: Compromised,
  keys?: readonly AccessKey[],
): Promise<boolean> {
  const word = tagOfCompromised(said);
  const { tag } = SAYS[said.order];
  for (let writes = 0; ; writes += 1) {
    const fresh = await secrets.describe(name);
    const isThere = saidCompromised(fresh).some((one) => one.order === said.order && tagOfCompromised(one) === word);
    if (isThere) return writes > 0;
    if (writes === MOST_WRITES) {
      const message = `Others write the tag ${tag} of ${name} at the same time: what it says of ${said.accessKeyId} does not stay there.`;
      throw new KeyturnError('aws-uncertain', message, { retryable: true });
    }
    await secrets.tag(name, { [tag]: besideOthers(word, otherLeaks(fresh, said, keys)) });
  }
}
