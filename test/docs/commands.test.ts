import { describe, expect, it } from 'vitest';
import { startAgain } from '../../functions/core/findings/commands';
import { FUNCTION_NAMES } from '../../functions/core/names';
import { DOCUMENTS, read } from './documents';

/** The longest timeout of a function, in seconds: Lambda allows no more, and sync has it. */
const LONGEST_TIMEOUT = 900;

const blocks = (text: string) => [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, script = '']) => script);
/** Each command on one line. */
const commands = (script: string) => script.replaceAll(/\\\n\s*/g, ' ').split('\n');
const all = DOCUMENTS.flatMap((path) =>
  blocks(read(path)).flatMap((block) => commands(block).map((run) => ({ path, run }))),
);

const readTimeout = (run: string) => Number(/--cli-read-timeout (\d+)/.exec(run)?.[1] ?? 60);

describe('a command that people are given', () => {
  it('waits for a function for longer than that can live', () => {
    const invocations = all.filter(({ run }) => run.includes('aws lambda invoke'));
    expect(invocations.length).toBeGreaterThan(4);
    expect(invocations.filter(({ run }) => readTimeout(run) <= LONGEST_TIMEOUT)).toEqual([]);
    for (const name of FUNCTION_NAMES) {
      const concerned = { findings: [], keys: [], many: false, region: 'eu-west-1', run: 'r', function: name };
      for (const { run } of startAgain('again')(concerned)) expect(readTimeout(run)).toBeGreaterThan(LONGEST_TIMEOUT);
    }
  });

  it('starts the CDK of the project, and not one that may be installed beside it', () => {
    const cdk = all.filter(({ run }) => /(^|[\s;&|])cdk (deploy|synth|bootstrap|diff|destroy|import|watch)/.test(run));
    expect(cdk.length).toBeGreaterThan(2);
    expect(cdk.filter(({ run }) => !run.includes('npx cdk'))).toEqual([]);
    const { app, build } = JSON.parse(read('cdk.json')) as { readonly app: string; readonly build: string };
    expect([app, build].filter((command) => !/^(npx|node) /.test(command))).toEqual([]);
  });

  it('needs a version of the AWS CLI that the first pages name', () => {
    for (const path of ['README.md', 'docs/start/first-deployment.md'])
      expect(read(path)).toMatch(/AWS CLI, version 2/);
  });
});
