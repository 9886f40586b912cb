import { beforeEach, describe, expect, it } from 'vitest';
import { datacenterSchema } from '../../cli/documents/datacenter';
import { targetSchema } from '../../functions/core/hosts/target';
import { Scene } from '../support/scene';
import { typed } from './typed';

const ROLE = 'arn:aws:iam::111122223333:role/Bitbucket';
const CLASS_LINE = 'encrypted-property.cipher.classname=com.atlassian.secrets.store.aws.AwsSecretsManagerStore';
const PASSWORD = 'mySecretPassword';

let scene: Scene;
beforeEach(async () => {
  scene = await new Scene().start();
  return () => scene.close();
});

function datacenter(...args: readonly string[]) {
  return typed(['datacenter', ...args]);
}

async function document(...args: readonly string[]) {
  const { code, stdout, stderr } = await datacenter(...args, '--json');
  expect(stderr).toBe('');
  const told = datacenterSchema.parse(JSON.parse(stdout));
  return { code, ...told, statuses: Object.fromEntries(told.checks.map(({ id, status }) => [id, status])) };
}

/** What Atlassian's page has blanks in, and a program has not. */
function withoutBlanks(text: string): string {
  return text.replaceAll(' ', '');
}

function policy(SecretId: string, ...Statement: readonly unknown[]): void {
  const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement });
  scene.account.secretsManager.putResourcePolicy({ SecretId, ResourcePolicy });
}

const READ = { Action: ['secretsmanager:GetSecretValue'], Resource: '*' };
const NAMES_IT = { Effect: 'Allow', Principal: { AWS: ROLE }, ...READ };
const ALL_BUT = (arn: string) => ({
  Effect: 'Deny',
  Principal: '*',
  ...READ,
  Condition: { StringNotEquals: { 'aws:PrincipalArn': [arn] } },
});

describe('keyturn datacenter: the lines', () => {
  // "Configuring Bitbucket with AWS Secrets Manager", Bitbucket Data Center 8.15 and 9.0.
  it('are those of the documented examples, for both kinds of secret', async () => {
    const region = scene.account.region;
    const documented = (json: string) => json.replace('ap-southeast-2', region);
    scene.secret('mySecretId', JSON.stringify({ password: PASSWORD }));
    const whole = await document('--secret', 'mySecretId', '--property', 'jdbc.password');
    expect(whole.lines).toEqual([
      CLASS_LINE,
      documented('jdbc.password={ENC}{"region":"ap-southeast-2","secretId":"mySecretId"}'),
    ]);
    const one = await document('--secret', 'mySecretId', '--property', 'jdbc.password', '--pointer', '/password');
    expect(one.lines).toEqual([
      CLASS_LINE,
      withoutBlanks(
        documented(
          'jdbc.password={ENC}{"region":"ap-southeast-2","secretId":"mySecretId", "secretPointer": "/password"}',
        ),
      ),
    ]);
    expect(one).toMatchObject({ code: 0, statuses: { current: 'ok', pointer: 'ok', 'key-policy': 'ok' } });
  });

  it('survive what Java and Spring read into a properties file', async () => {
    const name = ['ü$', '{x}'].join('');
    scene.secret('odd', JSON.stringify({ 'a"\\b': { [name]: PASSWORD } }));
    const { lines, statuses } = await document('--secret', 'odd', '--property', 'p', '--pointer', `/a"\\b/${name}`);
    expect(statuses.pointer).toBe('ok');
    expect(lines[1]).toContain(String.raw`"secretPointer":"/a\\"\\\\b/\\u00fc\\u0024{x}"`);
  });

  it('come with the nodes that Keyturn restarts, where the key has any', async () => {
    scene.manage('shop');
    const nodes = ['i-0123456789abcdef0', 'i-0fedcba9876543210'];
    const target = targetSchema.parse({ type: 'data-center', document: 'restart', nodes });
    scene.register({ ...scene.entry('shop'), targets: [target] });
    expect(await document('shop', '--property', 'p')).toMatchObject({ restartedNodes: nodes });
    const { stdout } = await datacenter('shop', '--property', 'p');
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `after each rotation Keyturn restarts ${nodes.join(', ')}, one by one, and the key before it works until all of them`,
    );
  });

  it('are printed for people on one line each, and the rest in 80 columns', async () => {
    scene.manage('shop');
    await scene.day();
    const { code, stdout } = await datacenter('shop', '--property', 'plugin.key', '--pointer', '/secretAccessKey');
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines).toContain(CLASS_LINE);
    const long = lines.filter((line) => line.length > 80 && !/^(plugin\.key|encrypted-property|aws )/.test(line));
    expect(long).toEqual([]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('start every node again, within 10 days');
    expect(stdout).toMatch(
      /^aws secretsmanager get-secret-value --secret-id keyturn\/shop --region \S+ --query VersionId --output text$/m,
    );
  });
});

