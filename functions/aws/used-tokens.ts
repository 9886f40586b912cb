import { createHash, randomBytes } from 'node:crypto';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { UsedTokens } from '../account/ports';
import { HOUR } from '../core/duration';
import { freshnessOf, MOST_USES } from '../core/token-uses';
import { type ClientConfig, providerConfig } from './client-config';
import { awsFailure } from './failure';

/**
 * How long a token is remembered after its end, ms: DynamoDB deletes by a clock of its own. Sooner would let a token in
 * again; one that is still there for days changes nothing, because its end is never asked for here.
 */
const REMEMBERED_FOR = HOUR;

const NOTHING_TO_TAKE_BACK = () => Promise.resolve();

/**
 * The UsedTokens port over a table of DynamoDB. An item is one token: its digest, when it ends, and its uses, each as
 * `<ms since the epoch>.<random>` in a set, and `.<address>` where one is known, as a digest with that of the token. One
 * conditional update adds a use and shows all of them, so whoever asks at the same time elsewhere is seen; that a call
 * which is repeated adds or takes the same use twice changes nothing.
 *
 * @param table its key is `digest`, its expiry `endsAt`
 */
export function createUsedTokens(table: string, config: ClientConfig = providerConfig): UsedTokens {
  const client = new DynamoDBClient(config);
  const doing = `dynamodb:UpdateItem of ${table}`;
  return {
    async use(digest, endsAt, now, address) {
      const from = address === undefined ? [] : [digestOf(`${digest} ${address}`)];
      const own = [now, randomBytes(9).toString('base64url'), ...from].join('.');
      const undecided = async () => {
        await client.send(taking({ table, digest, own })).catch((thrown: unknown) => {
          // It is gone.
          if (!isConditionFailed(thrown)) throw awsFailure(thrown, doing);
        });
      };
      const uses = await client.send(adding({ table, digest, endsAt, own })).then(
        ({ Attributes }) => Attributes?.uses?.SS ?? [],
        async (thrown: unknown) => {
          if (isConditionFailed(thrown)) return undefined;
          const failure = awsFailure(thrown, doing);
          // The use may be there. Where it cannot be taken back either, it stays.
          if (failure.code === 'aws-uncertain') await undecided().catch(() => undefined);
          throw failure;
        },
      );
      if (uses === undefined) return { verdict: 'too-often', undecided: NOTHING_TO_TAKE_BACK };
      const times = [...uses, own].map((use) => Number(use.slice(0, use.indexOf('.'))));
      return {
        verdict: freshnessOf(times, now),
        isFromElsewhere: new Set([...uses, own].flatMap((use) => use.split('.')[2] ?? [])).size > 1 && from.length > 0,
        undecided,
      };
    },
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

interface Use {
  readonly table: string;
  readonly digest: string;
  readonly own: string;
}

function adding({ table, digest, endsAt, own }: Use & { readonly endsAt: number }): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: table,
    Key: { digest: { S: digest } },
    UpdateExpression: 'SET endsAt = :endsAt ADD uses :own',
    ConditionExpression: 'attribute_not_exists(uses) OR size(uses) < :most',
    ExpressionAttributeValues: {
      ':endsAt': { N: String(Math.ceil((endsAt + REMEMBERED_FOR) / 1_000)) },
      ':own': { SS: [own] },
      ':most': { N: String(MOST_USES) },
    },
    ReturnValues: 'ALL_NEW',
  });
}

/** The item stays, and with it what ends it. */
function taking({ table, digest, own }: Use): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: table,
    Key: { digest: { S: digest } },
    UpdateExpression: 'DELETE uses :own',
    ConditionExpression: 'attribute_exists(digest)',
    ExpressionAttributeValues: { ':own': { SS: [own] } },
  });
}

function isConditionFailed(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'ConditionalCheckFailedException';
}
