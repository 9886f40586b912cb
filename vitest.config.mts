import { defineConfig } from 'vitest/config';
import { DEEP_SUITES } from './test/deep/suites';

/** These start processes, browsers and threads, or change what a process has only one of: each file has one of its own. */
const ALONE = ['alarms', 'bench', 'cli', 'permissions', 'report/page'].map((folder) => `test/${folder}/**/*.test.ts`);
const ELSEWHERE = ['node_modules/**', 'test/deploy/**', 'test/package/**', ...DEEP_SUITES];

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    // CloudFormation's schemas take seconds to load, in each file again; test/infra/synth.test.ts and CI validate by them.
    env: { CDK_VALIDATION: 'false' },
    // Much of a test's time is waiting for other processes and for retries, so there are more workers than cores.
    maxWorkers: '150%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes in its time on a busy machine, too: a second is less than a page of charts takes there.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE, exclude: ELSEWHERE } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...ELSEWHERE, ...ALONE],
          // The SDKs, the CDK and zod are loaded once a worker: to load them took a third of the time of the small files.
          isolate: false,
          setupFiles: ['test/restored-environment.ts'],
        },
      },
    ],
  },
});
