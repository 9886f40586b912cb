import * as z from 'zod';

const TableName = z
  .string()
  .min(3)
  .max(255)
  .regex(/^[\w.-]+$/);

/** A value of the kinds that are here: text, number, set of texts. */
const value = z.union([
  z.strictObject({ S: z.string() }),
  z.strictObject({ N: z.string().regex(/^-?\d+$/) }),
  z.strictObject({ SS: z.array(z.string()).min(1) }),
]);
export type AttributeValue = z.output<typeof value>;

const Key = z.record(z.string(), value);

/** What each action takes. What is not here is refused, so that nobody takes it for obeyed. */
export const dynamoDbInputs = {
  CreateTable: z.strictObject({
    TableName,
    AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.literal('S') })).length(1),
    KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.literal('HASH') })).length(1),
    BillingMode: z.literal('PAY_PER_REQUEST'),
  }),
  GetItem: z.strictObject({ TableName, Key, ConsistentRead: z.literal(true) }),
  UpdateItem: z.strictObject({
    TableName,
    Key,
    UpdateExpression: z.string(),
    ConditionExpression: z.string().optional(),
    ExpressionAttributeValues: z.record(z.string(), value),
    ReturnValues: z.enum(['NONE', 'ALL_NEW']).default('NONE'),
  }),
};

export type DynamoDbInput<A extends keyof typeof dynamoDbInputs> = Readonly<z.output<(typeof dynamoDbInputs)[A]>>;
