import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Scene } from '../support/scene';
import { typed } from './typed';

let scene: Scene;
let folder: string;

/** An account with two managed keys, and the secret of one that was taken out. */
beforeAll(async () => {
  scene = await new Scene().start();
  scene.manage('shop');
  scene.manage('api');
  scene.secret('keyturn/gone', 'left over');
});
afterAll(() => scene.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-validate-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

/** The command for a file with these keys, with the scene's credentials in the environment. */
async function validate(yaml: string, ...options: readonly string[]) {
  writeFileSync(join(folder, 'keyturn.yaml'), yaml);
  const { accessKeyId, secretAccessKey, sessionToken } = scene.account.rootSession();
  vi.stubEnv('AWS_ENDPOINT_URL', scene.accountUrl);
  vi.stubEnv('AWS_REGION', scene.account.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
  try {
    return await typed(['validate', ...options], { folder });
  } finally {
    vi.unstubAllEnvs();
  }
}

const key = (id: string, more = '') => `  - { id: ${id}, user: ci-${id}${more} }\n`;
const BOTH = `keys:\n${key('shop')}${key('api')}`;

describe('keyturn validate', () => {
  it('says that a file is sound, or each mistake at its place', async () => {
    expect(await validate(BOTH)).toEqual({ code: 0, stdout: 'keyturn.yaml is sound: 2 managed keys.\n', stderr: '' });
    const { code, stderr } = await validate('keys:\n  - id: a\n    usr: b\n');
    expect(code).toBe(1);
    expect(stderr).toContain('keyturn.yaml:3:5 keys[0].usr: expected one of id, user');
  });

  it('says which keys a deployment would leave to nobody, before it does', async () => {
    expect(await validate(BOTH, '--deployed')).toMatchObject({
      code: 0,
      stdout: 'keyturn.yaml keeps every key that is deployed.\n',
    });
    expect(await validate(`keys:\n${key('shop')}`, '--deployed')).toMatchObject({
      code: 0,
      stdout: 'Taken out, so that nobody rotates them any more: api.\n',
    });
    const example = await validate(`keys:\n${key('web-shop-production')}`, '--deployed');
    expect(example.code).toBe(1);
    expect(example.stdout).toMatch(/any more: (shop, api|api, shop)\. That is half of the registry or more/);
  });

  it('says which deployment would fail on a secret', async () => {
    expect(await validate(`${BOTH}${key('gone')}`, '--deployed')).toMatchObject({
      code: 1,
      stdout: 'gone: the secret keyturn/gone is there already; write "secret: existing", which takes it.\n',
    });
    expect(await validate(`${BOTH}${key('gone', ', secret: existing')}`, '--deployed')).toMatchObject({ code: 0 });
    expect(await validate(`${BOTH}${key('new', ', secret: existing')}`, '--deployed')).toMatchObject({
      code: 1,
      stdout: 'new: there is no secret keyturn/new; restore it, or take "secret: existing" out.\n',
    });
  });
});
