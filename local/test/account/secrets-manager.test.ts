import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, START, world } from './world';

const SecretId = 'acme/shop';

async function secretWorld() {
  const here = await world();
  await here.secrets.send(new CreateSecretCommand({ Name: SecretId }));
  let version = 0;
  const put = async (VersionStages?: string[]) => {
    version += 1;
    const stages = VersionStages === undefined ? {} : { VersionStages };
    const SecretString = `value ${version}`;
    return here.secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ...stages }));
  };
  return { ...here, put };
}

describe('a secret', () => {
  it('counts AWSPREVIOUS among its twenty labels', async () => {
    const { put } = await secretWorld();
    await put(Array.from({ length: 19 }, (_, index) => `L${index}`));
    await expect(put()).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'You exceeded the maximum number of staging labels allowed on a secret.',
    });
  });

  it('keeps about a hundred versions and drops none that is labelled or younger than a day', async () => {
    const { put, clock, secrets } = await secretWorld();
    const ids = async () => {
      const list = new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true, MaxResults: 100 });
      return ((await secrets.send(list)).Versions ?? []).map((version) => version.VersionId);
    };
    const first = await put();
    for (let count = 1; count < 100; count++) await put();
    await expect(put()).rejects.toMatchObject({ name: 'LimitExceededException' });
    expect(await ids()).toContain(first.VersionId);
    clock.advanceBy(DAY);
    await put();
    expect(await ids()).toHaveLength(100);
    expect(await ids()).not.toContain(first.VersionId);
  });

  it('tells when it was changed, and on which day it was last read', async () => {
    const { put, clock, secrets } = await secretWorld();
    const dates = async () => {
      const { CreatedDate, LastChangedDate, LastAccessedDate } = await secrets.send(
        new DescribeSecretCommand({ SecretId }),
      );
      return [CreatedDate, LastChangedDate, LastAccessedDate].map((date) => date?.getTime());
    };
    expect(await dates()).toEqual([START, START, undefined]);
    clock.advanceBy(DAY + HOUR);
    await put();
    expect(await dates()).toEqual([START, START + DAY + HOUR, undefined]);
    await secrets.send(new GetSecretValueCommand({ SecretId }));
    expect(await dates()).toEqual([START, START + DAY + HOUR, START + DAY]);
  });

  it('is gone when its recovery window has passed, and its name is free again', async () => {
    const { clock, secrets } = await secretWorld();
    const { DeletionDate } = await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    expect(DeletionDate).toEqual(new Date(START + 7 * DAY));
    await expect(secrets.send(new CreateSecretCommand({ Name: SecretId }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('already scheduled for deletion'),
    });
    clock.advanceBy(7 * DAY);
    await expect(secrets.send(new DescribeSecretCommand({ SecretId }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(secrets.send(new CreateSecretCommand({ Name: SecretId }))).resolves.toBeDefined();
  });

  it('lets nobody set or remove a tag that AWS reserves for itself, in whatever case', async () => {
    const { secrets } = await secretWorld();
    const refused = { name: 'InvalidParameterException' };
    for (const Key of ['aws:cloudformation:stack-name', 'AWS:anything']) {
      const Tags = [{ Key, Value: 'Keyturn' }];
      await expect(secrets.send(new CreateSecretCommand({ Name: 'another', Tags }))).rejects.toMatchObject(refused);
      await expect(secrets.send(new TagResourceCommand({ SecretId, Tags }))).rejects.toMatchObject(refused);
      await expect(secrets.send(new UntagResourceCommand({ SecretId, TagKeys: [Key] }))).rejects.toMatchObject(refused);
    }
  });

  it('takes fifty tags and changes none when there would be more', async () => {
    const { secrets } = await secretWorld();
    const tags = (count: number, prefix: string) =>
      Array.from({ length: count }, (_, index) => ({ Key: `${prefix}${index}`, Value: '' }));
    await secrets.send(new TagResourceCommand({ SecretId, Tags: tags(49, 'a') }));
    await expect(secrets.send(new TagResourceCommand({ SecretId, Tags: tags(2, 'b') }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    expect((await secrets.send(new DescribeSecretCommand({ SecretId }))).Tags).toHaveLength(49);
  });

  it('is found under its own ARN only, even when its name ends like a suffix', async () => {
    const { secrets } = await world();
    const { ARN = '' } = await secrets.send(new CreateSecretCommand({ Name: 'team-abcdef' }));
    const describeArn = (arn: string) => secrets.send(new DescribeSecretCommand({ SecretId: arn }));
    expect((await describeArn(ARN)).Name).toBe('team-abcdef');
    expect((await describeArn(ARN.slice(0, -7))).Name).toBe('team-abcdef');
    await expect(describeArn(`${ARN.slice(0, -6)}zzzzzz`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(describeArn(ARN.replace('eu-west-1', 'eu-west-2'))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('cannot have a name with characters that Secrets Manager does not take', async () => {
    const { secrets } = await world();
    await expect(secrets.send(new CreateSecretCommand({ Name: 'a b' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('never shows a value in a validation error', async () => {
    const { secrets } = await secretWorld();
    const SecretString = 'hush'.repeat(20_000);
    await expect(secrets.send(new PutSecretValueCommand({ SecretId, SecretString }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.not.stringContaining('hush'),
    });
  });
});

describe('ListSecrets', () => {
  it('pages by a hundred through a thousand secrets, none twice, while others come and go', async () => {
    const { account, clock, secrets } = await world();
    for (let index = 0; index < 1000; index++) {
      if (index % 10 === 0) clock.advanceBy(1000);
      account.secretsManager.createSecret({ Name: `acme/key-${index}` });
    }
    const found: string[] = [];
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const Filters = [{ Key: 'name' as const, Values: ['acme/'] }];
      const page = await secrets.send(
        new ListSecretsCommand({ Filters, MaxResults: 100, ...(NextToken ? { NextToken } : {}) }),
      );
      found.push(...(page.SecretList ?? []).map((secret) => secret.Name ?? ''));
      NextToken = page.NextToken;
      if (pages === 0) {
        const SecretId = found[0] ?? '';
        account.secretsManager.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true });
      }
      pages += 1;
    } while (NextToken !== undefined);
    expect(pages).toBe(10);
    expect(new Set(found).size).toBe(1000);
  });

  it('sorts by creation both ways', async () => {
    const { account, clock, secrets } = await world();
    for (const name of ['b', 'a', 'c']) {
      account.secretsManager.createSecret({ Name: name });
      clock.advanceBy(1000);
    }
    const names = async (SortOrder: 'asc' | 'desc') => {
      const first = await secrets.send(new ListSecretsCommand({ SortOrder, MaxResults: 2 }));
      const { NextToken } = first;
      const second = await secrets.send(new ListSecretsCommand({ SortOrder, MaxResults: 2, NextToken }));
      return [...(first.SecretList ?? []), ...(second.SecretList ?? [])].map((secret) => secret.Name).join('');
    };
    expect(await names('asc')).toBe('bac');
    expect(await names('desc')).toBe('cab');
  });

  it('refuses page sizes over a hundred and tokens that it did not give', async () => {
    const { secrets } = await world();
    await expect(secrets.send(new ListSecretsCommand({ MaxResults: 101 }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(secrets.send(new ListSecretsCommand({ NextToken: 'guessed' }))).rejects.toMatchObject({
      name: 'InvalidNextTokenException',
    });
  });

  it('filters by tag value and turns a filter round with an exclamation mark', async () => {
    const { account, secrets } = await world();
    account.secretsManager.createSecret({ Name: 'one', Tags: [{ Key: 'team', Value: 'shop' }] });
    account.secretsManager.createSecret({ Name: 'two', Tags: [{ Key: 'team', Value: 'web' }] });
    const names = async (Key: 'tag-value' | 'name', value: string) => {
      const { SecretList } = await secrets.send(new ListSecretsCommand({ Filters: [{ Key, Values: [value] }] }));
      return (SecretList ?? []).map((secret) => secret.Name);
    };
    expect(await names('tag-value', 'sho')).toEqual(['one']);
    expect(await names('name', '!one')).toEqual(['two']);
  });
});
