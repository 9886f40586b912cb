import { compileFilterPattern } from '../../evidence/logs/log-filter-pattern';
import { randomUuid, seededRandom } from '../../random';
import type { ResourceType } from '../resource';

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

/** Only Lambda is here as a destination; CloudFormation's own words where it refuses a function. */
const subscriptionFilter: ResourceType = (input) => {
  const { properties, services, previous } = input;
  const { account, logFeeds } = services;
  const filterName = previous?.ref ?? properties.optionalText('FilterName') ?? input.generatedName(512);
  const logGroup = properties.text('LogGroupName');
  const feed = { logGroup, filterName, functionArn: properties.text('DestinationArn') };
  if (!logFeeds.admits(feed)) {
    const message =
      'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.';
    throw properties.invalid('DestinationArn', message);
  }
  // One filter of this name: another one takes its place.
  account.logs.subscribe(logGroup, filterName, {
    matches: compileFilterPattern(properties.optionalText('FilterPattern') ?? ''),
    deliver: (logStream, events) => logFeeds.put(feed, logStream, events),
  });
  return { ref: filterName, attributes: {}, remove: () => account.logs.unsubscribe(logGroup, filterName) };
};

export const LOGS_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::LogStream': logStream,
  'AWS::Logs::QueryDefinition': queryDefinition,
  'AWS::Logs::SubscriptionFilter': subscriptionFilter,
};
