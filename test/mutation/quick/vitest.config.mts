import { writeFileSync } from 'node:fs';
import { matchesGlob, relative } from 'node:path';
import { mergeConfig, type ViteUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import core from '../core/vitest.config.mjs';
import provider from '../provider/vitest.config.mjs';
import useCases from '../use-cases/vitest.config.mjs';
import { instrumented } from './instrumented';

const { KEYTURN_MUTATE: patterns = '', KEYTURN_SUITE: suite = '', KEYTURN_FATES: fatesFile = '' } = process.env;
const suites: Readonly<Record<string, ViteUserConfig>> = { core, provider, 'use-cases': useCases };
const { mutants, texts } = await instrumented(patterns.split(' '));
writeFileSync(`${fatesFile}.mutants`, JSON.stringify(mutants));

const tests = suites[suite] ?? {};
const order = tests.test?.include ?? [];

/** In the order in which a suite names them: what is small and quick leaves less to the others. */
class AsNamed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      order.findIndex((pattern) => matchesGlob(relative('.', moduleId), pattern));
    return files.toSorted((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

/** The tests of a suite, in one process, with the mutants of some files. */
export default mergeConfig(tests, {
  plugins: [{ name: 'mutants', enforce: 'pre', load: (id: string) => texts.get(id) }],
  test: {
    runner: `${import.meta.dirname}/mutant-runner.ts`,
    provide: { fatesFile },
    sequence: { sequencer: AsNamed },
    isolate: false,
    pool: 'threads',
    maxWorkers: 1,
    fileParallelism: false,
    // A test runs once for each mutant.
    testTimeout: 3_600_000,
  },
});
