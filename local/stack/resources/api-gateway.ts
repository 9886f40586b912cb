import type { HttpApi } from '../../lambda/http-api';
import type { ResourceInput, ResourceType } from '../resource';

/** Only what an API of one stage needs; what is not here is refused, so that nobody takes it for obeyed. */
function only({ properties }: ResourceInput, ...known: readonly string[]): void {
  for (const name of Object.keys(properties.all())) {
    if (!known.includes(name)) throw properties.invalid(name, 'is not supported');
  }
}

const api: ResourceType = async (input) => {
  only(input, 'Name', 'ProtocolType', 'Description', 'Tags');
  const { httpApis } = input.services;
  if (input.properties.text('ProtocolType') !== 'HTTP') throw input.properties.invalid('ProtocolType', 'must be HTTP');
  const id = input.previous?.ref ?? `api${httpApis.ids.length + 1}`;
  const { url } = await httpApis.put(id);
  return { ref: id, attributes: { ApiId: id, ApiEndpoint: url }, remove: () => httpApis.remove(id) };
};

const integration: ResourceType = (input) => {
  only(input, 'ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion');
  const { properties, services, logicalId } = input;
  if (properties.text('IntegrationType') !== 'AWS_PROXY')
    throw properties.invalid('IntegrationType', 'must be AWS_PROXY');
  if (properties.text('PayloadFormatVersion') !== '2.0')
    throw properties.invalid('PayloadFormatVersion', 'must be 2.0');
  services.httpApis.integrations.set(logicalId, properties.text('IntegrationUri'));
  return { ref: logicalId, attributes: {} };
};

const route: ResourceType = (input) => {
  only(input, 'ApiId', 'RouteKey', 'Target', 'AuthorizationType');
  const { properties, services, logicalId } = input;
  const type = properties.optionalText('AuthorizationType') ?? 'NONE';
  if (type !== 'NONE') throw properties.invalid('AuthorizationType', `${type} is not supported`);
  const { routes } = found(input);
  const functionArn = services.httpApis.integrations.get(properties.text('Target').replace(/^integrations\//, ''));
  if (functionArn === undefined) throw properties.invalid('Target', 'is no integration');
  const key = properties.text('RouteKey');
  routes.set(key, functionArn);
  return { ref: logicalId, attributes: {}, remove: () => void routes.delete(key) };
};

const stage: ResourceType = (input) => {
  only(input, 'ApiId', 'StageName', 'AutoDeploy', 'DefaultRouteSettings', 'AccessLogSettings', 'Tags');
  const { properties, services } = input;
  if (properties.text('StageName') !== '$default') throw properties.invalid('StageName', 'must be $default');
  if (properties.optionalText('AutoDeploy') !== 'true') throw properties.invalid('AutoDeploy', 'must be true');
  const settings = properties.object('DefaultRouteSettings');
  const logging = properties.object('AccessLogSettings');
  const { logs, clock } = services.account;
  const logGroupName = logging?.text('DestinationArn').split(':log-group:')[1]?.replace(/:\*$/, '') ?? '';
  const { ref: logStreamName } = { ref: 'access' };
  if (logging !== undefined && !input.previous) logs.createLogStream({ logGroupName, logStreamName });
  const of = found(input);
  of.stage = {
    ratePerSecond: settings?.optionalNumber('ThrottlingRateLimit') ?? 10_000,
    burst: settings?.optionalNumber('ThrottlingBurstLimit') ?? 5_000,
    logFormat: logging?.text('Format'),
    log: (text) =>
      void logs.putLogEvents({ logGroupName, logStreamName, logEvents: [{ timestamp: clock.now(), message: text }] }),
  };
  const remove = () => {
    of.stage = undefined;
  };
  return { ref: '$default', attributes: {}, remove };
};

function found({ services, properties }: ResourceInput): HttpApi {
  const one = services.httpApis.find(properties.text('ApiId'));
  if (one === undefined) throw properties.invalid('ApiId', 'is no API');
  return one;
}

export const API_GATEWAY_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::Integration': integration,
  'AWS::ApiGatewayV2::Route': route,
  'AWS::ApiGatewayV2::Stage': stage,
};
