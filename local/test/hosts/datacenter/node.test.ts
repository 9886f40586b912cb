import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Account } from '../../../account/account';
import { type AccountServer, startAccountServer } from '../../../account/wire/server';
import { Clock } from '../../../clock';
import { startDataCenterNode } from '../../../hosts/datacenter/node';
import { readProperties } from '../../../hosts/datacenter/properties-file';

const CLASS = 'encrypted-property.cipher.classname=com.atlassian.secrets.store.aws.AwsSecretsManagerStore';
const PASSWORD = 'mySecretPassword';
const folder = mkdtempSync(join(tmpdir(), 'data-center-'));
const before = { ...process.env };
let account: Account;
let server: AccountServer;

beforeAll(async () => {
  account = new Account({ clock: new Clock(Date.now()), region: 'ap-southeast-2' });
  server = await startAccountServer({ account });
  const { accessKeyId, secretAccessKey, sessionToken } = account.rootSession();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  });
  account.secretsManager.createSecret({ Name: 'plain', SecretString: PASSWORD });
  account.secretsManager.createSecret({
    Name: 'mySecretId',
    SecretString: JSON.stringify({ password: PASSWORD, n: 1 }),
  });
});
afterAll(async () => {
  await server.close();
  process.env = before;
  rmSync(folder, { recursive: true });
});

function start(...lines: readonly string[]) {
  const file = join(folder, 'bitbucket.properties');
  writeFileSync(file, lines.join('\n'));
  return startDataCenterNode(file);
}

describe('a node of a Data Center', () => {
  it('takes both kinds of secret, as in the documented examples', async () => {
    const whole = 'jdbc.password={ENC}{"region":"ap-southeast-2","secretId":"plain"}';
    const one = 'jdbc.password={ENC}{"region":"ap-southeast-2","secretId":"mySecretId", "secretPointer": "/password"}';
    for (const line of [whole, one]) {
      const { properties } = await start('# comment', CLASS, 'jdbc.user=bitbucket', line);
      expect(properties.get('jdbc.password')).toBe(PASSWORD);
      expect(properties.get('jdbc.user')).toBe('bitbucket');
    }
  });

  const where = (text: string) => [CLASS, `jdbc.password={ENC}${text}`];
  it.each([
    ['another class', ['jdbc.password={ENC}{"region":"ap-southeast-2","secretId":"plain"}']],
    ['no JSON', where('plain')],
    ['no region', where('{"secretId":"plain"}')],
    ['no secret', where('{"region":"ap-southeast-2"}')],
    [
      'a pointer without a slash',
      where('{"region":"ap-southeast-2","secretId":"mySecretId","secretPointer":"password"}'),
    ],
    ['a pointer to nothing', where('{"region":"ap-southeast-2","secretId":"mySecretId","secretPointer":"/other"}')],
    ['a pointer to a number', where('{"region":"ap-southeast-2","secretId":"mySecretId","secretPointer":"/n"}')],
    ['a pointer into what is not JSON', where('{"region":"ap-southeast-2","secretId":"plain","secretPointer":"/a"}')],
    ['a secret that is not there', where('{"region":"ap-southeast-2","secretId":"none"}')],
  ])('does not start with %s, and says so without the value', async (_what, lines) => {
    const error = await start(...lines).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/^Error: Bitbucket does not start: jdbc\.password: /);
    expect(String(error)).not.toContain(PASSWORD);
  });
});

it('a properties file is read as Java reads it', () => {
  const text = String.raw`
! comment
  a = 1
b:2
c 3
d\=e=f\:g
long=one\
   two
u=\u00fc\\u0024 \t.
empty=
`;
  expect(Object.fromEntries(readProperties(text))).toEqual({
    a: '1',
    b: '2',
    c: '3',
    'd=e': 'f:g',
    long: 'onetwo',
    u: 'ü\\u0024 \t.',
    empty: '',
  });
});
