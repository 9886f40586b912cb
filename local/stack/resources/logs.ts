import { gzipSync } from 'node:zlib';
import { compileFilterPattern } from '../../evidence/logs/log-filter-pattern';
import { randomUuid, seededRandom } from '../../random';
import type { ResourceType } from '../resource';
import { assertRole } from './role-reference';

/** A group that is there already is an error, as in CloudFormation: a stack that kept it does not get it back. */
const logGroup: ResourceType = (input) => {
  const { logs } = input.services.account;
  const { properties, previous } = input;
  const logGroupName = previous?.ref ?? properties.optionalText('LogGroupName') ?? input.generatedName(512);
  const settings = {
    logGroupName,
    kmsKeyId: properties.optionalText('KmsKeyId'),
    deletionProtectionEnabled: properties.optionalText('DeletionProtectionEnabled') === 'true',
  };
  if (previous === undefined) logs.createLogGroup(settings);
  else logs.configureLogGroup(settings);
  const retentionInDays = properties.optionalNumber('RetentionInDays');
  if (retentionInDays !== undefined) logs.putRetentionPolicy({ logGroupName, retentionInDays });
  const Arn = input.arn('logs', `log-group:${logGroupName}:*`);
  return { ref: logGroupName, attributes: { Arn }, remove: () => logs.deleteLogGroup({ logGroupName }) };
};

/** It goes with its group. */
const logStream: ResourceType = (input) => {
  const { properties, previous } = input;
  const logStreamName = previous?.ref ?? properties.optionalText('LogStreamName') ?? input.generatedName(512);
  const logGroupName = properties.text('LogGroupName');
  if (previous === undefined) input.services.account.logs.createLogStream({ logGroupName, logStreamName });
  return { ref: logStreamName, attributes: {} };
};

/** The query itself is kept by the account; nobody runs it here. */
const queryDefinition: ResourceType = (input) => {
  const { properties, services } = input;
  const { queryDefinitions } = services.account.logs;
  const id = input.previous?.ref ?? randomUuid(seededRandom(input.generatedName(128)));
  queryDefinitions.set(id, {
    name: properties.text('Name'),
    queryString: properties.text('QueryString'),
    logGroupNames: properties.texts('LogGroupNames'),
  });
  return { ref: id, attributes: { QueryDefinitionId: id }, remove: () => void queryDefinitions.delete(id) };
};

/** Only Firehose is here as a destination. */
const subscriptionFilter: ResourceType = (input) => {
  const { properties, services, previous } = input;
  const { account, deliveryStreams } = services;
  void previous?.remove?.();
  const name = previous?.ref ?? properties.optionalText('FilterName') ?? input.generatedName(512);
  const logGroup = properties.text('LogGroupName');
  const destination = properties.text('DestinationArn');
  if (!deliveryStreams.has(destination)) {
    throw properties.invalid('DestinationArn', `${destination} is no delivery stream of the account`);
  }
  assertRole(properties, 'RoleArn', account);
  account.logs.subscribe(logGroup, name, {
    matches: compileFilterPattern(properties.optionalText('FilterPattern') ?? ''),
    deliver: (logStream, events) => {
      const logEvents = events.map(({ eventId: id, timestamp, message }) => ({ id, timestamp, message }));
      const from = { owner: account.accountId, logGroup, logStream, subscriptionFilters: [name] };
      const record = { messageType: 'DATA_MESSAGE', ...from, logEvents };
      deliveryStreams.putRecord(destination, gzipSync(JSON.stringify(record)));
    },
  });
  return { ref: name, attributes: {}, remove: () => account.logs.unsubscribe(logGroup, name) };
};

export const LOGS_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::LogStream': logStream,
  'AWS::Logs::QueryDefinition': queryDefinition,
  'AWS::Logs::SubscriptionFilter': subscriptionFilter,
};
