import { AwsError } from '../../account/aws-error';
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

/** One filter of this name: another one takes its place. It may be gone when it is taken away, by hand or with its group. */
const subscriptionFilter: ResourceType = (input) => {
  const { properties, services, previous } = input;
  const { logs } = services.account;
  const filterName = previous?.ref ?? properties.optionalText('FilterName') ?? input.generatedName(512);
  const logGroupName = properties.text('LogGroupName');
  try {
    const destinationArn = properties.text('DestinationArn');
    const filterPattern = properties.optionalText('FilterPattern') ?? '';
    logs.putSubscriptionFilter({ logGroupName, filterName, filterPattern, destinationArn });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw properties.invalid('DestinationArn', error.message);
  }
  const remove = () => {
    try {
      logs.deleteSubscriptionFilter({ logGroupName, filterName });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  };
  return { ref: filterName, attributes: {}, remove };
};

/** It counts a constant without dimensions; anything else is refused. It may be gone when it is taken away. */
const metricFilter: ResourceType = (input) => {
  const { properties, services, previous } = input;
  const { logs, cloudWatch } = services.account;
  const filterName = previous?.ref ?? properties.optionalText('FilterName') ?? input.generatedName(512);
  const logGroupName = properties.text('LogGroupName');
  const [transformation, ...others] = properties.objects('MetricTransformations');
  if (transformation === undefined || others.length > 0)
    throw properties.invalid('MetricTransformations', 'must be one');
  for (const name of Object.keys(transformation.all())) {
    if (!['MetricNamespace', 'MetricName', 'MetricValue'].includes(name)) {
      throw transformation.invalid(name, 'is not supported');
    }
  }
  const value = Number(transformation.text('MetricValue'));
  if (Number.isNaN(value)) throw transformation.invalid('MetricValue', 'must be a number');
  const metric = { namespace: transformation.text('MetricNamespace'), name: transformation.text('MetricName') };
  logs.putMetricFilter({ logGroupName, filterName, filterPattern: properties.text('FilterPattern') }, ({ timestamp }) =>
    cloudWatch.metrics.put({ ...metric, dimensions: {}, value, at: timestamp }),
  );
  const remove = () => {
    try {
      logs.deleteMetricFilter({ logGroupName, filterName });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
    }
  };
  return { ref: filterName, attributes: {}, remove };
};

export const LOGS_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::LogStream': logStream,
  'AWS::Logs::MetricFilter': metricFilter,
  'AWS::Logs::QueryDefinition': queryDefinition,
  'AWS::Logs::SubscriptionFilter': subscriptionFilter,
};
