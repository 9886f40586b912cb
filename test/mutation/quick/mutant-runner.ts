import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { inject, type RunnerTestCase, TestRunner } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the fates of the mutants are written to. */
    readonly fatesFile: string;
  }
}

/** What became of the mutants, by their IDs. */
export interface Fates {
  /** The test that caught one, and how. */
  readonly caught: Record<string, string>;
  /** How many tests tried one in vain. */
  readonly tried: Record<string, number>;
  /** Those of code that runs when its file is loaded, and never again: nothing can switch them on. */
  loaded: readonly string[];
}

/** What Stryker's switches look at. */
interface Switches {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number;
  readonly mutantCoverage?: {
    readonly static: Readonly<Record<string, number>>;
    readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
}

/** All files of a run share a process, and each has a runner of its own. */
const shared = globalThis as unknown as { __stryker__?: Switches; mutantFates?: Fates };
shared.__stryker__ ??= {};
shared.mutantFates ??= { caught: {}, tried: {}, loaded: [] };
const [switches, fates] = [shared.__stryker__, shared.mutantFates];

/** What a mutant may do more than the code itself, until it is caught for going round for ever. */
const MORE = { times: 200, hits: 1_000, milliseconds: 4_000 };

/** Runs each test as it is, and then once for each mutant that it reaches and no test before has caught. */
// biome-ignore lint/style/noDefaultExport: Vitest loads a runner by it.
export default class MutantRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const name = `${test.file.name} > ${test.name}`;
    const run = TestRunner.getTestFn(test as never) as () => Promise<unknown>;
    const began = performance.now();
    switches.currentTestId = name;
    try {
      await run();
      await finish(test);
    } finally {
      switches.currentTestId = undefined;
    }
    const patience = MORE.milliseconds + 4 * (performance.now() - began);
    for (const [id, hits] of Object.entries(switches.mutantCoverage?.perTest[name] ?? {})) {
      if (id in fates.caught) continue;
      Object.assign(switches, { activeMutant: id, hitCount: 0, hitLimit: MORE.times * hits + MORE.hits });
      super.onBeforeTryTask(test as never);
      const caught = await within(
        patience,
        run().then(() => finish(test)),
      ).catch(String);
      Object.assign(switches, { activeMutant: undefined, hitCount: undefined });
      if (caught === undefined) fates.tried[id] = (fates.tried[id] ?? 0) + 1;
      else {
        fates.caught[id] = `${name}: ${caught.slice(0, 200)}`;
        await finish(test).catch(() => undefined);
      }
    }
    fates.loaded = Object.keys(switches.mutantCoverage?.static ?? {});
    writeFileSync(inject('fatesFile'), JSON.stringify(fates));
  }
}

/** Closes what the test has opened, as Vitest does at its end. */
async function finish(test: RunnerTestCase): Promise<void> {
  const { onFinished = [] } = test as { onFinished?: ((context: unknown) => unknown)[] };
  for (const close of onFinished.splice(0).reverse()) await close(test.context);
}

async function within(milliseconds: number, work: Promise<void>): Promise<undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('took too long')), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
  return undefined;
}
