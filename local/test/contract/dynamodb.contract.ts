import { CreateTableCommand, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { awsError, type ContractTarget, fresh } from './target';

/** One item that many change at once, each on a condition. */
export function dynamoDbContract(target: ContractTarget): void {
  describe(`DynamoDB of ${target.name}`, () => {
    const { dynamoDb } = target.makeClients();
    const TableName = fresh('tokens');
    beforeAll(() =>
      dynamoDb.send(
        new CreateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: 'digest', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'digest', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        }),
      ),
    );

    const add = async (digest: string, use: string, most = 3) => {
      const { Attributes } = await dynamoDb.send(
        new UpdateItemCommand({
          TableName,
          Key: { digest: { S: digest } },
          UpdateExpression: 'SET endsAt = :endsAt ADD uses :own',
          ConditionExpression: 'attribute_not_exists(uses) OR size(uses) < :most',
          ExpressionAttributeValues: {
            ':endsAt': { N: '1798761600' },
            ':own': { SS: [use] },
            ':most': { N: String(most) },
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes;
    };
    const take = (digest: string, use: string) =>
      dynamoDb.send(
        new UpdateItemCommand({
          TableName,
          Key: { digest: { S: digest } },
          UpdateExpression: 'DELETE uses :own',
          ConditionExpression: 'attribute_exists(digest)',
          ExpressionAttributeValues: { ':own': { SS: [use] } },
        }),
      );
    const item = async (digest: string) =>
      (await dynamoDb.send(new GetItemCommand({ TableName, Key: { digest: { S: digest } }, ConsistentRead: true })))
        .Item;
    const failed = awsError('ConditionalCheckFailedException', 400, 'The conditional request failed');

    it('adds to a set, and answers the whole item', async () => {
      const digest = fresh('digest');
      expect(await item(digest)).toBeUndefined();
      expect(await add(digest, 'a')).toEqual({
        digest: { S: digest },
        endsAt: { N: '1798761600' },
        uses: { SS: ['a'] },
      });
      expect(new Set((await add(digest, 'b'))?.uses?.SS)).toEqual(new Set(['a', 'b']));
      expect(new Set((await add(digest, 'a'))?.uses?.SS)).toEqual(new Set(['a', 'b']));
    });

    it('refuses what the condition refuses, and changes nothing', async () => {
      const digest = fresh('digest');
      for (const use of ['a', 'b', 'c']) await add(digest, use);
      await expect(add(digest, 'd')).rejects.toMatchObject(failed);
      expect(new Set((await item(digest))?.uses?.SS)).toEqual(new Set(['a', 'b', 'c']));
    });

    it('takes from a set, which vanishes with its last member, and the item stays', async () => {
      const digest = fresh('digest');
      await add(digest, 'a');
      await take(digest, 'b');
      await take(digest, 'a');
      await take(digest, 'a');
      expect(await item(digest)).toEqual({ digest: { S: digest }, endsAt: { N: '1798761600' } });
      expect((await add(digest, 'c'))?.uses).toEqual({ SS: ['c'] });
    });

    it('makes no item of one that is gone', async () => {
      const digest = fresh('digest');
      await expect(take(digest, 'a')).rejects.toMatchObject(failed);
      expect(await item(digest)).toBeUndefined();
    });

    it('lets through as many as the condition does, however many come at once', async () => {
      const digest = fresh('digest');
      const all = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => add(digest, `use-${at}`, 5)));
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
      expect((await item(digest))?.uses?.SS).toHaveLength(5);
    });

    it('refuses an expression that is none, and a table that is not there', async () => {
      const update = { TableName, Key: { digest: { S: 'x' } }, ExpressionAttributeValues: { ':v': { N: '1' } } };
      await expect(
        dynamoDb.send(new UpdateItemCommand({ ...update, UpdateExpression: 'PUT a = :v' })),
      ).rejects.toMatchObject(awsError('ValidationException', 400, /UpdateExpression/));
      await expect(
        dynamoDb.send(new UpdateItemCommand({ ...update, TableName: 'nowhere', UpdateExpression: 'SET a = :v' })),
      ).rejects.toMatchObject(awsError('ResourceNotFoundException', 400, /resource not found/));
    });
  });
}
