import { toKeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import type { Log, Trail } from './ports';

/** Whether this function created the keys; what CloudTrail cannot say now, a later run asks again. */
export async function creators(
  trail: Trail,
  keys: readonly AccessKey[],
  log: Log,
): Promise<ReadonlyMap<string, boolean | undefined>> {
  const isOwn = async (key: AccessKey): Promise<boolean | undefined> => {
    try {
      return await trail.isOwn(key);
    } catch (thrown) {
      const { code } = toKeyturnError(thrown);
      log.warn('CloudTrail did not say who created a key', { accessKeyId: key.accessKeyId, code });
      return undefined;
    }
  };
  return new Map(await Promise.all(keys.map(async (key) => [key.accessKeyId, await isOwn(key)] as const)));
}
