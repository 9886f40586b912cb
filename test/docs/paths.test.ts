import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DOCUMENTS, ROOT, read, withoutCode } from './documents';

/** Pages that say where something is in the code. */
const MAPS = DOCUMENTS.filter((path) => path.startsWith('docs/design/') || path === 'CONTRIBUTING.md');

const TOP = ['functions', 'infra', 'cli', 'local', 'test', 'docs', '.ci'];

/** `a/{b,c}.ts` names two files. */
function alternatives(path: string): readonly string[] {
  const [whole = '', inner = ''] = /\{([^{}]*)\}/.exec(path) ?? [];
  return whole === '' ? [path] : inner.split(',').flatMap((one) => alternatives(path.replace(whole, one)));
}

/** What is in backticks and looks like a path of the tree; of a path with a placeholder, what stands before it. */
function pathsOf(markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(/`([^`\s]+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => TOP.some((top) => path === top || path.startsWith(`${top}/`)))
    .map((path) => path.replace(/[^/]*<.*$/, ''))
    .flatMap(alternatives);
}

function isThere(path: string): boolean {
  return existsSync(join(ROOT, path)) || globSync(path, { cwd: ROOT }).length > 0;
}

it.each(MAPS)('every path that %s names is there', (document) => {
  expect(pathsOf(read(document)).filter((path) => !isThere(path))).toEqual([]);
});

it('sees a path that is not there, and one of several in braces', () => {
  const paths = pathsOf(
    '`functions/core/{gone,names}.ts`, `npm run docs`, `test/<folder>/x.ts`, `functions/*/handler.ts`',
  );
  expect(paths).toEqual(['functions/core/gone.ts', 'functions/core/names.ts', 'test/', 'functions/*/handler.ts']);
  expect(paths.filter((path) => !isThere(path))).toEqual(['functions/core/gone.ts']);
});
