import type { Archive, Log } from '../account/ports';
import { batchOf } from './batch';
import { objectsOf } from './objects';

/** What the function answers and logs. */
export interface Archived {
  readonly events: number;
  readonly objects: number;
}

const CONTENT_TYPE = 'application/x-ndjson';

/**
 * Writes what CloudWatch Logs has handed over into the archive, each object once. Doing it again is safe: the name of an
 * object holds a digest of its content, so one that is there is the same.
 *
 * @throws KeyturnError when something could not be written: Lambda tries again, and then keeps the batch
 */
export async function archiveBatch(archive: Archive, log: Log, event: unknown): Promise<Archived> {
  const batch = batchOf(event);
  const objects = objectsOf(batch);
  for (const { key, content } of objects) await archive.add(key, content, CONTENT_TYPE);
  const archived = { events: batch.length, objects: objects.length };
  log.info('audit events archived', { ...archived });
  return archived;
}
