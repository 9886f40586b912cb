import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import type { AccountEvent } from '../../local/account/event';
import type { DeployedWorld } from '../support/deployed-world';
import type { Written } from './hunt';

/** Writes down what a test's process prints, until it is released. */
export function capturePrinted(): { readonly text: () => string; readonly release: () => void } {
  const printed: string[] = [];
  const streams = [process.stdout, process.stderr].map((stream) => {
    const { write } = stream;
    stream.write = (...args: unknown[]) => {
      printed.push(String(args[0]));
      return Reflect.apply(write, stream, args) === true;
    };
    return () => {
      stream.write = write;
    };
  });
  return {
    text: () => printed.join(''),
    release: () => {
      for (const release of streams) release();
    },
  };
}

/** Everything that a deployed world has written anywhere but into the secrets and the CI host's secured variables. */
export function writtenBy(
  { world, deployment, cdkOut, admin }: DeployedWorld,
  events: readonly AccountEvent[],
  results: readonly string[],
): readonly Written[] {
  const { account } = world;
  const place = (name: string, values: readonly unknown[]): Written => ({
    place: name,
    text: values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n'),
  });
  const { SecretList } = account.invoke(admin, 'secretsmanager', 'ListSecrets', { MaxResults: 100 });
  const { Parameters } = account.invoke(admin, 'ssm', 'GetParametersByPath', { Path: '/', Recursive: true });
  return [
    place(
      'logs, audit events and metrics',
      world.logs.map(({ line }) => line),
    ),
    place('audit record', account.logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP }).events),
    place('CloudTrail', account.trail),
    place('event bus', events),
    place('SNS', account.sns.messages),
    place(
      'queues',
      deployment.queues.flatMap(({ messages }) => messages),
    ),
    place('names, tags and labels of secrets', SecretList),
    place('SSM', Parameters),
    place('results of functions', results),
    place(
      'environment variables of functions',
      deployment.functions.map(({ environment }) => environment),
    ),
    ...filesIn(cdkOut, 'CDK output'),
  ];
}

/** The text of every file below a folder. */
export function filesIn(folder: string, place: string): readonly Written[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const file = join(folder, name);
    return statSync(file).isFile() ? [{ place: `${place}: ${name}`, text: readFileSync(file, 'latin1') }] : [];
  });
}

/** The command lines of this process and of every process below it. Linux only. */
export function commandLines(): readonly Written[] {
  const read = (pid: string, file: string) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'latin1');
    } catch {
      return '';
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(pids.map((pid) => [pid, / \w (\d+) /.exec(read(pid, 'stat').replace(/^.*\)/, ''))?.[1]]));
  const isBelow = (pid: string | undefined): boolean =>
    pid !== undefined && (pid === String(process.pid) || isBelow(parents.get(pid)));
  return pids
    .filter(isBelow)
    .map((pid) => ({ place: `arguments of process ${pid}`, text: read(pid, 'cmdline').replaceAll('\0', ' ') }));
}