describe('keyturn datacenter: the checks', () => {
  it('know the fields of a managed secret, and do not read its value (K6)', async () => {
    scene.manage('shop');
    await scene.day();
    const asked = scene.calls.length;
    const good = await document('shop', '--property', 'p', '--pointer', '/secretAccessKey');
    expect(good).toMatchObject({ code: 0, key: 'shop', restartWithinDays: 10, statuses: { pointer: 'ok' } });
    for (const pointer of ['/password', '/secretAccessKey/x', '/']) {
      const bad = await document('shop', '--property', 'p', '--pointer', pointer);
      expect(bad, pointer).toMatchObject({ code: 1, statuses: { pointer: 'fail' } });
    }
    const calls = scene.calls.slice(asked).map(({ action }) => action);
    expect(calls).toContain('DescribeSecret');
    expect(calls).not.toContain('GetSecretValue');
  });

  it('leave open what a value has that somebody else stored', async () => {
    scene.manage('shop');
    await scene.day();
    scene.put('shop', '{"other":1}');
    const { statuses } = await document('shop', '--property', 'p', '--pointer', '/secretAccessKey');
    expect(statuses.pointer).toBe('unknown');
  });

  it('look into another secret, and never show what is there (K6)', async () => {
    scene.secret('db', JSON.stringify({ user: { name: 'bitbucket' }, password: PASSWORD, port: 5432 }));
    scene.secret('plain', PASSWORD);
    const cases = [
      ['db', '/password', 'ok'],
      ['db', '/user/name', 'ok'],
      ['db', '/user', 'fail'],
      ['db', '/port', 'fail'],
      ['db', '/toString', 'fail'],
      ['plain', '/password', 'fail'],
    ] as const;
    for (const [secret, pointer, status] of cases) {
      const { code, stdout, stderr } = await datacenter('--secret', secret, '--property', 'p', '--pointer', pointer);
      expect(stdout, `${secret} ${pointer}`).toContain(`${status.padEnd(7)}  pointer`);
      expect(code).toBe(status === 'ok' ? 0 : 1);
      expect(`${stdout}${stderr}`).not.toContain(PASSWORD);
    }
  });

  it('say unknown where the profile may not read (K11)', async () => {
    scene.secret('db', JSON.stringify({ password: PASSWORD }));
    scene.awsFault = ({ action }) =>
      action === 'GetSecretValue' || action === 'GetResourcePolicy'
        ? { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' }
        : undefined;
    const { code, statuses } = await document('--secret', 'db', '--property', 'p', '--pointer', '/password');
    expect(code).toBe(3);
    expect(statuses).toMatchObject({ current: 'ok', pointer: 'unknown', 'secret-policy': 'unknown' });
  });

  it("name the cure where a managed secret's policy does not know the role", async () => {
    scene.manage('shop');
    await scene.day();
    const { code, checks } = await document('shop', '--property', 'p', '--role', ROLE);
    expect(code).toBe(1);
    expect(checks.find(({ id }) => id === 'secret-policy')?.saw).toContain("among the key's readers");
  });

  it('see an empty secret', async () => {
    scene.manage('shop');
    const { code, statuses } = await document('shop', '--property', 'p', '--pointer', '/secretAccessKey');
    expect({ code, statuses }).toMatchObject({ code: 1, statuses: { current: 'fail', pointer: 'unknown' } });
  });

  const account = { AWS: 'arn:aws:iam::111122223333:root' };
  const through = { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' };
  it.each([
    ['names it', [NAMES_IT, ALL_BUT(ROLE)], 'ok'],
    ['denies all others', [ALL_BUT('arn:aws:iam::111122223333:role/Other')], 'fail'],
    ['is not there', [], 'unknown'],
    ['leaves it to the account', [{ ...NAMES_IT, Principal: account }], 'unknown'],
    ['names a path alike', [{ ...NAMES_IT, Principal: { AWS: `${ROLE}2` } }], 'unknown'],
    [
      'asks for what nobody here knows',
      [NAMES_IT, { ...NAMES_IT, Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } } }],
      'unknown',
    ],
    ['is of another form', [NAMES_IT, { Effect: 'Deny', NotPrincipal: { AWS: ROLE }, ...READ }], 'unknown'],
    [
      'wants TLS',
      [
        NAMES_IT,
        { ...NAMES_IT, Principal: '*', Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ],
      'ok',
    ],
  ])("ask the secret's own policy, which %s", async (_what, statements, status) => {
    scene.secret('db', PASSWORD);
    if (statements.length > 0) policy('db', ...statements);
    const { code, statuses } = await document('--secret', 'db', '--property', 'p', '--role', ROLE);
    expect({ code, status: statuses['secret-policy'] }).toEqual({ code: status === 'fail' ? 1 : 0, status });
  });

  it.each([
    ['names it', { Principal: { AWS: ROLE }, Action: 'kms:Decrypt', Condition: { StringEquals: through } }, 'ok'],
    // A grant of the key could let the role in, and grants are not read.
    ['names another', { Principal: { AWS: `${ROLE}2` }, Action: 'kms:Decrypt' }, 'unknown'],
    ['denies it', { Effect: 'Deny', Principal: { AWS: ROLE }, Action: 'kms:Decrypt' }, 'fail'],
    [
      'names it for another service',
      {
        Principal: { AWS: ROLE },
        Action: 'kms:Decrypt',
        Condition: { StringEquals: { 'kms:ViaService': 'ssm.eu-west-1.amazonaws.com' } },
      },
      'unknown',
    ],
    ['leaves it to the account', { Principal: account, Action: 'kms:*' }, 'unknown'],
  ])("ask the policy of the secret's KMS key, which %s", async (_what, statement, status) => {
    const Statement = [
      { Effect: 'Allow', Principal: account, Action: ['kms:GetKeyPolicy', 'kms:PutKeyPolicy'], Resource: '*' },
      { Effect: 'Allow', Resource: '*', ...statement },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    const { KeyMetadata } = scene.account.kms.createKey({ Policy });
    scene.account.secretsManager.createSecret({ Name: 'db', SecretString: PASSWORD, KmsKeyId: KeyMetadata.KeyId });
    const { code, statuses } = await document('--secret', 'db', '--property', 'p', '--role', ROLE);
    expect({ code, status: statuses['key-policy'] }).toEqual({ code: status === 'fail' ? 1 : 0, status });
  });

  it('say of a role of another account what it lacks, and name the secret by its ARN', async () => {
    const foreign = 'arn:aws:iam::999988887777:role/Bitbucket';
    scene.secret('db', PASSWORD);
    const told = await document('--secret', 'db', '--property', 'p', '--role', foreign);
    expect(told).toMatchObject({ code: 1, statuses: { 'secret-policy': 'fail', 'key-policy': 'fail' } });
    expect(told.lines[1]).toContain(`"secretId":"${told.arn}"`);
  });

  it.each([
    ['the account of the role', 'arn:aws:iam::999988887777:root', 'unknown', 'own policies'],
    ['the role', 'arn:aws:iam::999988887777:role/Bitbucket', 'ok', 'own policies have to as well'],
    ['a session of the role', 'arn:aws:sts::999988887777:assumed-role/Bitbucket/i-1', 'unknown', 'not judged here'],
  ])(
    'leave to the role of another account what both policies leave to it, by naming %s',
    async (_what, AWS, status, saw) => {
      const administrators = { Effect: 'Allow', Principal: account, Action: 'kms:*', Resource: '*' };
      const decrypt = { Effect: 'Allow', Principal: { AWS }, Action: 'kms:Decrypt', Resource: '*' };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [administrators, decrypt] });
      const { KeyMetadata } = scene.account.kms.createKey({ Policy });
      scene.account.secretsManager.createSecret({ Name: 'db', SecretString: PASSWORD, KmsKeyId: KeyMetadata.KeyId });
      policy('db', { Effect: 'Allow', Principal: { AWS }, ...READ });
      const foreign = 'arn:aws:iam::999988887777:role/Bitbucket';
      const { code, statuses, checks } = await document('--secret', 'db', '--property', 'p', '--role', foreign);
      expect({ code, statuses }).toMatchObject({
        code: 0,
        statuses: { 'secret-policy': status, 'key-policy': status },
      });
      for (const check of checks.slice(2)) expect(check.saw).toContain(saw);
    },
  );
});

