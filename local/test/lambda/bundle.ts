import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Builds a function from source text, as the real ones are built; answers the folder with its `index.js`. */
export async function bundle(source: string, folder?: string): Promise<string> {
  const directory = folder ?? (await mkdtemp(join(tmpdir(), 'local-function-')));
  await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    outfile: join(directory, 'index.js'),
  });
  return directory;
}
