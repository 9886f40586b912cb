import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createSourceFile, ScriptTarget } from 'typescript';
import { seededRandom } from '../../local/random';

const HELP = `npm run mutation:sample -- <core | use-cases> [--share 0.1] [--seed N]

Takes the guards out of a random share of all declarations, and tells the score with its 95 % interval:
the whole takes hours, a tenth of it minutes. The same seed draws the same sample.`;

/** What Stryker's JSON report says of each mutant. */
interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { share: { type: 'string', default: '0.1' }, seed: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [suite = ''] = positionals;
  const share = Number(values.share);
  if (values.help || !['core', 'use-cases'].includes(suite) || !(share > 0 && share <= 1)) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const seed = values.seed ?? String(Date.now());
  const config = `${import.meta.dirname}/${suite}/stryker.json`;
  const { mutate, jsonReporter }: { mutate: string[]; jsonReporter: { fileName: string } } = read(config);
  const random = seededRandom(`${seed}/${suite}`);
  const drawn = globSync(mutate)
    .sort()
    .flatMap((file) => declarationsOf(file).filter(() => random() < share));
  console.log(`seed ${seed}: ${drawn.length} declarations`);
  // Stryker's report has what its memory has too, and this is about the sample alone.
  const memory = `coverage/mutation/sample-${suite}.json`;
  rmSync(memory, { force: true });
  const asked = ['run', config, '--force', '--incrementalFile', memory, '--mutate', drawn.join(',')];
  const { status } = spawnSync('stryker', asked, { stdio: 'inherit' });
  const mutants = Object.values(read<Report>(jsonReporter.fileName).files).flatMap((file) => file.mutants);
  const caught = mutants.filter(({ status: fate }) => fate === 'Killed' || fate === 'Timeout').length;
  const lived = mutants.filter(({ status: fate }) => fate === 'Survived' || fate === 'NoCoverage').length;
  console.log(scoreOf(caught, caught + lived));
  return status ?? 1;
}

/** The declarations at the top of a file, as Stryker wants to hear of them: `file:line:column-line:column`. */
function declarationsOf(file: string): readonly string[] {
  const source = createSourceFile(file, readFileSync(file, 'utf8'), ScriptTarget.Latest);
  return source.statements.map((statement) => {
    const [from, to] = [statement.getStart(source), statement.getEnd()].map((at) => {
      const { line, character } = source.getLineAndCharacterOfPosition(at);
      return `${line + 1}:${character}`;
    });
    return `${file}:${from}-${to}`;
  });
}

/** The share of caught mutants with its 95 % interval (Wilson's, which holds near 100 % too). */
function scoreOf(caught: number, of: number): string {
  if (of === 0) return 'no mutants in the sample';
  const z = 1.96;
  const p = caught / of;
  const middle = (p + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((p * (1 - p)) / of + z ** 2 / (4 * of ** 2));
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  return `${caught} of ${of} mutants caught: ${percent(p)} (95 %: ${percent(middle - half)} to ${percent(middle + half)})`;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

process.exitCode = main();
