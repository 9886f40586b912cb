import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The folder of this package: a checkout, or what npm has installed. */
export const PACKAGE_ROOT = rootFrom(import.meta.dirname);

function rootFrom(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootFrom(dirname(folder));
}

/**
 * The path of a file of this package as it is typed where this process was started: in a checkout, or in a folder with the
 * package in its `node_modules`.
 *
 * @param file relative to the package
 */
export function shipped(file: string): string {
  return relative(process.cwd(), join(PACKAGE_ROOT, file)).replaceAll('\\', '/');
}
