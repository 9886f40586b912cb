import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stageOf } from '../../infra/bundles/package';
import { emptyFolder, environment, ROOT } from './apps';

/** What jsii-rosetta made of the examples of the README and of the API's docstrings. */
export interface Translated {
  /** All examples compile, with what the fixture has around them. */
  readonly compiled: boolean;
  readonly said: string;
  /** File with them in the other languages. */
  readonly tablet: string;
}

/** An assembly as jsii writes it. */
export interface Assembly {
  readonly readme: { markdown: string };
  readonly types: Readonly<
    Record<string, { docs?: { example?: string }; properties?: { name: string; type?: object; optional?: true }[] }>
  >;
}

/** A copy of the API as jsii has compiled it. @param change what is otherwise in it. @returns its folder */
export function compiledApi(change: (assembly: Assembly) => void = () => {}): string {
  const folder = join(emptyFolder(), 'api');
  cpSync(stageOf(ROOT), folder, { recursive: true, verbatimSymlinks: true });
  const file = join(folder, '.jsii');
  const assembly: Assembly = JSON.parse(readFileSync(file, 'utf8'));
  change(assembly);
  writeFileSync(file, JSON.stringify(assembly));
  return folder;
}

/** Compiles the examples, and translates them. @param api folder of a compiled API */
export function translateExamples(api: string): Translated {
  mkdirSync(join(api, 'rosetta'), { recursive: true });
  copyFileSync(join(import.meta.dirname, 'examples', 'default.ts-fixture'), join(api, 'rosetta', 'default.ts-fixture'));
  const tablet = join(api, 'examples.tabl.json');
  const rosetta = join(ROOT, 'node_modules', 'jsii-rosetta', 'bin', 'jsii-rosetta');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [rosetta, 'extract', '--strict', '--cache-to', tablet, api],
    { cwd: api, encoding: 'utf8', env: environment() },
  );
  return { compiled: status === 0, said: `${stdout}${stderr}`, tablet };
}
