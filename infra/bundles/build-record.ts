import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { ROOT } from './root';

/** What was built of what: it spares the building of what has not changed. */
const recordSchema = z.object({
  /** Digest of everything that the bundles are made of. */
  madeOf: z.string(),
  /** Digest of each file that was written, by its path. */
  written: z.record(z.string(), z.string()),
  bundles: z.array(z.object({ name: z.string(), file: z.string(), bytes: z.number() })),
});
type BuildRecord = z.output<typeof recordSchema>;

/** Beside the sources, what decides what comes of them: which packages there are, and how TypeScript is read. */
const SETTINGS = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json', 'tsconfig.json'];
const SOURCES = ['functions/**/*', 'infra/bundles/*'];

/** The last build into one folder. */
export class LastBuild {
  readonly #file: string;
  readonly #madeOf: string;

  /**
   * @param names of the functions
   * @param from the folder that they are in
   * @param to the folder that they are written to, and the record of it
   */
  constructor(names: readonly string[], from: string, to: string) {
    this.#file = join(to, '.built.json');
    this.#madeOf = digestOf(JSON.stringify([names, digestOfSources(from)]));
  }

  /** What it made, as long as it would be the same again and is still there. */
  get(): BuildRecord['bundles'] | undefined {
    if (!existsSync(this.#file)) return undefined;
    const record = recordSchema.safeParse(parsed(readFileSync(this.#file, 'utf8'))).data;
    if (record === undefined || record.madeOf !== this.#madeOf) return undefined;
    const isThere = ([path, digest]: [string, string]) => existsSync(path) && digestOf(readFileSync(path)) === digest;
    return Object.entries(record.written).every(isThere) ? record.bundles : undefined;
  }

  put(
    bundles: BuildRecord['bundles'],
    outputs: readonly { readonly path: string; readonly contents: Uint8Array }[],
  ): void {
    const written = Object.fromEntries(outputs.map(({ path, contents }) => [path, digestOf(contents)]));
    const record: BuildRecord = { madeOf: this.#madeOf, written, bundles };
    mkdirSync(dirname(this.#file), { recursive: true });
    const fresh = `${this.#file}.${process.pid}`;
    writeFileSync(fresh, JSON.stringify(record));
    renameSync(fresh, this.#file);
  }
}

/** Digest of every source, of its name too: a new file may take the place of another one. */
function digestOfSources(from: string): string {
  const files = globSync(SOURCES, { cwd: ROOT, withFileTypes: true });
  const others = from.startsWith(join(ROOT, 'functions')) ? [] : globSync('**/*', { cwd: from, withFileTypes: true });
  const paths = [...files, ...others]
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const digest = createHash('sha256');
  for (const path of [...paths.sort(), ...SETTINGS.map((name) => join(ROOT, name))]) {
    const contents = existsSync(path) ? readFileSync(path) : '';
    digest.update(`${path}\0${contents.length}\0`).update(contents);
  }
  return digest.digest('hex');
}

function digestOf(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
