import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkedCode } from '../../cli/commands/report';
import { DAY, HOUR } from '../../functions/core/duration';
import { reportSchema } from '../../functions/report/judge/model';
import type { AwsFault } from '../../local/account/wire/server';
import { Scene } from '../support/scene';
import { typed, typedInAShell } from './typed';

/** Nothing of this machine's own AWS configuration. */
const NOWHERE: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  HOME: tmpdir(),
  FORCE_COLOR: '0',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
};

let scene: Scene;
let folder: string;

/** An account with ten days of history until now, in which somebody has made a key by hand. */
beforeAll(async () => {
  scene = await new Scene({ start: Date.now() - 10 * DAY }).start();
  scene.manage('shop');
  await scene.rotate();
  await scene.sync();
  scene.addUser('by-hand');
  scene.createKey('by-hand');
  scene.clock.advanceTo(Date.now());
  scene.clock.run();
});

afterAll(() => scene.close());

beforeEach(() => {
  scene.awsFault = undefined;
  folder = mkdtempSync(join(tmpdir(), 'keyturn-report-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

/** The credentials and the endpoint of the scene, as a person has them in the environment. */
function signedIn(): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = scene.account.rootSession();
  return {
    ...NOWHERE,
    AWS_ENDPOINT_URL: scene.accountUrl,
    AWS_REGION: scene.account.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === '' ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  };
}

/** The command, typed in a folder of its own. */
async function report(args: readonly string[], env: Readonly<Record<string, string>> = signedIn()) {
  for (const name of Object.keys(process.env).filter((name) => name.startsWith('AWS_'))) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    return await typed(['report', ...args], { folder });
  } finally {
    vi.unstubAllEnvs();
  }
}

const day = (instant: number) => new Date(instant).toISOString().slice(0, 10);

describe('keyturn report', () => {
  it('writes a page about the last 365 days into the current folder, and says where it is and what it says', async () => {
    // As a user runs it: a process with the machine's clock, in the folder that it was started from.
    const { code, stdout, stderr } = await typedInAShell(['report'], { cwd: folder, env: signedIn() });
    const name = `keyturn-report-111122223333-${day(Date.now() - 365 * DAY)}-${day(Date.now())}.html`;
    const path = join(folder, name);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readdirSync(folder)).toEqual([name]);
    expect(readFileSync(path, 'utf8')).toMatch(/^<!doctype html>/i);
    expect(stdout).toContain(`\n${path}\n${pathToFileURL(path).href}\n`);
    expect(stdout).toMatch(/items? needs? attention/);
  });

  it('prints JSON, and nothing else, on standard output', async () => {
    const { code, stdout, stderr } = await report(['--format', 'json', '--since', day(Date.now() - 20 * DAY)]);
    const { summary, limits, account, generatedBy } = reportSchema.parse(JSON.parse(stdout));

    expect({ code, account }).toEqual({ code: 0, account: '111122223333' });
    expect(limits.length).toBeGreaterThan(0);
    expect(stderr.split('\n')).toEqual([
      summary.headline,
      expect.stringContaining(`It names ${limits.length} thing`),
      ...limits.map(({ source, message }) => `${source}: ${message}`),
      '',
    ]);
    expect(generatedBy).toContain(':root');
    expect(summary).toMatchObject({ rotations: 1, deliveries: 1, managedKeys: 1, accessKeys: 2 });
    for (const secret of scene.material) expect(stdout).not.toContain(secret);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('prints a table as CSV, and on standard error the verdict and what could not be seen', async () => {
    const { code, stdout, stderr } = await report(['--format', 'csv', '--table', 'changes']);

    expect(code).toBe(0);
    expect(stdout.split('\r\n')[0]).toMatch(/^id,at,action,result/);
    expect(stdout).toContain('CreateAccessKey');
    expect(stderr).toMatch(/^(Not compliant|Cannot tell): .*\n\d+ items? needs? attention/);
    expect(stderr).toContain('\naudit-record: ');
  });

  it('is about the period that it is asked for', async () => {
    const [since, until] = [new Date(Date.now() - 4 * DAY), new Date(Date.now() - 2 * DAY)];
    const args = [
      '--since',
      since.toISOString(),
      '--until',
      until.toISOString(),
      '--format',
      'json',
      '--output',
      'a.json',
    ];
    expect((await report(args)).code).toBe(0);

    expect(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'))).toMatchObject({
      since: since.toISOString(),
      until: until.toISOString(),
      summary: { rotations: 0 },
    });
  });

  it('exits with 1 for --check unless the report says compliant', async () => {
    // A key of two years, which no benchmark likes.
    const { code, stdout } = await report(['--format', 'json', '--check']);
    const { verdict } = reportSchema.parse(JSON.parse(stdout)).summary;

    expect(code).toBe(1);
    expect(verdict).not.toMatch(/^compliant/);
  });

  it.each([
    ['compliant', 0],
    ['compliant-with-exceptions', 0],
    ['cannot-tell', 1],
    ['not-compliant', 1],
  ] as const)('exits for --check of a report that says %s with %i', (verdict, code) => {
    expect(checkedCode({ verdict })).toBe(code);
  });

  it('tells which permission is missing and what has it, and reports the rest (K11)', async () => {
    const denied: AwsFault = { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'User x may not' };
    scene.awsFault = ({ action }) => (action === 'LookupEvents' ? denied : undefined);
    const { code, stdout, stderr } = await report(['--format', 'json']);

    expect(code).toBe(0);
    expect(stderr).toMatch(/Could not read CloudTrail's event history.*cloudtrail:LookupEvents.*KeyturnAuditor/);
    expect(JSON.parse(stdout).limits).toContainEqual(expect.objectContaining({ source: 'cloudtrail' }));
  });

  it('replaces a file only with --force, and leaves nothing else behind', async () => {
    const file = join(folder, 'r.html');
    writeFileSync(file, 'mine');
    const refused = await report(['--output', 'r.html']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('r.html: the file exists. Replace it with --force');
    expect(readFileSync(file, 'utf8')).toBe('mine');

    expect((await report(['--output', 'r.html', '--force'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toBe('mine');
    expect(readdirSync(folder)).toEqual(['r.html']);
  });

  it('takes credentials and region from a profile', async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL } = signedIn();
    const config = join(folder, 'config');
    const token = AWS_SESSION_TOKEN === undefined ? '' : `aws_session_token = ${AWS_SESSION_TOKEN}\n`;
    writeFileSync(
      config,
      `[profile audit]\nregion = ${AWS_REGION}\naws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n${token}`,
    );
    const env = { ...NOWHERE, AWS_CONFIG_FILE: config, AWS_ENDPOINT_URL: AWS_ENDPOINT_URL ?? '' };
    const { code, stdout } = await report(['--profile', 'audit', '--format', 'json'], env);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ account: '111122223333', region: AWS_REGION });
  });

  it('says how to sign in where there are no credentials, and how to name a region where there is none', async () => {
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...signedOut } = signedIn();
    expect(await report([], signedOut)).toMatchObject({ code: 3, stderr: expect.stringContaining('Sign in') });

    const { AWS_REGION: _region, ...noRegion } = signedIn();
    expect(await report([], noRegion)).toMatchObject({ code: 3, stderr: expect.stringContaining('--region') });
  });

  it('explains itself', async () => {
    const { code, stdout } = await report(['--help'], NOWHERE);

    expect(code).toBe(0);
    for (const word of ['--since', '--table', 'KeyturnAuditor', 'Exit codes', '--check'])
      expect(stdout).toContain(word);
  });
});

describe('bad input', () => {
  const tomorrow = new Date(Date.now() + DAY).toISOString();
  const soon = new Date(Date.now() - HOUR).toISOString();

  it.each([
    [
      ['--since', 'yesterday'],
      /--since <date>' argument 'yesterday' is invalid.*expected a date such as 2027-03-01.*that exists/,
    ],
    [['--since', '2026-02-30'], /'2026-02-30' is invalid.*that exists/],
    [['--until', '2026-01-31T12:00'], /--until <date>' argument '2026-01-31T12:00' is invalid/],
    [['--until', tomorrow], /--until .* is in the future; expected .* or earlier/],
    [['--since', soon, '--until', soon], /--since .* is not before --until .*; expected an earlier date/],
    [['--since', tomorrow], /--since .* is not before now/],
    [['--format', 'pdf'], /--format <format>' argument 'pdf' is invalid. Allowed choices are html, json, csv/],
    [
      ['--format', 'csv', '--table', 'users'],
      /--table <name>' argument 'users' is invalid. Allowed choices are summary, .*access-keys/,
    ],
    [['--table', 'changes'], /--table is for --format csv, not html/],
    [['--output', 'no/such/folder/r.html'], /--output no\/such\/folder\/r.html: there is no folder .*Make it first/],
    [['--output', '.'], /--output \.: that is a folder. Name a file in it/],
    [['--fast'], /unknown option '--fast'/],
  ])('%j is refused with what was expected, before anything is read', async (args, message) => {
    const calls = scene.calls.length;

    expect((await report(args)).stderr).toMatch(message);
    expect(scene.calls.length).toBe(calls);
  });

  it('ends with 2, and without a stack trace', async () => {
    const { code, stdout, stderr } = await report(['--since', 'yesterday']);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("argument 'yesterday' is invalid");
    expect(stderr).not.toContain('    at ');
  });
});
