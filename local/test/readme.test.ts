import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it, vi } from 'vitest';

const LOCAL = join(import.meta.dirname, '..');

it('the README’s first example runs as it stands', async () => {
  const [, contents] = /```ts\n([\s\S]*?)```/.exec(await readFile(join(LOCAL, 'README.md'), 'utf8')) ?? [];
  if (contents === undefined) throw new Error('The README has no example');
  // A required module may not wait; the example may.
  const [, imports = '', body = ''] = /^((?:import .*\n)+)([\s\S]*)$/.exec(contents) ?? [];
  const { outputFiles } = await build({
    stdin: { contents: `${imports}export async function main() {${body}}`, resolveDir: LOCAL, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    write: false,
  });
  const module: { exports: { main?: () => Promise<void> } } = { exports: {} };
  new Function('module', 'require', outputFiles[0]?.text ?? '')(module, createRequire(import.meta.url));
  const said = vi.spyOn(console, 'log').mockReturnValue();
  await module.exports.main?.();
  const lines = said.mock.calls;
  said.mockRestore();
  expect(lines).toEqual([['Active', 'CreateUser CreateAccessKey']]);
});
