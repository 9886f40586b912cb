import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { synthesized } from '../support/deployed-world';
import { missing, stale } from './coverage';
import { type EnforcedLife, enforcedLife } from './lives';
import { UNUSED } from './unused';

/** What the statement that lets sync deliver says of its key's entry. */
const PIN = /Entry[0-9a-f]{40}$/;

let life: EnforcedLife;
afterEach(() => life.deployed.close());

interface TemplateStatement {
  readonly Sid?: string;
  Action: string | string[];
}

/** The example, with the actions of a statement changed in the template before it is deployed. */
async function liveWith(
  config: string,
  resource: string,
  sid: string,
  change: (actions: readonly string[]) => readonly string[],
): Promise<void> {
  const cdkOut = synthesized(config);
  const file = join(cdkOut, 'Keyturn.template.json');
  const template: { Resources: Record<string, unknown> } = JSON.parse(readFileSync(file, 'utf8'));
  const ids = Object.keys(template.Resources).filter((id) => id.startsWith(resource));
  const found = ids.flatMap((id) =>
    statementsIn(template.Resources[id]).filter(({ Sid = '' }) => Sid.replace(PIN, '') === sid),
  );
  expect(found, `${sid} in ${resource}`).toHaveLength(1);
  for (const statement of found) statement.Action = [...change([statement.Action].flat())];
  writeFileSync(file, JSON.stringify(template));
  life = await enforcedLife(cdkOut);
  await life.deployed.until(0, 8);
}

function statementsIn(value: unknown): TemplateStatement[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(statementsIn);
  return 'Sid' in value && 'Action' in value ? [value as TemplateStatement, ...inner] : inner;
}

const EXAMPLE = 'docs/examples/keyturn.yaml';
const without = (action: string) => (actions: readonly string[]) => actions.filter((name) => name !== action);

describe('K12: a planted defect shows', () => {
  it('a right that a role lacks: the run fails as AWS fails it, and no pipeline is harmed', async () => {
    await liveWith(EXAMPLE, 'KeyRotationRotateRole', 'ManagedUsersKeys', without('iam:CreateAccessKey'));
    const { deployed, enforcement } = life;

    expect(new Set(enforcement.denied)).toEqual(
      new Set(['rotate: iam:CreateAccessKey on arn:aws:iam::111122223333:user/bitbucket-web-shop']),
    );
    expect(deployed.audits).toContainEqual(
      expect.objectContaining({
        event: 'step-failed',
        message: expect.stringContaining('is not authorized to perform: iam:CreateAccessKey'),
      }),
    );
    expect(deployed.pipelines.logins).toBeGreaterThan(0);
    expect(deployed.pipelines.failures).toEqual([]);
  });

  it('a right that the secret’s own policy lacks', async () => {
    await liveWith(
      EXAMPLE,
      'KeyRotationwebshopproductionSecretPolicy',
      'Deliver',
      without('secretsmanager:GetSecretValue'),
    );

    expect(life.enforcement.denied[0]).toMatch(
      /^sync: secretsmanager:GetSecretValue on .*:keyturn\/web-shop-production-/,
    );
    expect(life.deployed.history()).not.toContain('sync target-delivered');
    expect(life.deployed.pipelines.failures).toEqual([]);
  });

  it('a right that the KMS key lacks: Secrets Manager refuses in its name', async () => {
    await liveWith('docs/examples/many-keys.yaml', 'KeyRotationEncryptionKey', 'ReadCredentials', () => [
      'kms:DescribeKey',
    ]);

    expect(life.enforcement.denied[0]).toMatch(/^sync: kms:Decrypt on .*:key\//);
    expect(life.deployed.audits).toContainEqual(
      expect.objectContaining({
        reason: 'proof-failed',
        message: expect.stringContaining('Access to KMS is not allowed'),
      }),
    );
  });

  it('a right that nothing needs, and a row for one that is used', async () => {
    await liveWith(EXAMPLE, 'KeyRotationRotateRole', 'ManagedUsersKeys', (actions) => [...actions, 'iam:DeleteUser']);
    const { enforcement } = life;

    expect(missing([enforcement], UNUSED)).toContain('rotate: role ManagedUsersKeys: iam:DeleteUser');
    expect(missing([enforcement], { 'rotate: role ManagedUsersKeys: iam:DeleteUser': 'why' })).not.toContain(
      'rotate: role ManagedUsersKeys: iam:DeleteUser',
    );
    expect(
      stale([enforcement], {
        'rotate: role ManagedUsersKeys: iam:DeleteUser': 'not used',
        'rotate: role ManagedUsersKeys: iam:CreateAccessKey': 'used all the same',
        'rotate: role Gone: iam:CreateAccessKey': 'given no more',
      }),
    ).toEqual(['rotate: role ManagedUsersKeys: iam:CreateAccessKey', 'rotate: role Gone: iam:CreateAccessKey']);
  });
});
