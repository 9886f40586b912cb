import { globSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { createInstrumenter, type Instrumenter } from '@stryker-mutator/instrumenter';

/** One change to one place of the code. */
export interface Mutant {
  /** `file:line:column` */
  readonly at: string;
  /** Stryker's name of the kind of change. */
  readonly by: string;
  readonly was: string;
  readonly is: string;
}

/** Files with all their mutants built in, each switched off. */
export interface Instrumented {
  /** By the ID that switches one on. */
  readonly mutants: Readonly<Record<string, Mutant>>;
  /** The changed text of each file, by its path. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Stryker's mutants of some files. @param patterns from the root of the repository */
export async function instrumented(patterns: readonly string[]): Promise<Instrumented> {
  const paths = [...new Set(patterns.flatMap((pattern) => globSync(pattern)))].sort();
  const given = paths.map((path) => ({ name: resolve(path), content: readFileSync(path, 'utf8'), mutate: true }));
  const contents = new Map(given.map(({ name, content }) => [name, content]));
  const { files, mutants } = await instrumenter().instrument(given, {
    plugins: null,
    excludedMutations: [],
    ignorers: [],
  });
  const shown = mutants.map(({ id, fileName, location: { start, end }, mutatorName, replacement = '' }) => {
    const lines = (contents.get(fileName) ?? '').split('\n').slice(start.line, end.line + 1);
    lines.push((lines.pop() ?? '').slice(0, end.column));
    lines.unshift((lines.shift() ?? '').slice(start.column));
    const at = `${relative('.', fileName)}:${start.line + 1}:${start.column + 1}`;
    return [id, { at, by: mutatorName, was: lines.join('\n'), is: replacement }] as const;
  });
  return { mutants: Object.fromEntries(shown), texts: new Map(files.map(({ name, content }) => [name, content])) };
}

/** Stryker makes it by an injector of its own, of which this is what it takes. */
function instrumenter(): Instrumenter {
  const silent = new Proxy({}, { get: (_own, name) => () => !String(name).startsWith('is') && undefined });
  const parts = new Map<string, unknown>();
  const injector = {
    provideValue(name: string, part: unknown) {
      parts.set(name, part);
      return injector;
    },
    injectClass: (Made: new (...given: unknown[]) => Instrumenter) =>
      new Made(silent, parts.get('createParser'), parts.get('print'), parts.get('transform')),
  };
  return createInstrumenter(injector as never);
}
