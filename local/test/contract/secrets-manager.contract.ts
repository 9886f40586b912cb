import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { awsError, type ContractTarget, fresh } from './target';

/** Secrets Manager as a rotation uses it: versions with names of their own, labels, tags. */
export function secretsManagerContract(target: ContractTarget): void {
  describe(`Secrets Manager of ${target.name}`, () => {
    const { secrets } = target.makeClients();

    async function newSecret(prefix = 'secret'): Promise<string> {
      const Name = `contract/${fresh(prefix)}`;
      await secrets.send(new CreateSecretCommand({ Name }));
      return Name;
    }

    async function put(SecretId: string, SecretString: string, token?: string, stages?: string[]) {
      const ClientRequestToken: string = token ?? randomUUID();
      const VersionStages = stages === undefined ? {} : { VersionStages: stages };
      await secrets.send(new PutSecretValueCommand({ SecretId, SecretString, ClientRequestToken, ...VersionStages }));
      return ClientRequestToken;
    }

    const describeSecret = (SecretId: string) => secrets.send(new DescribeSecretCommand({ SecretId }));
    const stages = async (SecretId: string) => (await describeSecret(SecretId)).VersionIdsToStages;
    const value = (SecretId: string, VersionStage?: string) =>
      secrets.send(new GetSecretValueCommand({ SecretId, ...(VersionStage ? { VersionStage } : {}) }));
    const move = (SecretId: string, VersionStage: string, from?: string, to?: string) =>
      secrets.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage,
          ...(from ? { RemoveFromVersionId: from } : {}),
          ...(to ? { MoveToVersionId: to } : {}),
        }),
      );

    describe('a new secret', () => {
      it('has a random suffix in its ARN and can be named by name or ARN', async () => {
        const Name = `contract/${fresh('named')}`;
        const created = await secrets.send(
          new CreateSecretCommand({ Name, Description: 'a key', Tags: [{ Key: 'team', Value: 'shop' }] }),
        );
        expect(created.Name).toBe(Name);
        expect(created.VersionId).toBeUndefined();
        expect(created.ARN).toMatch(
          new RegExp(`^arn:aws:secretsmanager:eu-west-1:\\d{12}:secret:${Name}-[A-Za-z0-9]{6}$`),
        );
        const ARN = created.ARN ?? '';
        expect(await describeSecret(ARN)).toMatchObject({ Name, Description: 'a key' });
        expect((await describeSecret(Name)).Tags).toEqual([{ Key: 'team', Value: 'shop' }]);
        expect((await describeSecret(ARN.slice(0, -7))).ARN).toBe(ARN);
      });

      it('has no version when it was created without a value', async () => {
        const secret = await newSecret();
        await expect(value(secret)).rejects.toMatchObject({
          name: 'ResourceNotFoundException',
          message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        });
        expect((await describeSecret(secret)).VersionIdsToStages).toBeUndefined();
      });

      it('has its value as AWSCURRENT when it was created with one', async () => {
        const Name = `contract/${fresh('valued')}`;
        const ClientRequestToken = randomUUID();
        const created = await secrets.send(new CreateSecretCommand({ Name, SecretString: 'v', ClientRequestToken }));
        expect(created.VersionId).toBe(ClientRequestToken);
        expect(await value(Name)).toMatchObject({ SecretString: 'v', VersionStages: ['AWSCURRENT'] });
      });

      it('cannot take a name that is taken', async () => {
        const Name = await newSecret();
        await expect(secrets.send(new CreateSecretCommand({ Name }))).rejects.toMatchObject(
          awsError('ResourceExistsException', 400, `The operation failed because the secret ${Name} already exists.`),
        );
      });
    });

    it('does not know a secret that is not there', async () => {
      const missing = {
        name: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret.",
      };
      await expect(value('contract/nobody')).rejects.toMatchObject(missing);
      await expect(describeSecret('contract/nobody')).rejects.toMatchObject(missing);
      await expect(put('contract/nobody', 'v')).rejects.toMatchObject(missing);
      await target.differs('not-found-status', {
        aws: () => expect(value('contract/nobody')).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } }),
        moto: () => expect(value('contract/nobody')).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } }),
      });
    });

    describe('PutSecretValue', () => {
      it('uses the token as version ID and makes the first version current', async () => {
        const secret = await newSecret();
        const token = 'access-key-AKIAIOSFODNN7EXAMPLE-20260131T080000Z';
        const answer = await secrets.send(
          new PutSecretValueCommand({ SecretId: secret, SecretString: 'v', ClientRequestToken: token }),
        );
        expect(answer).toMatchObject({ VersionId: token, VersionStages: ['AWSCURRENT'], Name: secret });
        expect(await value(secret)).toMatchObject({ SecretString: 'v', VersionId: token });
      });

      it('moves AWSCURRENT to the new version and AWSPREVIOUS to the one before', async () => {
        const secret = await newSecret();
        const [first, second, third] = [await put(secret, '1'), await put(secret, '2'), await put(secret, '3')];
        const labelled = await stages(secret);
        expect(labelled?.[third]).toEqual(['AWSCURRENT']);
        expect(labelled?.[second]).toEqual(['AWSPREVIOUS']);
        await target.differs('unlabelled-versions', {
          aws: () => expect(labelled).not.toHaveProperty(first),
          moto: () => expect(labelled).toHaveProperty(first, []),
        });
        expect((await value(secret, 'AWSPREVIOUS')).SecretString).toBe('2');
      });

      it('does nothing when the same value comes again with the same token', async () => {
        const secret = await newSecret();
        const first = await put(secret, '1');
        const second = await put(secret, '2');
        await put(secret, '1', first);
        expect(await stages(secret)).toEqual({ [first]: ['AWSPREVIOUS'], [second]: ['AWSCURRENT'] });
      });

      it('refuses another value under a token that is in use', async () => {
        const secret = await newSecret();
        const token = await put(secret, '1');
        await expect(put(secret, '2', token)).rejects.toMatchObject(
          awsError('ResourceExistsException', 400, /^You can't use ClientRequestToken .* already in use for a version/),
        );
      });

      it('takes tokens of 32 to 64 characters', async () => {
        const secret = await newSecret();
        for (const length of [31, 65]) {
          await expect(put(secret, 'v', 'x'.repeat(length))).rejects.toMatchObject(
            awsError('InvalidParameterException', 400),
          );
        }
        for (const length of [32, 64]) await put(secret, 'v', 'x'.repeat(length));
      });

      it('attaches the labels that it is given, and AWSCURRENT only with the first version', async () => {
        const secret = await newSecret();
        const first = await put(secret, '1');
        const pending = await put(secret, '2', randomUUID(), ['AWSPENDING', 'MINE']);
        const labelled = await stages(secret);
        expect(labelled?.[first]).toEqual(['AWSCURRENT']);
        expect(labelled?.[pending]?.sort()).toEqual(['AWSPENDING', 'MINE']);
        const next = await put(secret, '3', randomUUID(), ['MINE']);
        expect((await stages(secret))?.[pending]).toEqual(['AWSPENDING']);
        expect((await stages(secret))?.[next]).toEqual(['MINE']);
      });

      it('makes the very first version current whatever label it came with', async () => {
        const secret = await newSecret();
        const first = await put(secret, '1', randomUUID(), ['MINE']);
        expect((await stages(secret))?.[first]?.sort()).toEqual(['AWSCURRENT', 'MINE']);
      });

      it('needs a value', async () => {
        const SecretId = await newSecret();
        await expect(secrets.send(new PutSecretValueCommand({ SecretId }))).rejects.toMatchObject(
          awsError('InvalidRequestException', 400, 'You must provide either SecretString or SecretBinary.'),
        );
      });

      it('takes 65,536 bytes and not one more', async () => {
        const secret = await newSecret();
        await put(secret, 'x'.repeat(65_536));
        await target.differs('value-size', {
          aws: () =>
            expect(put(secret, 'x'.repeat(65_537))).rejects.toMatchObject(awsError('ValidationException', 400)),
          moto: () => expect(put(secret, 'x'.repeat(65_537))).resolves.toBeDefined(),
        });
      });

      it('keeps bytes as well as text', async () => {
        const SecretId = await newSecret();
        const SecretBinary = new Uint8Array([0, 1, 254, 255]);
        await secrets.send(new PutSecretValueCommand({ SecretId, SecretBinary }));
        const read = await value(SecretId);
        expect([...(read.SecretBinary ?? [])]).toEqual([0, 1, 254, 255]);
        expect(read.SecretString).toBeUndefined();
      });
    });

    describe('staging labels', () => {
      it('are attached, moved and taken away', async () => {
        const secret = await newSecret();
        const [first, second] = [await put(secret, '1'), await put(secret, '2')];
        await move(secret, 'DELIVERED-abc', undefined, first);
        expect((await stages(secret))?.[first]).toContain('DELIVERED-abc');
        await move(secret, 'DELIVERED-abc', first, second);
        expect((await stages(secret))?.[first]).toEqual(['AWSPREVIOUS']);
        expect((await stages(secret))?.[second]?.sort()).toEqual(['AWSCURRENT', 'DELIVERED-abc']);
        await move(secret, 'DELIVERED-abc', second);
        expect((await stages(secret))?.[second]).toEqual(['AWSCURRENT']);
      });

      it('leave a version only when the request says from which', async () => {
        const secret = await newSecret();
        const [first, second] = [await put(secret, '1'), await put(secret, '2')];
        await expect(move(secret, 'AWSCURRENT', undefined, first)).rejects.toMatchObject(
          awsError(
            'InvalidParameterException',
            400,
            `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${second}, so you must explicitly reference that version in RemoveFromVersionId.`,
          ),
        );
        await expect(move(secret, 'AWSCURRENT', first, first)).rejects.toMatchObject(
          awsError('InvalidParameterException', 400),
        );
        await move(secret, 'MINE', undefined, first);
        await target.differs('custom-label-twice', {
          aws: () =>
            expect(move(secret, 'MINE', undefined, second)).rejects.toMatchObject(
              awsError('InvalidParameterException', 400, /RemoveFromVersionId can't be empty/),
            ),
          moto: async () => {
            await move(secret, 'MINE', undefined, second);
            expect((await stages(secret))?.[first]).toContain('MINE');
            expect((await stages(secret))?.[second]).toContain('MINE');
          },
        });
      });

      it('take AWSPREVIOUS along when AWSCURRENT moves', async () => {
        const secret = await newSecret();
        const [first, second] = [await put(secret, '1'), await put(secret, '2')];
        await move(secret, 'AWSCURRENT', second, first);
        expect(await stages(secret)).toEqual({ [first]: ['AWSCURRENT'], [second]: ['AWSPREVIOUS'] });
        await target.differs('moved-current-value', {
          aws: async () => expect((await value(secret)).SecretString).toBe('1'),
          moto: async () => expect((await value(secret)).SecretString).toBe('2'),
        });
      });

      it('never leave a secret without AWSCURRENT', async () => {
        const secret = await newSecret();
        const only = await put(secret, '1');
        await target.differs('current-removed', {
          aws: () =>
            expect(move(secret, 'AWSCURRENT', only)).rejects.toMatchObject(awsError('InvalidParameterException', 400)),
          moto: () => expect(move(secret, 'AWSCURRENT', only)).resolves.toBeDefined(),
        });
      });

      it('number twenty at most over all versions', async () => {
        const secret = await newSecret();
        const version = await put(secret, '1');
        for (let index = 1; index < 20; index++) await move(secret, `L${index}`, undefined, version);
        const oneMore = () => move(secret, 'L20', undefined, version);
        await target.differs('label-quota', {
          aws: () => expect(oneMore()).rejects.toMatchObject(awsError('LimitExceededException', 400)),
          moto: () => expect(oneMore()).resolves.toBeDefined(),
        });
      });

      it('cannot go to a version that is not there', async () => {
        const secret = await newSecret();
        await put(secret, '1');
        await expect(move(secret, 'MINE', undefined, randomUUID())).rejects.toMatchObject({
          name: expect.stringMatching(/^(ResourceNotFound|InvalidParameter)Exception$/),
        });
      });
    });

    it('reads a version by its ID and checks the label that comes with it', async () => {
      const SecretId = await newSecret();
      const [first] = [await put(SecretId, '1'), await put(SecretId, '2')];
      const read = (VersionId: string, VersionStage?: string) =>
        secrets.send(new GetSecretValueCommand({ SecretId, VersionId, ...(VersionStage ? { VersionStage } : {}) }));
      expect((await read(first)).SecretString).toBe('1');
      expect((await read(first, 'AWSPREVIOUS')).SecretString).toBe('1');
      await expect(read(first, 'AWSCURRENT')).rejects.toMatchObject({
        name: 'InvalidRequestException',
        message: 'You provided a VersionStage that is not associated to the provided VersionId.',
      });
      await expect(read(randomUUID())).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: expect.stringMatching(/^Secrets Manager can't find the specified secret value for VersionId: /),
      });
    });

    it('makes UpdateSecret a new current version too', async () => {
      const SecretId = await newSecret();
      await put(SecretId, '1');
      const answer = await secrets.send(
        new UpdateSecretCommand({ SecretId, SecretString: '2', ClientRequestToken: randomUUID() }),
      );
      expect((await value(SecretId)).VersionId).toBe(answer.VersionId);
      expect((await value(SecretId, 'AWSPREVIOUS')).SecretString).toBe('1');
    });

    it('lists the versions of a secret', async () => {
      const SecretId = await newSecret();
      const versions = [await put(SecretId, '1'), await put(SecretId, '2'), await put(SecretId, '3')];
      const ids = async (IncludeDeprecated: boolean) => {
        const { Versions } = await secrets.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated }));
        return (Versions ?? []).map((version) => version.VersionId ?? '').sort();
      };
      expect(await ids(true)).toEqual([...versions].sort());
      await target.differs('deprecated-versions', {
        aws: async () => expect(await ids(false)).toEqual(versions.slice(1).sort()),
        moto: async () => expect(await ids(false)).toEqual([...versions].sort()),
      });
      const { Versions = [] } = await secrets.send(new ListSecretVersionIdsCommand({ SecretId }));
      const current = Versions.find((version) => version.VersionStages?.includes('AWSCURRENT'));
      expect(current).toMatchObject({ VersionId: versions[2], CreatedDate: expect.any(Date) });
      const firstPage = await secrets.send(
        new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true, MaxResults: 2 }),
      );
      await target.differs('version-pages', {
        aws: async () => {
          const { NextToken } = firstPage;
          const next = await secrets.send(
            new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true, MaxResults: 2, NextToken }),
          );
          expect([firstPage.Versions?.length, next.Versions?.length, next.NextToken]).toEqual([2, 1, undefined]);
        },
        moto: () => expect(firstPage.Versions).toHaveLength(3),
      });
    });

    describe('ListSecrets', () => {
      it('finds secrets by the beginning of their name and by tag, with labels and tags', async () => {
        const prefix = `contract/${fresh('listed')}`;
        const Tags = [{ Key: `${fresh('tag')}:key`, Value: 'x' }];
        await secrets.send(new CreateSecretCommand({ Name: `${prefix}/a`, Tags }));
        await secrets.send(new CreateSecretCommand({ Name: `${prefix}/b` }));
        const old = [await put(`${prefix}/a`, '1'), await put(`${prefix}/a`, '2'), await put(`${prefix}/a`, '3')];
        const list = async (Key: 'name' | 'tag-key', text: string) => {
          const { SecretList } = await secrets.send(new ListSecretsCommand({ Filters: [{ Key, Values: [text] }] }));
          return SecretList ?? [];
        };
        expect((await list('name', `${prefix}/`)).map((entry) => entry.Name).sort()).toEqual([
          `${prefix}/a`,
          `${prefix}/b`,
        ]);
        const [entry] = await list('tag-key', Tags[0]?.Key ?? '');
        expect(entry).toMatchObject({ Name: `${prefix}/a`, Tags, ARN: expect.any(String) });
        expect(entry?.LastChangedDate).toBeInstanceOf(Date);
        expect(entry?.CreatedDate).toBeInstanceOf(Date);
        expect(entry?.SecretVersionsToStages?.[old[2] ?? '']).toEqual(['AWSCURRENT']);
        expect(
          Object.values(entry?.SecretVersionsToStages ?? {})
            .flat()
            .sort(),
        ).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
      });

      it('pages', async () => {
        const prefix = `contract/${fresh('pages')}/`;
        const names = Array.from({ length: 5 }, (_, index) => `${prefix}${index}`);
        for (const Name of names) await secrets.send(new CreateSecretCommand({ Name }));
        const found: string[] = [];
        let pages = 0;
        let NextToken: string | undefined;
        do {
          const Filters = [{ Key: 'name' as const, Values: [prefix] }];
          const answer = await secrets.send(
            new ListSecretsCommand({ Filters, MaxResults: 2, ...(NextToken ? { NextToken } : {}) }),
          );
          found.push(...(answer.SecretList ?? []).map((entry) => entry.Name ?? ''));
          NextToken = answer.NextToken;
          pages += 1;
        } while (NextToken !== undefined);
        expect(pages).toBe(3);
        expect(found.sort()).toEqual(names);
      });
    });

    it('keeps tags apart from versions', async () => {
      const SecretId = await newSecret();
      await put(SecretId, '1');
      const tag = (Key: string, Value: string) =>
        secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value }] }));
      await tag('acme:intent', 'one');
      await tag('acme:intent', 'two');
      await tag('other', 'x');
      const tags = async () => [...((await describeSecret(SecretId)).Tags ?? [])];
      expect(await tags()).toEqual(expect.arrayContaining([{ Key: 'acme:intent', Value: 'two' }]));
      expect(await tags()).toHaveLength(2);
      await secrets.send(new UntagResourceCommand({ SecretId, TagKeys: ['acme:intent', 'never-there'] }));
      expect(await tags()).toEqual([{ Key: 'other', Value: 'x' }]);
    });

    it('keeps a resource policy', async () => {
      const SecretId = await newSecret();
      const ResourcePolicy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*' }],
      });
      expect((await secrets.send(new GetResourcePolicyCommand({ SecretId }))).ResourcePolicy).toBeUndefined();
      await secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy }));
      const read = await secrets.send(new GetResourcePolicyCommand({ SecretId }));
      expect(JSON.parse(read.ResourcePolicy ?? '')).toEqual(JSON.parse(ResourcePolicy));
    });

    it('deletes a secret after a while, and until then gives it back', async () => {
      const SecretId = await newSecret();
      await put(SecretId, '1');
      await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
      await expect(value(SecretId)).rejects.toMatchObject({ name: 'InvalidRequestException' });
      expect((await describeSecret(SecretId)).DeletedDate).toBeInstanceOf(Date);
      const { SecretList } = await secrets.send(
        new ListSecretsCommand({ Filters: [{ Key: 'name', Values: [SecretId] }] }),
      );
      expect(SecretList).toEqual([]);
      await secrets.send(new RestoreSecretCommand({ SecretId }));
      expect((await value(SecretId)).SecretString).toBe('1');
      await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
      await expect(describeSecret(SecretId)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
      await expect(
        secrets.send(new DeleteSecretCommand({ SecretId: await newSecret(), RecoveryWindowInDays: 6 })),
      ).rejects.toMatchObject(awsError('InvalidParameterException', 400));
    });
  });
}
