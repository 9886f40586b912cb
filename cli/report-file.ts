import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { KeyturnError } from '../functions/core/errors';

export interface Place {
  /** Where relative names start. */
  readonly folder: string;
  /** Whether a file that exists may be replaced. */
  readonly force: boolean;
  /** What named the file. @default '--output' */
  readonly option?: string;
}

/** Says early whether a file could be written: gathering evidence takes minutes. @throws KeyturnError `invalid-request` */
export function assertWritable(file: string, { folder, force, option = '--output' }: Place): void {
  const path = resolve(folder, file);
  const parent = dirname(path);
  if (!existsSync(parent) || !statSync(parent).isDirectory()) {
    throw new KeyturnError(
      'invalid-request',
      `${option} ${file}: there is no folder ${parent}. Make it first, or name another file.`,
    );
  }
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    throw new KeyturnError('invalid-request', `${option} ${file}: that is a folder. Name a file in it.`);
  }
  if (!force) {
    throw new KeyturnError(
      'invalid-request',
      `${option} ${file}: the file exists. Replace it with --force, or name another one.`,
    );
  }
}

/** Says early whether a folder can be filled: what is in it already would be mixed with it. @throws KeyturnError `invalid-request` */
export function assertEmptyFolder(name: string | undefined, { folder, option }: Omit<Place, 'force'>): void {
  if (name === undefined) return;
  const path = resolve(folder, name);
  if (!existsSync(path) || (statSync(path).isDirectory() && readdirSync(path).length === 0)) return;
  throw new KeyturnError('invalid-request', `${option} ${name}: it exists, and is no empty folder. Name another one.`);
}

/**
 * Writes a whole file or none: whoever opens it never sees half a report.
 *
 * @param folder where relative names start. @returns its absolute path. @throws KeyturnError `invalid-request`
 */
export function writeWhole(file: string, text: string, folder: string): string {
  const path = resolve(folder, file);
  const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}.unfinished`);
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new KeyturnError('invalid-request', `${file} could not be written: ${why}`);
  }
  return path;
}
