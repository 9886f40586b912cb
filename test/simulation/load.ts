import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Mutant } from './mutants';

const ROOT = join(__dirname, '..', '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'keyturn-simulation');

/** The simulation, built from the sources as they are now. */
export type Simulation = typeof import('./simulation');

/** The SDK's classes that the adapters use. One that is missing here stops the build with its name. */
const SDK: Readonly<Record<string, { readonly service: string; readonly client: string; readonly actions: string }>> = {
  '@aws-sdk/client-iam': {
    service: 'iam',
    client: 'IAMClient',
    actions:
      'CreateAccessKey DeleteAccessKey GenerateCredentialReport GetAccessKeyLastUsed GetCredentialReport ListAccessKeys UpdateAccessKey',
  },
  '@aws-sdk/client-secrets-manager': {
    service: 'secretsmanager',
    client: 'SecretsManagerClient',
    actions:
      'DescribeSecret GetSecretValue ListSecrets ListSecretVersionIds PutSecretValue TagResource UntagResource UpdateSecretVersionStage',
  },
  '@aws-sdk/client-ssm': { service: 'ssm', client: 'SSMClient', actions: 'GetParameter GetParametersByPath' },
  '@aws-sdk/client-sts': { service: 'sts', client: 'STSClient', actions: 'GetCallerIdentity' },
};

/**
 * Builds and loads the simulation: the real use cases, adapters and targets, with the SDK's clients and the HTTP client
 * replaced by ones that reach the state machines directly. The bundle is what makes that possible without a change of
 * the code, and what a mutant is cut into.
 *
 * @throws Error when a mutant's line is not in the code any more
 */
export async function loadSimulation(mutant?: Mutant): Promise<Simulation> {
  mkdirSync(CACHE, { recursive: true });
  const outfile = join(CACHE, `${mutant?.name ?? 'simulation'}-${process.pid}.cjs`);
  await build({
    entryPoints: [join(__dirname, 'simulation.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    logLevel: 'silent',
    plugins: [withoutSockets, withMemory, ...(mutant === undefined ? [] : [mutation(mutant)])],
  });
  const require = createRequire(join(ROOT, 'package.json'));
  delete require.cache[outfile];
  try {
    return require(outfile) as Simulation;
  } finally {
    rmSync(outfile, { force: true });
  }
}

const withoutSockets: Plugin = {
  name: 'without-sockets',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@aws-sdk\/client-/ }, ({ path }) => ({ path, namespace: 'sdk' }));
    onLoad({ filter: /.*/, namespace: 'sdk' }, ({ path }) => {
      const sdk = SDK[path];
      if (sdk === undefined) throw new Error(`the simulation has no ${path}`);
      const commands = sdk.actions.split(' ').map((name) => `export const ${name}Command = commandOf('${name}');`);
      const contents = [
        `import { clientOf, commandOf } from './sdk';`,
        `export const ${sdk.client} = clientOf('${sdk.service}');`,
        ...commands,
      ].join('\n');
      return { contents, resolveDir: __dirname };
    });
    onResolve({ filter: /^\.\/http$/ }, ({ importer }) =>
      importer.includes('functions/targets/') ? { path: join(__dirname, 'http.ts') } : undefined,
    );
  },
};

/** Pure functions whose answers are remembered, by file: what decides an answer, as code over their arguments. */
const REMEMBERED: Readonly<Record<string, { readonly name: string; readonly by: string }>> = {
  'functions/core/version-id.ts': { name: 'parseVersionId', by: 'remembering(real.parseVersionId, (id) => [id, 0])' },
  'functions/core/registry.ts': {
    name: 'parseRegistryEntry',
    by: 'remembering(real.parseRegistryEntry, (_parameter, id, json) => [id, json])',
  },
  'functions/core/target.ts': { name: 'targetSetDigest', by: 'rememberingPairs(real.targetSetDigest)' },
  'functions/aws/credential-report.ts': {
    name: 'parseCredentialReport',
    by: 'remembering(real.parseCredentialReport, (csv, at) => [at.getTime(), csv])',
  },
};

const withMemory: Plugin = {
  name: 'with-memory',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, namespace }) => {
      const file = `${join(resolveDir, path)}.ts`;
      if (namespace === 'memory' || REMEMBERED[relative(ROOT, file)] === undefined) return undefined;
      return { path: file, namespace: 'memory' };
    });
    onLoad({ filter: /.*/, namespace: 'memory' }, ({ path }) => {
      const { name, by } = REMEMBERED[relative(ROOT, path)] ?? { name: '', by: '' };
      const real = `./${basename(path, '.ts')}`;
      const contents = [
        `import * as real from '${real}';`,
        `import { remembering, rememberingPairs } from '${join(__dirname, 'memo')}';`,
        `export * from '${real}';`,
        `export const ${name} = ${by};`,
      ].join('\n');
      return { contents, resolveDir: dirname(path), loader: 'ts' };
    });
  },
};

/** Replaces exact texts of files. */
function mutation({ name, also, ...edit }: Mutant): Plugin {
  const edits = also === undefined ? [edit] : [edit, also];
  return {
    name: 'mutation',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path, namespace }) => {
        const wanted = edits.filter(({ file }) => namespace === 'file' && relative(ROOT, path) === file);
        if (wanted.length === 0) return undefined;
        let contents = readFileSync(path, 'utf8');
        for (const { file, from, to } of wanted) {
          if (contents.split(from).length !== 2) {
            throw new Error(`The mutant ${name} does not fit any more: ${file} must hold exactly once: ${from}`);
          }
          contents = contents.replace(from, () => to);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}
