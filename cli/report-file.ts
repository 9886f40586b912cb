import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** A file that cannot be written; the message says what to do. */
export class ReportFileError extends Error {
  override name = 'ReportFileError';
}

/**
 * Says early whether a file could be written: gathering evidence takes minutes.
 *
 * @param option what named the file. @throws ReportFileError
 */
export function assertWritable(file: string, force: boolean, option = '--output'): void {
  const folder = dirname(resolve(file));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new ReportFileError(`${option} ${file}: there is no folder ${folder}. Make it first, or name another file.`);
  }
  if (!existsSync(file)) return;
  if (statSync(file).isDirectory()) {
    throw new ReportFileError(`${option} ${file}: that is a folder. Name a file in it.`);
  }
  if (!force) {
    throw new ReportFileError(`${option} ${file}: the file exists. Replace it with --force, or name another one.`);
  }
}

/**
 * Writes a whole file or none: whoever opens it never sees half a report.
 *
 * @returns its absolute path. @throws ReportFileError
 */
export function writeWhole(file: string, text: string): string {
  const path = resolve(file);
  const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}.unfinished`);
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } catch (thrown) {
    rmSync(unfinished, { force: true });
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ReportFileError(`${file} could not be written: ${why}`);
  }
  return path;
}
