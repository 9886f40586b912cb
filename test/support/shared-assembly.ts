import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder of one run's assemblies; global-setup.ts makes it, and takes it away at the end. */
export const ASSEMBLIES_VARIABLE = 'KEYTURN_TEST_ASSEMBLIES';

/**
 * The cloud assembly of a configuration, made once in a run of the tests, whichever of its processes needs it first:
 * the CDK takes seconds to make the first one of a process, and a copy takes milliseconds.
 *
 * @param of what it is made from
 * @param make fills an empty folder
 * @returns a folder of the caller's own, who may change it and takes it away
 */
export function sharedAssembly(of: unknown, make: (folder: string) => void): string {
  const name = createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16);
  const shared = join(assembliesFolder(), name);
  if (!existsSync(shared)) {
    const unfinished = `${shared}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    make(unfinished);
    moveOnce(unfinished, shared);
  }
  const own = mkdtempSync(join(tmpdir(), 'keyturn-deployed-'));
  cpSync(shared, own, { recursive: true });
  return own;
}

/** Two processes may have made the same at the same time; the first one's is kept. */
function moveOnce(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(from, { recursive: true });
  }
}

let ofThisProcess: string | undefined;

/** Where no run of tests has made one, as in the bench, it lasts as long as the process. */
function assembliesFolder(): string {
  const ofThisRun = process.env[ASSEMBLIES_VARIABLE];
  if (ofThisRun !== undefined) return ofThisRun;
  if (ofThisProcess === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-assemblies-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    ofThisProcess = folder;
  }
  return ofThisProcess;
}
