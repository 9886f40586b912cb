import { createArchive } from '../aws/archive';
import { ARCHIVE_FUNCTION } from '../core/names';
import { archiveBucketFrom } from '../runtime/env';
import type { LambdaContext } from '../runtime/handle';
import { createLog } from '../runtime/log';
import { orThrow } from '../runtime/or-throw';
import { type Archived, archiveBatch } from './archive';

const archive = createArchive(archiveBucketFrom(process.env));

/** Copies the audit record into the archive. It changes no key and no secret, so it is no run and writes no audit events. */
export async function handler(event: unknown, context: LambdaContext): Promise<Archived> {
  const log = createLog(ARCHIVE_FUNCTION, context.awsRequestId);
  return orThrow(log, 'audit events were not archived', () => archiveBatch(archive, log, event));
}
