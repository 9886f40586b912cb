import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { validatedSchema } from '../../functions/core/config/validated';
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

const READERS = ', readers: [arn:aws:iam::111122223333:role/ci]';
const key = (id: string, more = '') => `  - { id: ${id}, user: ci-${id}${READERS}${more} }\n`;
const file = (...keys: readonly string[]) => `keys:\n${keys.join('')}notify: [security@example.com]\n`;
const roleOf = (name: string) =>
  `  - { name: ${name}, bitbucket: { workspace: acme, workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}', ` +
  "repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}', anyStep: true } }\n";
/** What auditors count of the usual policy. */
const COUNTED = ['cis-1.14', 'cis-1.13']
  .map((control) => `${control}: reports count exceptions on 41 days of a year, 85 at most.\n`)
  .join('');
const BOTH = file(key('shop'), key('api'));

describe('keyturn validate', () => {
  it('says that a file is sound', async () => {
    expect(await validate(BOTH)).toEqual({
      code: 0,
      stdout: `keyturn.yaml is sound: 2 managed keys.\n${COUNTED}`,
      stderr: '',
    });
    const one = await validate(file(key('shop')));
    expect(one).toEqual({ code: 0, stdout: `keyturn.yaml is sound: 1 managed key.\n${COUNTED}`, stderr: '' });
    const strict = await validate(`policy: cis\n${file(key('shop'))}`);
    expect(strict.stdout).not.toContain('cis-1.14');
  });

  it('says that a file of roles is sound', async () => {
    const { code, stdout } = await validate(
      `keys: []\n${['deploy', 'plan'].reduce((text, name) => text + roleOf(name), 'roles:\n')}notify: [a@example.com]\n`,
      '--strict',
    );
    expect([code, stdout]).toEqual([0, 'keyturn.yaml is sound: 0 managed keys, 2 roles.\n']);
  });

  it('tells every mistake at once, each with its place and its cure, within 80 columns', async () => {
    const { code, stdout, stderr } = await validate(
      'keys:\n  - id: a\n    usr: b\n  - id: B\n    user: arn:aws:iam::111122223333:user/ci/b\n',
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const [usr = '', ...others] = stdout.split('\n\n');
    expect(usr).toMatch(
      /^keyturn\.yaml:3:5 mistake\n {2}keys\[0\]\.usr: expected one of id, user, [^"]*found\s+"usr"\n/,
    );
    expect(usr).toMatch(/\n {2}→ did you mean "user"\?$/);
    expect(others).toEqual([
      'keyturn.yaml:4:9 mistake\n' +
        '  keys[1].id: expected lower-case letters, digits and hyphens, at most 63, found\n' +
        '  "B"\n' +
        '  → write "id: b"',
      'keyturn.yaml:5:11 mistake\n' +
        '  keys[1].user: expected the name of an IAM user, found its ARN\n' +
        '  → write "user: b"',
      '3 mistakes.\n',
    ]);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  const UNTOLD = BOTH.replace(/notify.*\n/, '');

  it('warns of what is legal and probably not meant, which fails with --strict alone', async () => {
    const usual = await validate(UNTOLD);
    expect({ code: usual.code, stderr: usual.stderr }).toEqual({ code: 0, stderr: '' });
    expect(usual.stdout).toContain('keyturn.yaml:1:1 warning nobody-told\n  notify: expected an address, found none:');
    expect(usual.stdout).toContain('\n  → write notify: [<address>]\n');
    expect(usual.stdout).toMatch(/\nkeyturn\.yaml is sound: 2 managed keys\. 1 warning\.\ncis-1\.14: /);
    expect(await validate(UNTOLD, '--strict')).toEqual({ ...usual, code: 1 });
    expect(await validate(BOTH, '--strict')).toMatchObject({ code: 0 });
  });

  it('writes one document with --json, the same in every version', async () => {
    const json = async (yaml: string, ...options: readonly string[]) => {
      const { code, stdout, stderr } = await validate(yaml, '--json', ...options);
      return { code, stderr, document: validatedSchema.parse(JSON.parse(stdout)) };
    };
    expect(await json('keys: [{ id: a, usr: b }]')).toEqual({
      code: 1,
      stderr: '',
      document: {
        schema: 'keyturn.validate/v1',
        file: 'keyturn.yaml',
        ok: false,
        mistakes: [
          {
            line: 1,
            column: 17,
            path: 'keys[0].usr',
            message: expect.stringMatching(/^expected one of id, user, .*, found "usr"$/),
            cure: 'did you mean "user"?',
          },
        ],
        warnings: [],
        shortfalls: [],
      },
    });
    const warnings = [expect.objectContaining({ code: 'nobody-told', line: 1, column: 1, path: 'notify' })];
    const sound = { file: 'keyturn.yaml', keys: 2, mistakes: [], warnings };
    expect(await json(UNTOLD)).toMatchObject({ code: 0, document: { ...sound, ok: true } });
    expect(await json(UNTOLD, '--strict')).toMatchObject({ code: 1, document: { ...sound, ok: false } });
    expect(await json(BOTH, '--deployed')).toMatchObject({
      code: 0,
      document: { ok: true, deployed: { dropped: [], losesMost: false, taken: [], absent: [] } },
    });
  });

  it('tells a file that is not there, and one that is none, with 2', async () => {
    const asked = (file: string) => typed(['validate', file], { folder });
    expect(await asked('other.yaml')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'other.yaml: expected a configuration, found no such file; have a first one made (keyturn init), or name ' +
        'another file (keyturn validate FILE).\n',
    });
    expect(await typed(['validate'], { folder })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^keyturn\.yaml: /),
    });
    expect(await asked('.')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('found a folder; name another'),
    });
    writeFileSync(join(folder, 'a.yaml'), '');
    expect(await asked('a.yaml/b.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('its path has a folder'),
    });
    expect(await asked('a.yaml')).toMatchObject({ code: 1, stdout: expect.stringContaining('found nothing') });
    expect(await typed(['validate', '--nope'], { folder })).toMatchObject({ code: 2, stdout: '' });
  });

  it('never repeats a token that stands in the file, and says who takes it back (K6)', async () => {
    const token = `ATCTT3xFfGN0${'x1Y-'.repeat(20)}=0A1B2C3D`;
    const yaml = `connections: { acme: { bitbucket: { secret: ${token} } } }\n${BOTH}`;
    for (const options of [[], ['--json']]) {
      const { code, stdout, stderr } = await validate(yaml, ...options);
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toContain('revoke it at Bitbucket');
      expect(stdout).not.toContain('x1Y-');
    }
  });

  it('needs neither the CDK, nor the SDK of AWS, nor a second', async () => {
    const keys = Array.from({ length: 500 }, (_, at) => key(`k${at}`));
    const start = performance.now();
    expect(await validate(file(...keys))).toMatchObject({ code: 0 });
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('says which keys a deployment would leave to nobody, before it does', async () => {
    const deployed = (...keys: readonly string[]) => validate(file(...keys), '--deployed');
    expect(await deployed(key('shop'), key('api'))).toEqual({
      code: 0,
      stdout: `keyturn.yaml is sound: 2 managed keys.\nkeyturn.yaml keeps every key that is deployed.\n${COUNTED}`,
      stderr: '',
    });
    expect(await deployed(key('shop'))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('\nTaken out, so that nobody rotates them any more: api.\n'),
    });
    const example = await deployed(key('web-shop-production'));
    expect(example.code).toBe(1);
    expect(example.stdout.replaceAll('\n', ' ')).toMatch(
      /any more: (shop, api|api, shop)\. That is half of the registry or more/,
    );
  });

  it('says which deployment would fail on a secret', async () => {
    const deployed = (more: string) => validate(file(key('shop'), key('api'), more), '--deployed');
    const says = (stdout: string) => stdout.replaceAll('\n', ' ');
    const gone = await deployed(key('gone'));
    expect(gone.code).toBe(1);
    expect(says(gone.stdout)).toContain(
      'gone: the secret keyturn/gone is there already; write "secret: existing", which takes it. ',
    );
    expect(await deployed(key('gone', ', secret: existing'))).toMatchObject({ code: 0 });
    const fresh = await deployed(key('new', ', secret: existing'));
    expect(fresh.code).toBe(1);
    expect(says(fresh.stdout)).toContain(
      'new: there is no secret keyturn/new; restore it, or take "secret: existing" out. ',
    );
  });
});
