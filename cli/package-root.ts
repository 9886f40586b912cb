import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package: a checkout, or what npm has installed. */
export const PACKAGE_ROOT = rootFrom(import.meta.dirname);

function rootFrom(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootFrom(dirname(folder));
}
