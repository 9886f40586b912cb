import { describe, expect, it } from 'vitest';
import { startAgain } from '../../functions/core/findings/commands';
import { FUNCTION_NAMES } from '../../functions/core/names';
import { commandsIn, invocationsIn, LONGEST_TIMEOUT, namesVersionOfCli, readTimeout, unfoundByCdk } from './commands';
import { ROOT } from './documents';

describe('a command that people are given', () => {
  it('waits for a function for longer than that can live', () => {
    const invocations = invocationsIn(ROOT);
    expect(invocations.length).toBeGreaterThan(4);
    expect(invocations.filter(({ run }) => readTimeout(run) <= LONGEST_TIMEOUT)).toEqual([]);
    for (const name of FUNCTION_NAMES) {
      const concerned = { findings: [], keys: [], many: false, region: 'eu-west-1', run: 'r', function: name };
      for (const { run } of startAgain('again')(concerned)) expect(readTimeout(run)).toBeGreaterThan(LONGEST_TIMEOUT);
    }
  });

  it('starts the CDK of the project, and not one that may be installed beside it', () => {
    const cdk = commandsIn(ROOT).filter(({ run }) =>
      /(^|[\s;&|])cdk (deploy|synth|bootstrap|diff|destroy|import|watch)/.test(run),
    );
    expect(cdk.length).toBeGreaterThan(2);
    expect(cdk.filter(({ run }) => !run.includes('npx cdk'))).toEqual([]);
    expect(unfoundByCdk(ROOT)).toEqual([]);
  });

  it('needs a version of the AWS CLI that the first pages name', () => {
    for (const path of ['README.md', 'docs/start/first-deployment.md'])
      expect(namesVersionOfCli(ROOT, path), path).toBe(true);
  });
});
