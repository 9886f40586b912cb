import { CreateTableCommand, DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UsedTokens } from '../../functions/account/ports';
import { createUsedTokens } from '../../functions/aws/used-tokens';
import { RememberedTokens } from '../../functions/provider/token/remembered-tokens';
import type { AwsFault } from '../../local/account/wire/server';
import { World } from '../../local/world';

/** What holds wherever uses are remembered. */
function usedTokensContract(create: () => UsedTokens): void {
  let tokens = 0;
  const fresh = () => {
    tokens += 1;
    const digest = `digest-${tokens}`;
    const used = create();
    return (now: number) => used.use(digest, Date.parse('2027-01-01T01:00:00Z'), now);
  };
  const verdict = async (using: ReturnType<UsedTokens['use']>) => (await using).verdict;

  it('are fresh for thirty seconds from their first use, and used for ever after', async () => {
    const use = fresh();
    expect(await verdict(use(0))).toBe('fresh');
    expect(await verdict(use(30_000))).toBe('fresh');
    expect(await verdict(use(30_001))).toBe('used');
    expect(await verdict(use(2_000_000))).toBe('used');
  });

  it('are not fresh for longer because somebody asks again and again', async () => {
    const use = fresh();
    for (const now of [0, 20_000, 30_000]) await use(now);
    expect(await verdict(use(40_000))).toBe('used');
  });

  it('are used although another request with the same one had no luck, before or after', async () => {
    for (const unlucky of [0, 1]) {
      const use = fresh();
      const both = [await use(0), await use(1)];
      await both[unlucky]?.undecided();
      expect(await verdict(use(31_000))).toBe('used');
    }
  });

  it('may be used again where none of several requests had any luck', async () => {
    const use = fresh();
    const both = [await use(0), await use(1)];
    await Promise.all(both.map((one) => one.undecided()));
    expect(await verdict(use(31_000))).toBe('fresh');
    expect(await verdict(use(61_000))).toBe('fresh');
    expect(await verdict(use(61_001))).toBe('used');
  });

  it('are not freed by saying twice that a request had no luck', async () => {
    const use = fresh();
    await use(0);
    const unlucky = await use(1);
    await unlucky.undecided();
    await unlucky.undecided();
    expect(await verdict(use(31_000))).toBe('used');
  });

  it('are not new because the clock was set back', async () => {
    const use = fresh();
    await use(600_000);
    expect(await verdict(use(0))).toBe('used');
  });

  it('are decided twenty times at most, however many ask at once', async () => {
    const use = fresh();
    const verdicts = await Promise.all(Array.from({ length: 50 }, (_, at) => verdict(use(at))));
    expect(verdicts.filter((one) => one === 'fresh')).toHaveLength(20);
    expect(verdicts.filter((one) => one === 'too-often')).toHaveLength(30);
    expect(await verdict(use(40_000))).toBe('too-often');
  });
}

describe('used tokens in memory', () => {
  usedTokensContract(() => new RememberedTokens());

  it('take no room where nothing was decided by them', async () => {
    const tokens = new RememberedTokens(1);
    await (await tokens.use('one', 100_000, 0)).undecided();
    expect((await tokens.use('two', 100_000, 0)).verdict).toBe('fresh');
  });

  it('are not forgotten because a request from before they were forgotten once had no luck', async () => {
    const tokens = new RememberedTokens(1);
    const before = await tokens.use('one', 100, 0);
    await (await tokens.use('two', 100_000, 200)).undecided();
    await tokens.use('one', 100_000, 200);
    await before.undecided();
    expect((await tokens.use('one', 100_000, 31_200)).verdict).toBe('used');
  });

  it('are not forgotten for the sake of others, and forgotten when they have ended', async () => {
    const used = new RememberedTokens(2);
    const verdict = async (digest: string, endsAt: number, now: number) =>
      (await used.use(digest, endsAt, now)).verdict;
    expect(await verdict('a', 100_000, 0)).toBe('fresh');
    expect(await verdict('b', 200_000, 0)).toBe('fresh');
    expect(await verdict('c', 200_000, 99_999)).toBe('full');
    expect(await verdict('a', 100_000, 99_999)).toBe('used');
    expect(await verdict('c', 200_000, 100_000)).toBe('fresh');
  });
});

const TABLE = 'keyturn-used-tokens';
const CREDENTIALS = { accessKeyId: 'anybody', secretAccessKey: 'whatever' };

interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: typeof CREDENTIALS;
}

