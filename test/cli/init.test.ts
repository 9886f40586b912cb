import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PACKAGE_ROOT } from '../../cli/package-root';
import type { Terminal } from '../../cli/terminal';
import { initializedSchema } from '../../functions/core/config/initialized';
import { parseConfig } from '../../functions/core/config/parse-config';
import { DAY } from '../../functions/core/duration';
import { Scene } from '../support/scene';
import { START } from '../support/stage';
import { HAS_PSEUDO_TERMINAL, PseudoTerminal } from './pseudo-terminal';
import { typed } from './typed';

let scene: Scene;
let folder: string;
/** A token that may look at the workspace. */
let token: string;

/** An account of 694 days with a user of one key, one of two, one of none, and no trail; a workspace with two repositories. */
beforeAll(async () => {
  scene = await new Scene({ start: START }).start();
  for (const user of ['ci-shop', 'ci.Two', 'ci-none']) scene.addUser(user);
  for (const user of ['ci-shop', 'ci.Two', 'ci.Two']) scene.createKey(user);
  scene.clock.advanceBy(694 * DAY);
  scene.bitbucket.addRepository('acme', 'web-shop');
  for (const name of ['Test', 'Production']) scene.bitbucket.addEnvironment('acme', 'web-shop', name);
  scene.bitbucket.addRepository('acme', 's3-uploader2x');
  token = scene.bitbucket.addAccessToken({ workspace: 'acme', scopes: ['pipeline', 'repository'] });
});
afterAll(() => scene.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-init-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

/** The command, with the scene's credentials in the environment. */
async function init(args: readonly string[], given: Partial<Terminal> = {}) {
  const { accessKeyId, secretAccessKey, sessionToken } = scene.account.rootSession();
  vi.stubEnv('AWS_ENDPOINT_URL', scene.accountUrl);
  vi.stubEnv('AWS_REGION', scene.account.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
  const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
  try {
    return await typed(['init', ...args], { folder, time, ...given });
  } finally {
    vi.unstubAllEnvs();
  }
}
const written = (file = 'keyturn.yaml') => readFileSync(join(folder, file), 'utf8');
const piped = (text: string) => ({ stdin: Readable.from([text]) });

const TOLD = ['--notify', 'security@example.com'];
const SHOP = ['--user', 'ci-shop', '--deliver-to', 'ci-shop=acme/web-shop:Production', ...TOLD];

describe('keyturn init', () => {
  it('writes a commented file from flags and from what the account has, and it validates', async () => {
    const { code, stdout, stderr } = await init([...SHOP, '--user', 'ci.Two']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(written()).toBe(`# Which access keys of the account ${scene.account.accountId} Keyturn rotates, and who gets
# them. "keyturn init" has made it; change it as you like, and check it with
# "keyturn validate".
# Every setting:
# https://github.com/keyturn/keyturn/blob/main/docs/start/configuration.md

connections:
  acme:
    bitbucket:
      # The secret in Secrets Manager that holds the token. The token itself
      # belongs into no file.
      secret: keyturn/connections/acme

keys:
  # Active key, 694 days old, never used.
  - id: ci-shop
    user: ci-shop
    deliverTo:
      - connection: acme
        repository: acme/web-shop
        environment: Production
  # Active key, 694 days old, never used.
  # Active key, 694 days old, never used.
  # Two keys leave no room for a fresh one: Keyturn changes nothing until one of
  # them is gone. "adopt: replace-idle" lets it take one away that nobody has
  # used for a hundred days.
  - id: ci-two
    user: ci.Two
    # Nobody gets this key yet: say where its fresh keys go, or who reads them
    # from the secret.
    # deliverTo:
    #   - connection: <connection>
    #     repository: <workspace>/<repository>
    #     environment: Production
    # readers: [arn:aws:iam::<account>:role/<role>]

# Ages in days: a fresh key is made, the old one is made Inactive, and it is
# deleted. These are the defaults.
policy: { rotateAfter: 90, deactivateAfter: 100, deleteAfter: 110 }

# Who hears of findings and failures. Each address is asked once, by mail, to
# confirm.
notify:
  - security@example.com

# No CloudTrail trail logs management events here, so the stack makes one.
trail: create
`);
    expect(parseConfig(written())).toMatchObject({ problems: [], warnings: [{ code: 'nobody-gets-it' }] });
    expect(stdout).toContain('keyturn.yaml is written.\nLine 27: expected deliverTo or readers, found neither');
    expect(stdout).toContain(
      '\n  2. Store its token, which is tried first:\n       npx keyturn connect acme --config keyturn.yaml\n  3. Deploy it:\n       npx cdk deploy -c config=keyturn.yaml\n',
    );
    expect(`${stdout}${written()}`.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(readdirSync(folder)).toEqual(['keyturn.yaml']);
  });

  it('writes no configuration where the cdk.json beside it cannot be written, and can be run again', async () => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(PACKAGE_ROOT, join(folder, 'node_modules/keyturn'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'cdk.json'));
    expect(await init([...SHOP, '--offline'])).toMatchObject({ code: 2, stderr: expect.stringContaining('cdk.json') });
    expect(readdirSync(folder)).toEqual(['cdk.json', 'node_modules']);
    rmSync(join(folder, 'cdk.json'));
    const { code, stdout } = await init([...SHOP, '--offline']);
    expect(code).toBe(0);
    expect(stdout).toContain('npx cdk deploy -c config=keyturn.yaml');
    expect(readdirSync(folder)).toEqual(['cdk.json', 'keyturn.yaml', 'node_modules']);
  });

  it('knows a trail that logs, and one that does not', async () => {
    const { trails } = scene.account;
    const trail = (TrailName: string, selectors: Omit<Parameters<typeof trails.putEventSelectors>[0], 'TrailName'>) => {
      trails.createTrail({ Name: TrailName, S3BucketName: 'trails' });
      trails.startLogging({ Name: TrailName });
      trails.putEventSelectors({ TrailName, ...selectors });
    };
    const of = (category: string, ...more: readonly { Field: string; Equals: readonly string[] }[]) => ({
      AdvancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: [category] }, ...more] }],
    });
    trails.createTrail({ Name: 'off', S3BucketName: 'trails' });
    trail('reads', { EventSelectors: [{ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true }] });
    trail('data', of('Data'));
    await init([...SHOP, 'a.yaml']);
    expect(written('a.yaml')).toContain('so the stack makes one.\ntrail: create\n');
    trail('org-trail', of('Management', { Field: 'readOnly', Equals: ['false'] }));
    const { stdout } = await init([...SHOP, '--json', 'b.yaml']);
    expect(written('b.yaml')).toContain(
      '# The CloudTrail trail org-trail logs management events here.\ntrail: existing\n',
    );
    expect(initializedSchema.parse(JSON.parse(stdout)).account?.trails).toEqual([
      { name: 'off', logsManagementEvents: false },
      { name: 'reads', logsManagementEvents: false },
      { name: 'data', logsManagementEvents: false },
      { name: 'org-trail', logsManagementEvents: true },
    ]);
  });

  it('never asks where nobody can answer, and says which flag is missing and what there is', async () => {
    const says = `keyturn init: nobody is asked here, and --user and --notify are missing. Users of ${scene.account.accountId} with access keys: ci-shop, ci.Two.\n`;
    expect(await init([])).toEqual({ code: 2, stdout: '', stderr: says });
    const asJson = await init(['--json', ...TOLD]);
    expect(asJson).toMatchObject({ code: 2, stderr: expect.stringContaining('and --user is missing.') });
    expect(initializedSchema.parse(JSON.parse(asJson.stdout))).toMatchObject({
      file: 'keyturn.yaml',
      written: false,
      missing: ['--user'],
      account: {
        id: scene.account.accountId,
        region: scene.account.region,
        rootKeys: 0,
        users: [
          { name: 'ci-shop', keys: [{ active: true, ageInDays: 694, lastUsed: 'never' }] },
          { name: 'ci.Two', keys: [{ active: true }, { active: true }] },
          { name: 'ci-none', keys: [] },
        ],
      },
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('looks at the workspace with a token from standard input, which it neither keeps nor tells (K6)', async () => {
    const { code, stdout, stderr } = await init(
      [...SHOP, '--json', '--token-stdin', '--bitbucket-url', scene.bitbucketUrl],
      piped(`${token}\n`),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(initializedSchema.parse(JSON.parse(stdout))).toMatchObject({
      written: true,
      repositories: [{ name: 'acme/s3-uploader2x' }, { name: 'acme/web-shop', environments: ['Production', 'Test'] }],
    });
    expect(`${stdout}${written()}`).not.toContain(token);
    expect(scene.hostRequests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('takes an API token with whose it is', async () => {
    const scopes = ['read:repository:bitbucket', 'read:pipeline:bitbucket'];
    const apiToken = scene.bitbucket.addApiToken({ email: 'bot@example.com', scopes, expiresAt: START + 2_000 * DAY });
    const flags = ['--token-stdin', '--email', 'bot@example.com', '--bitbucket-url', scene.bitbucketUrl];
    expect(await init([...SHOP, ...flags], piped(apiToken))).toMatchObject({ code: 0, stderr: '' });
  });

  it.each<[string, readonly string[], string, number, string]>([
    ['a token that is none', SHOP, 'ATCTT3nothing', 3, 'does not accept the token (401)'],
    [
      'a repository that is not there',
      ['--user', 'ci-shop', '--deliver-to', 'ci-shop=acme/web-shp:Production', ...TOLD],
      '',
      2,
      'this token sees no repository acme/web-shp. It sees acme/s3-uploader2x, acme/web-shop.',
    ],
    [
      'an environment that is not there',
      ['--user', 'ci-shop', '--deliver-to', 'ci-shop=acme/web-shop:Staging', ...TOLD],
      '',
      2,
      'this token sees no deployment environment Staging in acme/web-shop. It sees Production, Test.',
    ],
    ['no token', SHOP, ' \n', 2, 'standard input held no token'],
  ])('tells %s, and writes nothing', async (_what, args, given, code, says) => {
    const flags = ['--token-stdin', '--bitbucket-url', scene.bitbucketUrl];
    const told = await init([...args, ...flags], piped(given === '' ? token : given));
    expect(told).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(says) });
    expect(told.stderr).not.toContain(token);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, readonly string[], string]>([
    ['a user that is not there', ['--user', 'nobody', ...TOLD], 'has no user nobody. Create it first, or name one of'],
    ['a user in another spelling', ['--user', 'CI-Shop', ...TOLD], 'has no user CI-Shop. IAM spells it ci-shop.'],
    [
      'a user as an ARN',
      ['--user', 'arn:aws:iam::111122223333:user/ci-shop', ...TOLD],
      'expected the name of an IAM user, found its ARN; write "user: ci-shop".',
    ],
    ['an address that is none', ['--user', 'ci-shop', '--notify', '#security'], 'expected an e-mail address, found'],
    [
      'a place of nobody',
      ['--user', 'ci-shop', '--deliver-to', 'other=acme/web-shop', ...TOLD],
      'expected <user>=<workspace>/<repository>:<environment>, with the user of a --user',
    ],
    [
      'a place as a URL',
      ['--user', 'ci-shop', '--deliver-to', 'ci-shop=bitbucket.org/acme/web-shop', ...TOLD],
      'found a URL; write "repository: acme/web-shop".',
    ],
    [
      'the same place twice',
      ['--user', 'ci-shop', '--user', 'ci.Two', '--deliver-to', 'ci-shop=a/b', '--deliver-to', 'ci.Two=a/b', ...TOLD],
      'expected variables that nothing else writes',
    ],
    ['a folder that is not there', [...SHOP, 'no/keyturn.yaml'], 'there is no folder'],
  ])('refuses %s with 2 and the reason, and writes nothing (K14)', async (_what, args, says) => {
    expect(await init(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(says) });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('overwrites nothing without --force', async () => {
    writeFileSync(join(folder, 'keyturn.yaml'), 'mine');
    expect(await init(SHOP)).toMatchObject({
      code: 2,
      stderr: 'keyturn init keyturn.yaml: the file exists. Replace it with --force, or name another one.\n',
    });
    expect(written()).toBe('mine');
    expect(await init([...SHOP, '--force'])).toMatchObject({ code: 0 });
    expect(written()).toContain('user: ci-shop');
  });

  it('overwrites nothing that somebody writes while it looks, and leaves nothing beside it', async () => {
    scene.awsFault = () => {
      writeFileSync(join(folder, 'keyturn.yaml'), 'theirs');
      return undefined;
    };
    try {
      const { code, stderr } = await init(SHOP);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('the file exists') });
      expect(written()).toBe('theirs');
      expect((await init([...SHOP, '--force'])).code).toBe(0);
      expect(written()).toContain('keys:');
      expect(readdirSync(folder)).toEqual(['keyturn.yaml']);
    } finally {
      scene.awsFault = undefined;
    }
  });

  it('looks at nothing with --offline, and tells an account that it cannot reach with 3', async () => {
    const unreachable = ['--endpoint-url', 'http://127.0.0.1:9'];
    expect(await init([...SHOP, '--offline', ...unreachable])).toMatchObject({ code: 0, stderr: '' });
    expect(parseConfig(written())).toMatchObject({ problems: [], warnings: [] });
    rmSync(join(folder, 'keyturn.yaml'));
    expect(await init([...SHOP, ...unreachable])).toMatchObject({ code: 3, stdout: '' });
    expect(existsSync(join(folder, 'keyturn.yaml'))).toBe(false);
  });

  it('tells a right that is missing, and what helps a person', async () => {
    const denial =
      'User: arn:aws:iam::111122223333:user/max is not authorized to perform: iam:GenerateCredentialReport';
    scene.awsFault = ({ action }) =>
      action === 'GenerateCredentialReport'
        ? { kind: 'error', code: 'AccessDenied', status: 403, message: denial }
        : undefined;
    try {
      expect(await init(SHOP)).toEqual({
        code: 3,
        stdout: '',
        stderr: `${denial}. "keyturn init --help" names the rights that it needs; with --offline it looks at nothing.\n`,
      });
    } finally {
      scene.awsFault = undefined;
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('gives every key an id of its own, those of users too that are younger than the credential report', async () => {
    for (const user of ['CI_Shop', 'constructor', '=,@']) scene.addUser(user);
    scene.createKey('CI_Shop');
    const users = ['ci-shop', 'CI_Shop', 'constructor', '=,@'].flatMap((user) => ['--user', user]);
    expect(await init([...users, ...TOLD])).toMatchObject({ code: 0 });
    expect(written()).toContain('  # Active key, 0 days old, last use unknown.\n  - id: ci-shop-2\n');
    expect(parseConfig(written()).config?.keys.map(({ id }) => id)).toEqual([
      'ci-shop',
      'ci-shop-2',
      'constructor-2',
      'key',
    ]);
  });
});

describe.skipIf(!HAS_PSEUDO_TERMINAL)('keyturn init at a terminal', () => {
  let terminal: PseudoTerminal;
  beforeEach(() => {
    const { accessKeyId, secretAccessKey, sessionToken = '' } = scene.account.rootSession();
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      TERM: 'xterm-256color',
      AWS_ENDPOINT_URL: scene.accountUrl,
      AWS_REGION: scene.account.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken === '' ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    };
    terminal = new PseudoTerminal(['init', '--bitbucket-url', scene.bitbucketUrl], { cwd: folder, env });
    return () => terminal.close();
  });

  /** One user, and the workspace acme. */
  async function untilTheToken(): Promise<void> {
    await terminal.sees("Which users' keys are to be rotated?");
    terminal.type(' \r');
    await terminal.sees('Do pipelines at Bitbucket use these keys?');
    terminal.type('\r');
    await terminal.sees('Which workspace?');
    terminal.type('acme\r');
    await terminal.sees('A token');
  }

  it('asks what it cannot see, lets choose what it can, and never shows the token (K6)', async () => {
    await terminal.sees('Asking AWS who you are');
    await terminal.sees('ci-shop\n  active key');
    await untilTheToken();
    terminal.type('ATCTT3wrong\r');
    await terminal.sees('Bitbucket does not accept');
    await terminal.sees('A token');
    terminal.type(`${token}\r`);
    await terminal.sees('Which repository uses the key of ci-shop?');
    terminal.type('web');
    await terminal.sees('web\n❯ acme/web-shop');
    terminal.type('\r');
    await terminal.sees('Which deployment environment of acme/web-shop?');
    terminal.type('\r');
    await terminal.sees('Who hears of findings and failures?');
    terminal.type('#security\r');
    await terminal.sees('expected an e-mail address');
    terminal.type(`${'\b'.repeat(9)}security@example.com\r`);
    await terminal.sees('keyturn.yaml is written.');
    expect(await terminal.ended()).toBe(0);
    expect(parseConfig(written())).toMatchObject({
      problems: [],
      config: {
        keys: [
          {
            user: 'ci-shop',
            deliverTo: [{ connection: 'acme', repository: 'acme/web-shop', environment: 'Production' }],
          },
        ],
        notify: ['security@example.com'],
      },
    });
    expect(terminal.seen).not.toContain(token);
    expect(terminal.seen).not.toContain(token.slice(0, 12));
  });

  it('goes on with what a person types where the token may list no environment', async () => {
    await untilTheToken();
    const narrow = scene.bitbucket.addAccessToken({ workspace: 'acme', scopes: ['repository'] });
    terminal.type(`${narrow}\r`);
    await terminal.sees('Which repository uses the key of ci-shop?');
    terminal.type('web');
    await terminal.sees('web\n❯ acme/web-shop');
    terminal.type('\r');
    await terminal.sees('the scope pipeline');
    await terminal.sees('Which deployment environment of acme/web-shop?');
    terminal.type('Production\r');
    await terminal.sees('Who hears of findings and failures?');
    terminal.type('security@example.com\r');
    await terminal.sees('keyturn.yaml is written.');
    expect(await terminal.ended()).toBe(0);
    expect(written()).toContain('environment: Production');
  });

  it.each<[string, number]>([
    ['at the first question', 0],
    ['at the token, which is not shown', 3],
  ])('is left by Ctrl-C %s: nothing is written, and the terminal is as it was', async (_where, answered) => {
    const questions = [
      ["Which users' keys", ' \r'],
      ['Do pipelines at Bitbucket', '\r'],
      ['Which workspace?', 'acme\r'],
      ['A token', ''],
    ] as const;
    for (const [question, answer] of questions.slice(0, answered)) {
      await terminal.sees(question);
      terminal.type(answer);
    }
    await terminal.sees(questions[answered]?.[0] ?? '');
    terminal.type('\x03');
    expect(await terminal.ended()).toBe(1);
    expect(terminal.seen).toMatch(/Nothing was written\.\n(icanon\necho|echo\nicanon)\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
