import type { SessionCredentials } from '../account/principal';
import type { FunctionConfiguration } from './function-configuration';

/**
 * The environment of a function: what Lambda defines, the role's credentials, the local account's address, and the
 * variables of its configuration. Nothing of the host's own environment.
 * Source: Lambda Developer Guide, "Defined runtime environment variables".
 */
export function environmentVariables(
  configuration: FunctionConfiguration,
  surroundings: {
    readonly region: string;
    readonly endpointUrl: string | undefined;
    readonly credentials: SessionCredentials;
    readonly logStreamName: string;
  },
): Record<string, string> {
  const { region, endpointUrl, credentials, logStreamName } = surroundings;
  return {
    ...configuration.environment,
    _HANDLER: configuration.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: configuration.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    AWS_LAMBDA_LOG_FORMAT: configuration.logFormat,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl }),
    LAMBDA_TASK_ROOT: configuration.codeDirectory,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: ':UTC',
  };
}
