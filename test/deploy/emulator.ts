import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Python with MiniStack, as `.ci/deploy.mjs` has installed it. */
export const PYTHON_VARIABLE = 'KEYTURN_DEPLOY_PYTHON';

export const ACCOUNT_ID = '111122223333';
export const REGION = 'eu-west-1';

const EMULATOR = join(__dirname, 'emulator');
/** How long it may take to answer on a busy machine, in milliseconds. */
const PATIENCE = 60_000;
/** Within which a run that has ended has started those that follow from it, in milliseconds. */
const A_MOMENT = 100;

/** An AWS account that this project did not write, on a clock. Everything that it started ends with it. */
export interface Emulator {
  readonly url: string;
  /** A folder that lasts as long as the emulator. */
  readonly folder: string;
  /** The environment for what talks to it, such as the `cdk` command, on the account's clock. */
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Moves the clock forward. */
  advance(milliseconds: number): void;
  /** CloudFormation refuses resources of these types, or whose logical IDs start so, from now on. */
  refuse(...resources: readonly string[]): void;
  /** What policies have denied to functions so far: action, resource, principal. */
  denied(): readonly string[];
  /** Waits until no function is at work, and none has been for a moment. */
  quiet(): Promise<void>;
  log(): string;
  close(): Promise<void>;
}

/** Starts the emulator on a free port of loopback, with data of its own. */
export async function startEmulator(): Promise<Emulator> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-deploy-'));
  const file = (name: string) => join(folder, name);
  for (const name of ['clock', 'refused', 'denied', 'runs', 'log']) writeFileSync(file(name), '');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const shared = { DEPLOY_CLOCK: file('clock') };
  const child = spawn(pythonPath(), [join(EMULATOR, 'account.py')], {
    cwd: folder,
    // A process group of its own, so that the workers of its functions can be ended with it.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: `${binFolder(folder)}:${process.env.PATH}`,
      HOME: folder,
      TMPDIR: folder,
      PYTHONDONTWRITEBYTECODE: '1',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_ACCOUNT_ID: ACCOUNT_ID,
      MINISTACK_REGION: REGION,
      CLOUDTRAIL_RECORDING: '1',
      LAMBDA_EXECUTOR: 'local',
      LAMBDA_WARM_TTL_SECONDS: '1000000000',
      AUTH: 'true',
      DEPLOY_REFUSED: file('refused'),
      DEPLOY_DENIED: file('denied'),
      DEPLOY_RUNS: file('runs'),
      ...shared,
    },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => appendFileSync(file('log'), text));
  }
  const log = () => readFileSync(file('log'), 'utf8');
  await untilItAnswers(url, child, log);
  return {
    url,
    folder,
    environment: {
      ...process.env,
      ...shared,
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: ACCOUNT_ID,
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: REGION,
      NODE_OPTIONS: ['clock.cjs', 'impatient.cjs'].map((name) => `--require=${join(EMULATOR, name)}`).join(' '),
    },
    now: () => Date.now() + sumOf(readFileSync(file('clock'), 'utf8')),
    advance: (milliseconds) => appendFileSync(file('clock'), `${Math.round(milliseconds)}\n`),
    refuse: (...resources) => writeFileSync(file('refused'), resources.join('\n')),
    denied: () => readFileSync(file('denied'), 'utf8').split('\n').filter(Boolean),
    quiet: () => untilQuiet(() => readFileSync(file('runs'), 'utf8')),
    log,
    close: async () => {
      await ended(child);
      if (process.env.KEYTURN_DEPLOY_KEEP === undefined)
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function pythonPath(): string {
  const path = process.env[PYTHON_VARIABLE];
  if (path === undefined || !existsSync(path)) {
    throw new Error(`${PYTHON_VARIABLE} names no Python with MiniStack: run \`npm run test:deploy\`.`);
  }
  return path;
}

/** A folder with `node` as functions find it: the runtime's version, on the account's clock. */
function binFolder(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const node = join(bin, 'node');
  writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' --require '${join(EMULATOR, 'clock.cjs')}' "$@"\n`);
  chmodSync(node, 0o755);
  return bin;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port on 127.0.0.1');
  return address.port;
}

async function untilItAnswers(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`MiniStack did not answer.\n${log().slice(-4000)}`);
}

async function untilQuiet(runs: () => string): Promise<void> {
  let quietSince: number | undefined;
  for (const deadline = Date.now() + 2 * PATIENCE; Date.now() < deadline; await sleep(20)) {
    const lines = runs().split('\n');
    const atWork = lines.filter((line) => line === 'began').length * 2 > lines.length - 1;
    if (atWork) quietSince = undefined;
    else quietSince ??= Date.now();
    if (quietSince !== undefined && Date.now() - quietSince >= A_MOMENT) return;
  }
  throw new Error(`Functions are still at work: ${runs().slice(-1000)}`);
}

/** Ends the process group: the emulator and the workers of its functions. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const over = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await over;
}

function sumOf(lines: string): number {
  return lines.split('\n').reduce((sum, line) => sum + Number(line), 0);
}
