import { randomUUID } from 'node:crypto';
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
  if (!force) throw thereAlready(option, file);
}

function thereAlready(option: string, file: string): KeyturnError {
  return new KeyturnError(
    'invalid-request',
    `${option} ${file}: the file exists. Replace it with --force, or name another one.`,
  );
}

/** Says early whether a folder can be filled: what is in it already would be mixed with it. @throws KeyturnError `invalid-request` */
export function assertEmptyFolder(name: string | undefined, { folder, option }: Omit<Place, 'force'>): void {
  if (name === undefined) return;
  const path = resolve(folder, name);
  if (!existsSync(path) || (statSync(path).isDirectory() && readdirSync(path).length === 0)) return;
  throw new KeyturnError('invalid-request', `${option} ${name}: it exists, and is no empty folder. Name another one.`);
}

/**
 * Writes a whole file or none: whoever opens it never sees half a report. Without `force` it replaces nothing, what has
 * appeared since somebody looked neither.
 *
 * @returns its absolute path. @throws KeyturnError `invalid-request`
 */
export function writeWhole(file: string, text: string, { folder, force, option = '--output' }: Place): string {
  const path = resolve(folder, file);
  const unfinished = join(dirname(path), `.${basename(path)}.${randomUUID()}.unfinished`);
  try {
    writeFileSync(unfinished, text, { flag: 'wx' });
    if (force) renameSync(unfinished, path);
    else appear(unfinished, path);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST' && !force) throw thereAlready(option, file);
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new KeyturnError('invalid-request', `${file} could not be written: ${why}`);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return path;
}

/** A rename would replace a file that is there; a second name for one does not. @throws Error `EEXIST` */
function appear(unfinished: string, path: string): void {
  try {
    linkSync(unfinished, path);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') throw thrown;
    // Some file systems have no second names.
    copyFileSync(unfinished, path, constants.COPYFILE_EXCL);
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
