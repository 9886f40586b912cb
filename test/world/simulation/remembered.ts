import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Edit } from './mutants';

/** A pure function whose answers are remembered. */
interface Remembered {
  readonly file: string;
  readonly name: string;
  /** How, as code: a call of one of the functions of `memo.ts`, with `real` for the function itself. */
  readonly by: string;
}

const REMEMBERED: readonly Remembered[] = [
  { file: 'functions/hosts/bitbucket/list.ts', name: 'pageSchema', by: 'rememberingOne(real)' },
  { file: 'functions/core/key/dated-tag.ts', name: 'readDatedTag', by: 'rememberingText(real)' },
  { file: 'functions/core/key/version-id.ts', name: 'parseVersionId', by: 'rememberingText(real)' },
  {
    file: 'functions/core/config/registry.ts',
    name: 'parseRegistryEntry',
    by: 'remembering(real, (_parameter, id, json) => [id, json])',
  },
  { file: 'functions/core/config/entry-pin.ts', name: 'entryDigest', by: 'rememberingText(real)' },
  { file: 'functions/core/config/entry-pin.ts', name: 'digestsIn', by: 'rememberingText(real)' },
  { file: 'functions/core/hosts/target.ts', name: 'targetSetDigest', by: 'rememberingPairs(real)' },
  { file: 'functions/core/audit.ts', name: 'readAuditLine', by: 'rememberingText(real)' },
  // All checks trust the one key that there is.
  { file: 'functions/aws/audit-record.ts', name: 'provedEvent', by: 'rememberingOne(real)' },
  { file: 'functions/core/seal/manifest.ts', name: 'manifestOf', by: 'rememberingOne(real)' },
  {
    file: 'functions/core/seal/check-seal.ts',
    name: 'isCertifiedBy',
    by: 'remembering(real, (key, text, signature) => [key, text + signature])',
  },
  {
    file: 'functions/core/seal/check-seal.ts',
    name: 'isSignedBy',
    by: 'remembering(real, (_key, text, signature) => [text, signature])',
  },
  { file: 'functions/core/seal/check-seal.ts', name: 'attemptKey', by: 'rememberingText(real)' },
  { file: 'functions/core/seal/check-seal.ts', name: 'publicKeyOf', by: 'rememberingText(real)' },
  { file: 'functions/core/key/secret-state.ts', name: 'storedVersions', by: 'rememberingOne(real)' },
  { file: 'functions/core/key/secret-state.ts', name: 'currentKey', by: 'rememberingOne(real)' },
  { file: 'functions/core/key/intent.ts', name: 'intentOf', by: 'rememberingOne(real)' },
  { file: 'functions/core/key/intent.ts', name: 'openIntent', by: 'rememberingOne(real)' },
  { file: 'functions/aws/secret-reads.ts', name: 'stateOf', by: 'rememberingOne(real)' },
  {
    file: 'functions/aws/credential-report.ts',
    name: 'parseCredentialReport',
    by: 'remembering(real, (csv, at) => [at.getTime(), csv])',
  },
];

/**
 * The sources as they are, but for a mutant's edits and a memory around the functions that years of quiet days ask the
 * same questions of.
 * @param name of the mutant, for its error
 */
export function sources(root: string, name: string, edits: readonly Edit[]): Plugin {
  const files = new Set([...REMEMBERED, ...edits].map(({ file }) => file));
  return {
    name: 'sources',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(root, path);
        if (!files.has(file)) return undefined;
        let contents = readFileSync(path, 'utf8');
        for (const edit of edits) if (edit.file === file) contents = edited(contents, edit, `The mutant ${name}`);
        for (const one of REMEMBERED) if (one.file === file) contents = withMemory(contents, one);
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** The function under another name, and the one that remembers its answers under its own, for this file too. */
function withMemory(contents: string, { file, name, by }: Remembered): string {
  const isExported = contents.includes(`export function ${name}`);
  const end = contents.includes(`function ${name}(`) ? '(' : '<';
  const from = `${isExported ? 'export ' : ''}function ${name}${end}`;
  return [
    edited(contents, { file, from, to: `function ${name}Afresh${end}` }, `The memory of ${name}`),
    `import * as memo from '${join(__dirname, 'memo')}';`,
    `${isExported ? 'export ' : ''}const ${name} = ((real) => memo.${by})(${name}Afresh);`,
  ].join('\n');
}

function edited(contents: string, { file, from, to }: Edit, what: string): string {
  if (contents.split(from).length === 2) return contents.replace(from, () => to);
  throw new Error(`${what} does not fit any more: ${file} must hold exactly once: ${from}`);
}
