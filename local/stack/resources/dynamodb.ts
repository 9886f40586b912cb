import type { ResourceType } from '../resource';

/** A table with a partition key; what is not here is refused. An update changes what its items end by, and nothing else. */
const table: ResourceType = (input) => {
  const { properties, previous } = input;
  const { dynamoDb } = input.services.account;
  const known = ['TableName', 'AttributeDefinitions', 'KeySchema', 'BillingMode', 'TimeToLiveSpecification', 'Tags'];
  for (const name of Object.keys(properties.all())) {
    if (!known.includes(name)) throw properties.invalid(name, 'is not supported');
  }
  const name = previous?.ref ?? properties.optionalText('TableName') ?? input.generatedName(255);
  const [key, ...others] = properties.objects('KeySchema').map((one) => one.text('AttributeName'));
  if (key === undefined || others.length > 0) throw properties.invalid('KeySchema', 'must be a partition key');
  if (properties.text('BillingMode') !== 'PAY_PER_REQUEST') {
    throw properties.invalid('BillingMode', 'must be PAY_PER_REQUEST');
  }
  if (previous === undefined) {
    dynamoDb.createTable({
      TableName: name,
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
  }
  const expiry = properties.object('TimeToLiveSpecification');
  dynamoDb.expireBy(name, expiry?.optionalText('Enabled') === 'true' ? expiry.text('AttributeName') : undefined);
  return { ref: name, attributes: { Arn: dynamoDb.arnOf(name) }, remove: () => dynamoDb.deleteTable(name) };
};

export const DYNAMODB_RESOURCES: Readonly<Record<string, ResourceType>> = { 'AWS::DynamoDB::Table': table };
