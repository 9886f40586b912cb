import { execFile } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { REPLACED_PACKAGES, ROOT } from './root';

/** What an app that uses the package brings itself. */
const PEERS = ['aws-cdk-lib', 'constructs'];
/** Of a type declaration: what it imports from files beside it. */
const IMPORTED = /(?:from|import\()\s*['"](\.[^'"]+)['"]/g;

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  alias: { ...REPLACED_PACKAGES },
  external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs', 'esbuild'],
  minify: true,
  keepNames: true,
  treeShaking: true,
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions;

/**
 * The constructs, and the app that makes a stack of a `keyturn.yaml`, each as one script with what it stands on: only
 * the CDK is left to whoever installs it. Each is two folders deep, as the sources are that look for the functions.
 *
 * @param to folder of the package
 */
export async function bundleLibrary(to: string): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: { index: 'infra/index.ts', app: 'infra/app.ts' },
    outdir: join(to, 'dist', 'lib'),
    // A package has nothing that the functions could be bundled of.
    external: [...COMMON.external, './build'],
    target: 'node20',
    format: 'cjs',
  });
}

/** `keyturn`, in parts, so that a command loads what it needs and no more. @param to folder of the package */
export async function bundleCommand(to: string): Promise<void> {
  const requires = [
    "import { createRequire as keyturnRequire } from 'node:module';",
    'const require = keyturnRequire(import.meta.url);',
  ];
  const folder = join(to, 'dist', 'cli');
  rmSync(folder, { recursive: true, force: true });
  await build({
    ...COMMON,
    entryPoints: { keyturn: 'cli/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'parts/[name]-[hash]',
    target: 'node20',
    format: 'esm',
    splitting: true,
    banner: { js: requires.join(' ') },
    plugins: [withoutEsbuild],
  });
}

/** The code of the local account's worker threads, which a checkout builds when it starts one. */
const withoutEsbuild: Plugin = {
  name: 'without-esbuild',
  setup({ onLoad }) {
    onLoad({ filter: /local[\\/]lambda[\\/]worker-source\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [join(dirname(path), 'worker', 'main.ts')],
        bundle: true,
        write: false,
        platform: 'node',
        target: 'node20',
        format: 'cjs',
        legalComments: 'none',
      });
      const source = JSON.stringify(outputFiles[0]?.text);
      return { contents: `export const workerSource = () => Promise.resolve(${source});`, loader: 'js' };
    });
  },
};

/** Where the sources of the jsii assembly are, with the assembly. @param root folder of the package */
export const stageOf = (root: string) => join(root, 'dist', 'jsii');

/**
 * The jsii assembly, which the bindings for other languages are made from.
 *
 * @param to folder of the package
 * @throws Error when the public API is nothing that jsii can offer to other languages
 */
export async function assembleLibrary(to: string): Promise<void> {
  const stage = stageOf(ROOT);
  await compileApi(ROOT, stage);
  await runTool(join('jsii-docgen', 'bin', 'jsii-docgen'), ['--output', join(to, 'dist', 'API.md')], stage);
  cpSync(join(stage, '.jsii'), join(to, '.jsii'));
}

/**
 * Compiles a copy of the sources, because jsii writes beside them.
 *
 * @param from a checkout, of whichever commit
 * @param stage folder that has the assembly afterwards
 */
export async function compileApi(from: string, stage: string): Promise<void> {
  rmSync(stage, { recursive: true, force: true });
  for (const folder of ['infra', 'functions/core']) {
    cpSync(join(from, folder), join(stage, folder), { recursive: true });
  }
  // What builds and starts is no part of the library.
  const others = globSync(['infra/!(index).ts', 'infra/bundles/{bundle,build-record,package,json-schemas,sbom}.ts'], {
    cwd: stage,
  });
  for (const file of others) rmSync(join(stage, file));
  cpSync(join(from, 'README.md'), join(stage, 'README.md'));
  symlinkSync(join(ROOT, 'node_modules'), join(stage, 'node_modules'));
  // What it exports are files that are bundled, and not those that jsii makes.
  const { devDependencies, exports: _exports, ...about } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  const versions = Object.fromEntries(PEERS.map((name) => [name, devDependencies[name]]));
  const manifest = { ...about, main: 'infra/index.js', types: 'infra/index.d.ts', devDependencies: versions };
  writeFileSync(join(stage, 'package.json'), JSON.stringify(manifest));
  await runTool(join('jsii', 'bin', 'jsii'), ['--silence-warnings', 'reserved-word'], stage);
}

/** The types of the constructs, without what is internal, and without what only that stands on. @param to folder of the package */
export async function declareLibrary(to: string): Promise<void> {
  const all = join(ROOT, 'dist', 'types');
  const shape = ['--declaration', '--emitDeclarationOnly', '--stripInternal', '--strict', '--skipLibCheck'];
  const language = ['--target', 'es2023', '--lib', 'es2023,esnext.error', '--types', 'node', '--resolveJsonModule'];
  const modules = ['--module', 'esnext', '--moduleResolution', 'bundler', '--rootDir', '.', '--outDir', all];
  await runTool(
    join('typescript', 'bin', 'tsc'),
    ['infra/index.ts', '--ignoreConfig', ...shape, ...language, ...modules],
    ROOT,
  );
  copyTypes(all, join(to, 'dist', 'lib', 'types'));
}

async function runTool(script: string, args: readonly string[], cwd: string): Promise<void> {
  const command = [join(ROOT, 'node_modules', script), ...args];
  await promisify(execFile)(process.execPath, command, { cwd }).catch(({ stdout, stderr }) => {
    throw new Error(`${script} refuses the public API:\n${stdout}${stderr}`);
  });
}

/** The declarations that the public ones stand on, and no others. */
function copyTypes(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  const wanted = ['infra/index.d.ts'];
  const copied = new Set<string>();
  for (let file = wanted.pop(); file !== undefined; file = wanted.pop()) {
    if (copied.has(file)) continue;
    copied.add(file);
    cpSync(join(from, file), join(to, file));
    const text = readFileSync(join(from, file), 'utf8');
    for (const [, path = ''] of text.matchAll(IMPORTED)) wanted.push(`${join(dirname(file), path)}.d.ts`);
  }
}
