import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stageOf } from '../../infra/bundles/package';
import { baseOfApi, compiledBase, hasBaseOfApi } from './api-base';
import { environment, ROOT } from './apps';
import { type Assembly, compiledApi } from './examples';

/** Breaks of the API since the last release that are meant, each with its reason. */
const ACCEPTED = join(import.meta.dirname, 'accepted-breaks.txt');

/** The breaks of an API since another one, each by its key; experimental is no excuse. */
function breaks(before: string, after: string): readonly string[] {
  const diff = join(ROOT, 'node_modules', 'jsii-diff', 'bin', 'jsii-diff');
  const options = ['--error-on', 'all', '--default-stability', 'experimental', '--keys', '--ignore-file', ACCEPTED];
  const { status, stdout, stderr } = spawnSync(process.execPath, [diff, before, after, ...options], {
    cwd: ROOT,
    encoding: 'utf8',
    env: environment(),
  });
  const found = [...`${stdout}${stderr}`.matchAll(/\[([\w-]+:[^\]]+)\]/g)].map(([, key = '']) => key);
  if ((status === 0) !== (found.length === 0)) throw new Error(`jsii-diff ended with ${status}:\n${stdout}${stderr}`);
  return found;
}

function propertiesOf(assembly: Assembly, type: string) {
  const { properties } = assembly.types[type] ?? {};
  if (properties === undefined) throw new Error(`There is no ${type}`);
  return properties;
}

describe('the API', () => {
  it.runIf(hasBaseOfApi())(`breaks no app that was written for ${baseOfApi()}, but where it is meant to`, async () => {
    expect(breaks(await compiledBase(), stageOf(ROOT))).toEqual([]);
  });

  it.each<[string, string, (assembly: Assembly) => void]>([
    [
      'a property is gone',
      'removed:keyturn.KeyRotationProps.notify',
      (assembly) => {
        const properties = propertiesOf(assembly, 'keyturn.KeyRotationProps');
        properties.splice(
          properties.findIndex(({ name }) => name === 'notify'),
          1,
        );
      },
    ],
    [
      'a property has to be given that could be left out',
      'strengthened:keyturn.KeyRotationProps',
      (assembly) => {
        const notify = propertiesOf(assembly, 'keyturn.KeyRotationProps').find(({ name }) => name === 'notify');
        delete notify?.optional;
      },
    ],
  ])('is found broken where %s', (_what, key, change) => {
    expect(breaks(stageOf(ROOT), compiledApi(change))).toContain(key);
  });

  it('has a reason for each break that is accepted', () => {
    const lines = readFileSync(ACCEPTED, 'utf8').split('\n');
    const unexplained = lines.filter(
      (line, at) => line !== '' && !line.startsWith('#') && !lines[at - 1]?.startsWith('#'),
    );
    expect(unexplained).toEqual([]);
  });
});
