import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../functions/core/names';
import { mayAdministrator, mayFunction, type PolicyDocument, roleOf } from '../infra/access';
import { ACCOUNT, roleArn } from '../infra/deployed';
import { ONE_KEY, synthesize } from '../infra/synthesized';

const template = synthesize(ONE_KEY);
const SYNC = roleArn(roleOf(template, 'sync'));
const text = readFileSync('docs/examples/connection-secret-policy.json', 'utf8');
/** As the command of docs/start/bitbucket.md makes it. */
const given: PolicyDocument = JSON.parse(text.replaceAll('SYNC_ROLE', SYNC));
const SECRET = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:keyturn/connections/acme-AbCdEf`;

const read = (resourcePolicy?: PolicyDocument) => ({
  action: 'secretsmanager:GetSecretValue',
  resource: SECRET,
  ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
});
const administrator = `arn:aws:iam::${ACCOUNT}:role/Admin`;

describe('K12: the token of a connection, whose secret has the policy of the docs, is read', () => {
  it('by sync', async () => {
    expect(await mayFunction(template, 'sync', read(given))).toBe(true);
  });

  it.each([
    administrator,
    `arn:aws:iam::${ACCOUNT}:user/root-like`,
    `arn:aws:iam::${ACCOUNT}:role/other${SYNC.slice(SYNC.lastIndexOf('/'))}`,
    `${SYNC}x`,
  ])('not by %s, who could without it', async (who) => {
    expect(await mayAdministrator(who, read())).toBe(true);
    expect(await mayAdministrator(who, read(given))).toBe(false);
  });

  it('by no other function, whatever its role is given', async () => {
    for (const name of FUNCTION_NAMES.filter((one) => one !== 'sync')) {
      expect(await mayFunction(template, name, read(given)), name).toBe(false);
      expect(await mayAdministrator(roleArn(roleOf(template, name)), read(given)), name).toBe(false);
    }
  });

  it('and is replaced as before', async () => {
    const request = { ...read(given), action: 'secretsmanager:PutSecretValue' };
    expect(await mayAdministrator(administrator, request)).toBe(true);
  });
});

describe('the command that gives it', () => {
  const page = readFileSync('docs/start/bitbucket.md', 'utf8');
  const [, command = ''] = /```sh\n(SYNC=[^`]*put-resource-policy[^`]*)```/.exec(page) ?? [];

  it('names the role of sync where the policy has a place for it, and lets nobody public in', () => {
    expect(text.match(/SYNC_ROLE/g)).toHaveLength(1);
    expect(command).toContain('s#SYNC_ROLE#$ROLE#');
    expect(command).toContain('docs/examples/connection-secret-policy.json');
    expect(command).toContain('--block-public-policy');
  });
});