async function createTable(place: Place): Promise<void> {
  await new DynamoDBClient(place).send(
    new CreateTableCommand({
      TableName: TABLE,
      AttributeDefinitions: [{ AttributeName: 'digest', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'digest', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
}

const adapter = (place: Place) =>
  createUsedTokens(TABLE, {
    ...place,
    maxAttempts: 2,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 750, throwOnRequestTimeout: true },
  });

describe('used tokens in a table', () => {
  let world: World;
  let place: Place;
  let fault: AwsFault | undefined;
  let faults = (): AwsFault | undefined => undefined;
  beforeAll(async () => {
    world = await World.start({
      start: new Date('2027-01-01T00:00:00Z'),
      accountServer: { allowedSkew: Number.POSITIVE_INFINITY, fault: () => fault ?? faults() },
    });
    place = { endpoint: world.accountUrl, region: world.account.region, credentials: world.account.rootSession() };
    await createTable(place);
    world.account.dynamoDb.expireBy(TABLE, 'endsAt');
  });
  afterAll(() => world.close());

  usedTokensContract(() => adapter(place));

  const item = async (digest: string) =>
    (
      await new DynamoDBClient(place).send(
        new GetItemCommand({ TableName: TABLE, Key: { digest: { S: digest } }, ConsistentRead: true }),
      )
    ).Item;

  it('are used although every instance of the function is another one', async () => {
    expect((await adapter(place).use('elsewhere', 9e12, 0)).verdict).toBe('fresh');
    expect((await adapter(place).use('elsewhere', 9e12, 31_000)).verdict).toBe('used');
  });

  it('are told of where another one of them came from elsewhere, and which address that was is not kept', async () => {
    const from = async (digest: string, address?: string) =>
      (await adapter(place).use(digest, 9e12, 0, address)).isFromElsewhere;
    expect(await from('moved', '192.0.2.1')).toBe(false);
    expect(await from('moved', '192.0.2.1')).toBe(false);
    expect(await from('moved', '2001:db8::1')).toBe(true);
    expect(await from('moved', '192.0.2.1')).toBe(true);
    expect(await from('unknown')).toBe(false);
    expect(await from('unknown', '192.0.2.1')).toBe(false);
    expect(JSON.stringify(await item('moved'))).not.toMatch(/192\.0\.2\.1|2001:db8/);
  });

  it('are kept for an hour after their end, by the attribute that DynamoDB deletes them by', async () => {
    await adapter(place).use('kept', 1_798_761_600_500, 1_798_761_000_000);
    expect((await item('kept'))?.endsAt).toEqual({ N: String(1_798_761_600 + 1 + 3_600) });
  });

  it('are what they were although their end is past and DynamoDB has not deleted them', async () => {
    const now = world.clock.now();
    const used = adapter(place);
    await used.use('past', now, now);
    await used.use('twice', now, now);
    world.clock.advanceBy(25 * 3_600_000);
    expect((await used.use('past', now, now + 31_000)).verdict).toBe('used');
    expect((await used.use('twice', now, now + 29_000)).verdict).toBe('fresh');
  });

  it('leave nothing behind that never ends', async () => {
    const use = await adapter(place).use('gone', 1_000, 0);
    world.clock.advanceBy(50 * 86_400_000);
    await use.undecided();
    expect(await item('gone')).toBeUndefined();
  });

  it.each<[string, AwsFault, string]>([
    ['throttled', { kind: 'error', code: 'ProvisionedThroughputExceededException', status: 400 }, 'aws-throttled'],
    ['down', { kind: 'error', code: 'InternalServerError', status: 500 }, 'aws-uncertain'],
    ['gone', { kind: 'error', code: 'ResourceNotFoundException', status: 400 }, 'aws-rejected'],
    ['closed to us', { kind: 'error', code: 'AccessDeniedException', status: 400 }, 'aws-denied'],
    ['cut off', { kind: 'drop-after' }, 'aws-uncertain'],
    ['silent', { kind: 'unanswered', happened: true }, 'aws-uncertain'],
  ])('are not known while the table is %s, and nobody says that they are fresh', async (_name, broken, code) => {
    fault = broken;
    try {
      await expect(adapter(place).use(`broken ${code}`, 9e12, 0)).rejects.toMatchObject({ code });
    } finally {
      fault = undefined;
    }
  });

  it('are as if nobody had asked where the answer that they are fresh was lost: nothing is decided by it', async () => {
    const used = adapter(place);
    fault = { kind: 'drop-after' };
    await expect(used.use('lost', 9e12, 0)).rejects.toMatchObject({ code: 'aws-uncertain' });
    fault = undefined;
    expect((await used.use('lost', 9e12, 31_000)).verdict).toBe('fresh');
  });

  it('are used where it was lost after somebody else had used one of them', async () => {
    const used = adapter(place);
    await used.use('of two', 9e12, 0);
    fault = { kind: 'drop-after' };
    await expect(used.use('of two', 9e12, 1_000)).rejects.toMatchObject({ code: 'aws-uncertain' });
    fault = undefined;
    expect((await item('of two'))?.uses?.SS).toHaveLength(1);
    expect((await used.use('of two', 9e12, 31_000)).verdict).toBe('used');
  });

  it('are used where it was lost and the table is gone from then on, and why nothing was decided is still said', async () => {
    const used = adapter(place);
    let tries = 0;
    faults = () => {
      tries += 1;
      return tries <= 2 ? { kind: 'drop-after' } : { kind: 'error', code: 'AccessDeniedException', status: 400 };
    };
    await expect(used.use('left', 9e12, 0)).rejects.toMatchObject({ code: 'aws-uncertain' });
    faults = () => undefined;
    expect(tries).toBe(3);
    expect((await used.use('left', 9e12, 31_000)).verdict).toBe('used');
  });

  it('are refused where an item is none of ours', async () => {
    await new DynamoDBClient(place).send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: { digest: { S: 'planted' } },
        UpdateExpression: 'ADD uses :own',
        ExpressionAttributeValues: { ':own': { SS: ['tomorrow'] } },
      }),
    );
    expect((await adapter(place).use('planted', 9e12, 0)).verdict).toBe('used');
  });
});

const moto = process.env.MOTO_URL;

describe.skipIf(moto === undefined)('used tokens in a table of moto', () => {
  const place = { endpoint: moto ?? '', region: 'eu-west-1', credentials: CREDENTIALS };
  beforeAll(() => createTable(place));

  usedTokensContract(() => adapter(place));
});
