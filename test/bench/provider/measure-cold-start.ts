import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { DAY } from '../../../functions/core/duration';
import { AUDIENCE } from '../../provider/issuer';
import { ServedEndpoint } from '../../provider/served-endpoint';
import { atMost, type Target } from '../targets';

/** ms until a cold endpoint has answered. */
export const COLD_START = 400;
const STARTS = 9;
/** What a call of AWS takes inside a region, ms. */
const CALL = 5;

/** ms from the start of a process to its first answer. */
export interface Started {
  readonly median: number;
  /** What else the machine does slows the others. */
  readonly quickest: number;
}

export interface ColdStart {
  readonly endpoint: Started;
  /** A function that reads the issuer's keys, and checks a token with jose. */
  readonly floor: Started;
  readonly starts: number;
}

/** Starts the built bundle in fresh processes, as its deployed stack configures it. */
export async function measureColdStart(starts = STARTS): Promise<ColdStart> {
  const served = await new ServedEndpoint().start();
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-cold-'));
  try {
    await served.store(served.first, 30 * DAY);
    const main = built('cold-main', folder);
    const measured = async (script: string, env: NodeJS.ProcessEnv) => {
      const times: number[] = [];
      // The first one is not counted: what is asked of policies for the first time takes its time here.
      for (let at = 0; at <= starts; at++) {
        served.fault = () => ({ kind: 'delay', milliseconds: CALL });
        times.push(await firstAnswer(main, { ...environmentOf(served), ...env, BENCH_BUNDLE: script }, served.good()));
      }
      const [quickest = Number.NaN, ...others] = times.slice(1).sort((a, b) => a - b);
      return { quickest, median: others[Math.ceil(starts / 2) - 1] ?? quickest };
    };
    const endpoint = await measured(resolve('dist/functions/provider/index.js'), {});
    const keysUrl = `${served.issuerUrl}/workspaces/acme/pipelines-config/identity/oidc/keys.json`;
    const floor = await measured(built('cold-floor', folder), { KEYS_URL: keysUrl, AUDIENCE });
    return { endpoint, floor, starts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await served.close();
  }
}

export function coldStartTargets({ endpoint, starts }: ColdStart): readonly Target[] {
  const what = `secret provider, a cold endpoint's first answer, the quickest of ${starts}`;
  return [atMost(what, Math.round(endpoint.quickest), COLD_START, ' ms')];
}

function environmentOf(served: ServedEndpoint): NodeJS.ProcessEnv {
  const { deployment, functionName, world } = served;
  const own = deployment.functions.find((one) => one.functionName === functionName);
  const role = deployment.roles.find(({ roleName }) => roleName.endsWith('Provider'));
  const { accessKeyId, secretAccessKey, sessionToken } = world.account.roleSession(role?.arn ?? '', functionName);
  return {
    ...own?.environment,
    AWS_REGION: world.account.region,
    AWS_ENDPOINT_URL: world.accountUrl,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken ?? '',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    BENCH_FUNCTION: `arn:aws:lambda:${world.account.region}:${world.account.accountId}:function:${functionName}`,
    BENCH_OFFSET: String(served.now - Date.now()),
  };
}

async function firstAnswer(main: string, env: NodeJS.ProcessEnv, token: string): Promise<number> {
  const begun = performance.now();
  const child = fork(main, [], { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  try {
    await once(child, 'message');
    child.send({
      version: '2.0',
      rawPath: '/',
      rawQueryString: '',
      headers: { authorization: `Bearer ${token}` },
      requestContext: { requestId: 'bench', http: { method: 'GET', sourceIp: '192.0.2.1' } },
    });
    const [answer] = (await once(child, 'message')) as [unknown];
    if (answer !== 200) throw new Error(`A cold function answered ${String(answer)}.`);
    return performance.now() - begun;
  } finally {
    child.kill('SIGKILL');
  }
}

function built(name: string, folder: string): string {
  const outfile = join(folder, `${name}.cjs`);
  buildSync({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'silent',
  });
  return outfile;
}
