import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Terminal } from '../../cli/terminal';
import { Scene } from '../support/scene';
import { typed } from './typed';

let scene: Scene;
beforeAll(async () => {
  scene = await new Scene().start();
});
afterAll(() => scene.close());

/** Every command that reads an account asks who it is first; `report` stands for all of them. */
async function asked(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  given: Partial<Terminal> = {},
) {
  const { accessKeyId, secretAccessKey, sessionToken } = scene.account.rootSession();
  const whole = {
    AWS_ENDPOINT_URL: scene.accountUrl,
    AWS_REGION: scene.account.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...env,
  };
  for (const [name, value] of Object.entries(whole)) vi.stubEnv(name, value);
  try {
    return await typed(['report', '--format', 'json', ...args], { folder: '/tmp', ...given });
  } finally {
    vi.unstubAllEnvs();
  }
}

describe('an account that cannot be reached is told as what it is, once, and with 3', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    [
      'a profile that is not there',
      ['--profile', 'nope'],
      {},
      /^The profile nope has no valid AWS credentials.*none of/,
    ],
    [
      'no network',
      [],
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
      /^AWS cannot be reached at http:\/\/127\.0\.0\.1:9 /,
    ],
    [
      'an endpoint that is not there',
      ['--endpoint-url', 'http://127.0.0.1:9'],
      {},
      /^AWS cannot be reached at http.*9 /,
    ],
    [
      'a name that nobody knows',
      ['--endpoint-url', 'http://sts.nowhere.invalid'],
      {},
      /^AWS cannot be reached at http:\/\/sts\.nowhere\.invalid \((ENOTFOUND|EAI_AGAIN)\)\. Is this machine offline/,
    ],
    [
      'a key that is gone',
      [],
      { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SESSION_TOKEN: '' },
      /does not take these/,
    ],
  ])('%s', async (_what, args, env, says) => {
    const { code, stdout, stderr } = await asked(args, env);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('EXAMPLE');
  });
});

describe('who names a profile', () => {
  it('hears nothing of what the environment has too, and no line that a terminal would break', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { stderr } = await asked(['--profile', 'nope'], {}, { watched: true });
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
    const lines = stderr.split('\n').map((line) => line.split('\r').at(-1) ?? '');
    expect(lines.join(' ')).toContain('there is none of this name. Sign in (aws sso login --profile nope)');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});