// "Password management with Amazon RDS and AWS Secrets Manager": rds!db-… and, of Aurora, rds!cluster-…
it('keyturn datacenter takes the secrets that RDS makes, by name and by ARN', async () => {
  for (const name of ['rds!db-7c1f', 'rds!cluster-7c1f']) {
    scene.secret(name, JSON.stringify({ username: 'admin', password: PASSWORD }));
    const told = await document('--secret', name, '--property', 'jdbc.password', '--pointer', '/password');
    expect(told).toMatchObject({ code: 0, secret: name, statuses: { pointer: 'ok' } });
    expect(told.lines[1]).toContain(`"secretId":"${name}"`);
    expect(told.proof).toContain(`--secret-id '${name}' `);
    expect(await document('--secret', told.arn, '--property', 'p')).toMatchObject({ code: 0, secret: name });
  }
});

describe('keyturn datacenter: what it does not take', () => {
  const P = ['--property', 'p'];
  it.each([
    ['neither', P],
    ['both', ['shop', '--secret', 'db', ...P]],
    ['no property', ['shop']],
    ['a property with a blank', ['shop', '--property', 'jdbc password']],
    ['a property with =', ['shop', '--property', 'a=b']],
    ['a property with a line break', ['shop', '--property', 'a\nb']],
    ['the class', ['shop', '--property', 'encrypted-property.cipher.classname']],
    ['a pointer without a slash', ['shop', ...P, '--pointer', 'password']],
    ['an empty pointer', ['shop', ...P, '--pointer', '']],
    ['a pointer with a lone ~', ['shop', ...P, '--pointer', '/a~2']],
    ['a session for a role', ['shop', ...P, '--role', 'arn:aws:sts::111122223333:assumed-role/Bitbucket/i-1']],
    ['a secret of no name', ['--secret', 'a b', ...P]],
    ['an unknown id', ['nobody', ...P]],
  ])('%s', async (_what, args) => {
    const { code, stdout, stderr } = await datacenter(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it('a secret that is not there, or on its way out', async () => {
    expect(await datacenter('--secret', 'none', ...P)).toMatchObject({ code: 1, stdout: '' });
    scene.secret('db', PASSWORD);
    scene.account.secretsManager.deleteSecret({ SecretId: 'db', RecoveryWindowInDays: 7 });
    const { code, stderr } = await datacenter('--secret', 'db', ...P);
    expect(code).toBe(1);
    expect(stderr).toContain('scheduled for deletion');
    expect(stderr).toContain('restore-secret');
  });
});
