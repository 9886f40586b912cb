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

/** Packs it once, with all that `npm pack` builds before. */
export function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-package-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  provide('tarball', join(folder, 'keyturn-0.1.0.tgz'));
  return () => rmSync(folder, { recursive: true });
}
