import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that a shell reads, for the time in which a local world is served. */
export interface EnvironmentFile {
  readonly path: string;
  /** Takes it and its folder away. */
  remove(): void;
}

/** Writes variables for another terminal: a session's token is longer than a line. Only its owner can read it. */
export function writeEnvironmentFile(environment: Readonly<Record<string, string>>): EnvironmentFile {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-'));
  const path = join(folder, 'local.sh');
  const lines = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  );
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Whatever ends the process: nothing stays in the folder for temporary files.
  process.once('exit', remove);
  return { path, remove };
}
