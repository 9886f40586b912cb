import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the package as npm packs it. */
    readonly tarball: string;
  }
}

/** The package where it was packed already: to pack it takes longer than most that is tried with it. */
const PACKED_VARIABLE = 'KEYTURN_PACKED';

/** Packs it, with all that `npm pack` builds before. @returns path of the tarball */
export function packInto(folder: string): string {
  const packed = process.env[PACKED_VARIABLE];
  if (packed !== undefined) return packed;
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(folder, 'keyturn-0.1.0.tgz');
}

/** Packs it once. */
export function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-package-'));
  provide('tarball', packInto(folder));
  return () => rmSync(folder, { recursive: true });
}
