import type { Iam, Trail } from '../account/ports';
import { SECOND } from '../core/duration';
import { type UsesSince, usesSince } from '../core/key/uses-since';
import type { Run } from './run';
import { within } from './within';

/** It only names one more region to ask. */
const LAST_USE_TAKES = 5 * SECOND;

interface UsesPorts {
  readonly iam: Pick<Iam, 'accessKeyLastUsed'>;
  readonly trail: Trail;
}

/** What a leaked key did since an instant; undefined where there was no time to ask. Nothing waits for it. */
export async function usesOfLeaked(
  { iam, trail }: UsesPorts,
  run: Run,
  accessKeyId: string,
  since: Date,
): Promise<UsesSince | undefined> {
  if (!run.hasTime()) return undefined;
  const region = await within(LAST_USE_TAKES, iam.accessKeyLastUsed(accessKeyId)).then(
    (used) => used.region,
    () => undefined,
  );
  return usesSince(since, await trail.usesSince(accessKeyId, since, region));
}
