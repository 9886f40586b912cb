import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from './package-root';

/** What a reader can type: a checkout has npm's scripts, and what npm has installed has the command itself. */
export const TYPED = typedFrom(existsSync(join(PACKAGE_ROOT, 'cli', 'main.ts')));

/** @param isCheckout or else a package that npm has installed */
export function typedFrom(isCheckout: boolean): { readonly keyturn: string; readonly simulate: string } {
  return isCheckout
    ? { keyturn: 'npm run --silent keyturn --', simulate: 'npm start --' }
    : { keyturn: 'npx keyturn', simulate: 'npx keyturn simulate' };
}
