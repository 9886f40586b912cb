import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnMetricFilter, type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { METRIC, METRICS_NAMESPACE } from '../../functions/core/names';

/**
 * What the access log has of a request: who asked from where, when, and what came of it. No header, no path that somebody
 * made up, nothing of the body or the answer.
 */
const LOGGED = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  address: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
} as const;

export interface ProviderFrontProps {
  readonly function: IFunction;
  /**
   * Requests a second of all steps together, and at once: anybody can ask, and each request runs the function. More at
   * once than it answers would be let in only to be refused.
   */
  readonly concurrency: number;
  readonly logRetentionDays: number;
  /** The KMS key that encrypts the access log. @default - CloudWatch Logs' own */
  readonly encryptionKey?: IKey | undefined;
}

/** The HTTP API of a secret provider: two routes, no CORS, no authorizer: what a request has to show is a step's token. */
export class ProviderFront extends Construct {
  readonly url: string;
  /** ID of the API. */
  readonly apiId: string;
  /** Of its requests. */
  readonly accessLog: ILogGroup;

  constructor(scope: Construct, id: string, props: ProviderFrontProps) {
    super(scope, id);
    const { function: lambda, concurrency } = props;
    const { functionArn } = lambda;
    const api = new CfnApi(this, 'Api', {
      name: `${Stack.of(this).stackName}-provider`,
      protocolType: 'HTTP',
      description: 'Keyturn: gives steps of Bitbucket Pipelines their secrets',
    });
    const integration = new CfnIntegration(this, 'Integration', {
      apiId: api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: functionArn,
      payloadFormatVersion: '2.0',
    });
    const routes = ['GET', 'POST'].map(
      (method) =>
        new CfnRoute(this, method === 'GET' ? 'Get' : 'Post', {
          apiId: api.ref,
          routeKey: `${method} /`,
          target: `integrations/${integration.ref}`,
        }),
    );
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: props.logRetentionDays,
      encryptionKey: props.encryptionKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const stage = new CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: '$default',
      autoDeploy: true,
      defaultRouteSettings: { throttlingRateLimit: concurrency, throttlingBurstLimit: concurrency },
      accessLogSettings: { destinationArn: accessLog.logGroupArn, format: JSON.stringify(LOGGED) },
    });
    stage.node.addDependency(...routes);
    // No metric of API Gateway's tells what its throttle refused from what the function did.
    new CfnMetricFilter(this, 'Throttled', {
      logGroupName: accessLog.logGroupName,
      filterPattern: '{ $.status = "429" }',
      metricTransformations: [{ metricNamespace: METRICS_NAMESPACE, metricName: METRIC.throttled, metricValue: '1' }],
    });
    new CfnPermission(this, 'Invoke', {
      action: 'lambda:InvokeFunction',
      functionName: functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: Stack.of(this).formatArn({
        service: 'execute-api',
        resource: api.ref,
        resourceName: '*/*/',
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
    });
    this.apiId = api.ref;
    this.accessLog = accessLog;
    this.url = `${api.attrApiEndpoint}/`;
  }
}
