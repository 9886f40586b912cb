import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { importJWK } from 'jose';
import { provide } from '../../../functions/provider/provide';
import { ServedProvider } from '../../provider/served';
import { atLeast, atMost, type Target } from '../targets';
import { floor } from './floor';
import { inMemory } from './in-memory';
import type { Answering, AnsweringMessage, StartMessage } from './protocol';

/** ms that a token may take of our own time, 99 of 100. */
export const OWN_TIME = 20;
/** Requests a second on one core. */
export const REQUESTS = 1_000;

/** Tokens that nobody counts, and tokens that count. */
const WARM_UP = 300;
const COUNTED = 1_500;
/** Requests at a time: runners that start steps together. */
const TOGETHER = 16;
/** Of the whole process, which reads a secret once for all that ask at once; and one after the other. */
const MANY = 64;
/** What a call of AWS takes inside a region, ms. */
const CALL = 5;

/** Milliseconds of one thing, done again and again. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
}

export interface MeasuredProvider {
  readonly tokens: number;
  /** A decision without AWS, and a minimal JOSE check of the same tokens with the same key. */
  readonly own: Times;
  readonly floor: Times;
  readonly ratio: number;
  /** Requests for each second of the processor, in a process of its own. */
  readonly perSecond: Readonly<Record<Answering | 'alone', number>>;
}

/** Measures how fast runners are answered, beside what cannot be done without. */
export async function measureProvider(counted = COUNTED): Promise<MeasuredProvider> {
  const served = await new ServedProvider().start();
  const { script, remove } = build();
  try {
    const tokens = Array.from({ length: WARM_UP + counted }, () => served.good());
    const jwk = served.issuer.jwk('one', served.issuer.key);
    const { now, issuerUrl, ownAccess: access } = served;
    const props = await inMemory(jwk, now);
    const key = await importJWK(jwk, 'RS256');
    const own = await timesOf(tokens, async (token) => {
      const { status } = await provide([`Bearer ${token}`], props);
      if (status !== 200) throw new Error(`A good token was answered by ${status}.`);
    });
    const least = await timesOf(tokens, (token) => floor(token, key, now));
    const message = { jwk, issuerUrl, access, now };
    const perSecondOf = (answering: Answering, atOnce: number, asked = tokens) =>
      throughput(script, { answering, ...message }, asked, atOnce);
    const [floorOf, ownOf] = [await perSecondOf('floor', TOGETHER), await perSecondOf('own', TOGETHER)];
    served.fault = () => ({ kind: 'delay', milliseconds: CALL });
    const perSecond = {
      floor: floorOf,
      own: ownOf,
      process: await perSecondOf('process', MANY),
      // Each request makes five calls then, which the local account answers.
      alone: await perSecondOf('process', 1, tokens.slice(0, WARM_UP + Math.ceil(counted / 10))),
    };
    return { tokens: counted, own, floor: least, ratio: own.p50 / least.p50, perSecond };
  } finally {
    remove();
    await served.close();
  }
}

export function providerTargets({ own, perSecond }: MeasuredProvider): readonly Target[] {
  return [
    atMost('secret provider, own time for a token, 99 of 100', own.p99, OWN_TIME, ' ms'),
    atLeast('secret provider, requests a second on one core, AWS aside', perSecond.own, REQUESTS),
  ];
}

async function timesOf(tokens: readonly string[], work: (token: string) => Promise<void>): Promise<Times> {
  const times: number[] = [];
  for (const token of tokens) {
    const begun = performance.now();
    await work(token);
    times.push(performance.now() - begun);
  }
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Requests for each second of the processor: what else the machine does takes none of it. */
async function throughput(
  script: string,
  message: StartMessage,
  tokens: readonly string[],
  atOnce: number,
): Promise<number> {
  const child = fork(script, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  try {
    const url = await urlOf(child, message);
    await askAll(url, tokens.slice(0, WARM_UP), atOnce);
    const before = await cpuOf(child);
    const counted = tokens.slice(WARM_UP);
    await askAll(url, counted, atOnce);
    return (counted.length * 1000) / ((await cpuOf(child)) - before);
  } finally {
    child.kill('SIGKILL');
  }
}

async function said(child: ChildProcess, message: StartMessage | 'cost'): Promise<AnsweringMessage> {
  const answer = Promise.race([
    once(child, 'message').then(([answered]) => answered as AnsweringMessage),
    once(child, 'exit').then(() => {
      throw new Error('The process that answers runners ended.');
    }),
  ]);
  child.send(message);
  return answer;
}

async function urlOf(child: ChildProcess, message: StartMessage): Promise<string> {
  const answer = await said(child, message);
  if (!('url' in answer)) throw new Error('The process that answers runners said no address.');
  return answer.url;
}

async function cpuOf(child: ChildProcess): Promise<number> {
  const answer = await said(child, 'cost');
  return 'cpu' in answer ? answer.cpu : 0;
}

async function askAll(url: string, tokens: readonly string[], atOnce: number): Promise<void> {
  const agent = new Agent({ keepAlive: false });
  const waiting = [...tokens];
  const runner = async () => {
    for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) await ask(url, token, agent);
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
}

function ask(url: string, token: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`A good token was answered by ${answer.statusCode}.`));
      });
    }).once('error', reject);
  });
}

function build() {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
  const script = join(folder, 'provider.cjs');
  buildSync({
    entryPoints: [join(__dirname, 'main.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'silent',
  });
  return { script, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
