import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Mutant } from './mutants';
import { sources } from './remembered';

const ROOT = join(__dirname, '..', '..', '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'keyturn-simulation');

/** The simulation, built from the sources as they are now. */
export type Simulation = typeof import('./simulation');

/** The SDK's classes that the adapters use. One that is missing here stops the build with its name. */
const SDK: Readonly<Record<string, { readonly service: string; readonly client: string; readonly actions: string }>> = {
  '@aws-sdk/client-iam': {
    service: 'iam',
    client: 'IAMClient',
    actions:
      'CreateAccessKey DeleteAccessKey GenerateCredentialReport GetAccessKeyLastUsed GetCredentialReport ListAccessKeys ListEntitiesForPolicy ListPolicies UpdateAccessKey GetRole',
  },
  '@aws-sdk/client-secrets-manager': {
    service: 'secretsmanager',
    client: 'SecretsManagerClient',
    actions:
      'DescribeSecret GetResourcePolicy GetSecretValue ListSecrets ListSecretVersionIds PutSecretValue TagResource UntagResource UpdateSecretVersionStage',
  },
  '@aws-sdk/client-ssm': { service: 'ssm', client: 'SSMClient', actions: 'GetParameter GetParametersByPath' },
  '@aws-sdk/client-cloudwatch-logs': {
    service: 'logs',
    client: 'CloudWatchLogsClient',
    actions: 'CreateLogStream FilterLogEvents PutLogEvents',
  },
  '@aws-sdk/client-eventbridge': { service: 'events', client: 'EventBridgeClient', actions: 'PutEvents' },
  '@aws-sdk/client-cloudtrail': { service: 'cloudtrail', client: 'CloudTrailClient', actions: 'LookupEvents' },
  '@aws-sdk/client-lambda': { service: 'lambda', client: 'LambdaClient', actions: 'Invoke' },
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
    plugins: [withoutSockets, sources(ROOT, mutant?.name ?? '', editsOf(mutant))],
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
    onResolve({ filter: /^node:crypto$/ }, ({ importer }) =>
      /functions\/(runtime\/attempt-seal|core\/seal\/check-seal)\.ts$/.test(importer)
        ? { path: join(__dirname, 'signatures.ts') }
        : undefined,
    );
    onResolve({ filter: /^\.{1,2}\/(http\/)?http$/ }, ({ importer }) =>
      importer.includes('functions/hosts/') ? { path: join(__dirname, 'http.ts') } : undefined,
    );
  },
};

function editsOf(mutant: Mutant | undefined) {
  if (mutant === undefined) return [];
  const { file, from, to, also } = mutant;
  return [{ file, from, to }, ...(also === undefined ? [] : [also])];
}
