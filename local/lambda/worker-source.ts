import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

let source: Promise<string> | undefined;

/**
 * The code of the worker's side as one script, built once a process. A worker thread has none of the loaders that the
 * main thread may run under, so it gets plain JavaScript.
 */
export function workerSource(): Promise<string> {
  source ??= bundle(fileURLToPath(new URL('./worker/main.ts', import.meta.url)));
  return source;
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    legalComments: 'none',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild gave no output for ${entry}`);
  return file.text;
}
