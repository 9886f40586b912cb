import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { BUNDLES } from '../../functions/core/names';
import { LastBuild } from './build-record';
import { BUNDLES_FOLDER } from './bundles-folder';
import { REPLACED_PACKAGES, ROOT } from './root';

/** One built function. */
export interface Bundle {
  readonly name: string;
  /** Path of the script, from the folder that was bundled. */
  readonly file: string;
  /** Size of the minified script in bytes, without its source map. */
  readonly bytes: number;
}

export interface BundleProps {
  /** The functions, each a folder with a `handler.ts`. @default - all of Keyturn's */
  readonly names?: readonly string[];
  /** Folder that holds the functions' folders. @default - `functions` of this package */
  readonly from?: string;
  /** Folder that gets `<name>/index.js` and `<name>/index.js.map`. @default - `dist/functions` of this package */
  readonly to?: string;
}

/**
 * Bundles the functions: what is deployed, what the local run executes and what the package ships. The same input gives
 * the same bytes, so that an unchanged function is not deployed again, and what has not changed is not built again.
 *
 * @throws Error when a handler does not compile, or when the AWS SDK's version 2 has found its way in.
 */
export function bundleFunctions(props: BundleProps = {}): readonly Bundle[] {
  const { names = BUNDLES, from = join(ROOT, 'functions'), to = BUNDLES_FOLDER } = props;
  const last = new LastBuild(names, from, to);
  const known = last.get();
  if (known !== undefined) return known;
  const { metafile, outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(names.map((name) => [`${name}/index`, join(from, name, 'handler.ts')])),
    outdir: to,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // ES modules first: half the size of the packages' CommonJS builds, because unused code can be left out.
    mainFields: ['module', 'main'],
    alias: {
      ...REPLACED_PACKAGES,
      '@aws-sdk/credential-provider-node': './functions/aws/lambda-credentials.ts',
    },
    minify: true,
    treeShaking: true,
    legalComments: 'none',
    // A file of its own, named in the script, so that --enable-source-maps finds it.
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const forbidden = Object.keys(metafile.inputs).find((input) => input.includes('node_modules/aws-sdk/'));
  if (forbidden !== undefined) {
    throw new Error(`${forbidden} is part of a bundle: the AWS SDK's version 2 must not be. Use an @aws-sdk/ client.`);
  }
  for (const { path, contents } of outputFiles) replaceWhole(path, contents);
  const bundles = Object.entries(metafile.outputs)
    .filter(([file]) => file.endsWith('/index.js'))
    .map(([file, { bytes }]) => ({ name: file.split('/').at(-2) ?? file, file, bytes }));
  last.put(bundles, outputFiles);
  return bundles;
}

/** Whoever reads a bundle while it is built again finds it whole: one that is the same is left, another comes in one instant. */
function replaceWhole(path: string, contents: Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, contents);
  renameSync(fresh, path);
}
