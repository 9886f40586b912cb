import { AwsError } from '../../account/aws-error';
import { NOT_SIGNED, unpackCode } from '../../lambda/code-archive';
import type { FunctionConfiguration } from '../../lambda/function-configuration';
import type { ResourceInput, ResourceType } from '../resource';

const lambdaFunction: ResourceType = async (input) => {
  const { lambda } = input.services;
  const functionName = input.previous?.ref ?? input.properties.optionalText('FunctionName') ?? input.generatedName(64);
  const configuration = configurationOf(input, functionName);
  await lambda.put(configuration);
  const remove = () => lambda.remove(functionName);
  return { ref: functionName, attributes: { Arn: configuration.functionArn }, remove };
};

/** Defaults are Lambda's own. */
function configurationOf(input: ResourceInput, functionName: string): FunctionConfiguration {
  const { properties } = input;
  const logging = properties.object('LoggingConfig');
  const deadLetterArn = properties.object('DeadLetterConfig')?.optionalText('TargetArn');
  return {
    functionName,
    functionArn: input.arn('lambda', `function:${functionName}`),
    codeDirectory: codeDirectory(input),
    handler: properties.text('Handler'),
    runtime: properties.text('Runtime'),
    memorySize: properties.optionalNumber('MemorySize') ?? 128,
    timeout: properties.optionalNumber('Timeout') ?? 3,
    roleArn: properties.text('Role'),
    environment: properties.object('Environment')?.record('Variables') ?? {},
    logGroupName: logging?.optionalText('LogGroup') ?? `/aws/lambda/${functionName}`,
    logFormat: logging?.optionalText('LogFormat') === 'JSON' ? 'JSON' : 'Text',
    deadLetterArn,
    reservedConcurrency: properties.optionalNumber('ReservedConcurrentExecutions'),
    description: properties.optionalText('Description'),
    architecture: properties.texts('Architectures')[0],
  };
}

/** An asset, or an object in a bucket of the account's own. */
function codeDirectory({ properties, services, assetDirectory }: ResourceInput): string {
  const { s3 } = services.account;
  const [Bucket, Key] = ['S3Bucket', 'S3Key'].map((name) => properties.object('Code')?.optionalText(name));
  if (Key === undefined) throw properties.invalid('Code', 'must be in S3 (S3Key); inline code is not supported');
  const mustBeSigned = properties.optionalText('CodeSigningConfigArn') !== undefined;
  if (Bucket !== undefined && s3.has(Bucket)) return unpackCode(objectIn(s3, Bucket, Key), mustBeSigned);
  if (mustBeSigned) throw new Error(NOT_SIGNED);
  return assetDirectory(Key);
}

function objectIn(s3: ResourceInput['services']['account']['s3'], Bucket: string, Key: string): Buffer {
  try {
    return s3.getObject({ Bucket, Key }).Body;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const said = `S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`;
    throw new Error(`Error occurred while GetObject. ${said}`);
  }
}

const permission: ResourceType = ({ properties, services, logicalId, previous }) => {
  void previous?.remove?.();
  const functionName = properties.text('FunctionName');
  const sourceArn = properties.optionalText('SourceArn');
  const action = properties.text('Action');
  if (action !== 'lambda:InvokeFunction' && action !== 'lambda:InvokeFunctionUrl') {
    throw properties.invalid('Action', `${action} is not supported`);
  }
  services.lambda.addPermission(functionName, logicalId, {
    principal: properties.text('Principal'),
    action,
    sourceArn,
    functionUrlAuthType: properties.optionalText('FunctionUrlAuthType'),
    invokedViaFunctionUrl: properties.optionalText('InvokedViaFunctionUrl') === 'true',
  });
  const remove = () => services.lambda.removePermission(functionName, logicalId);
  return { ref: logicalId, attributes: { Id: logicalId }, remove };
};

const eventInvokeConfig: ResourceType = ({ properties, services, logicalId }) => {
  const functionName = properties.text('FunctionName');
  const destinations = properties.object('DestinationConfig');
  services.lambda.configureEventInvoke(functionName, {
    maximumRetryAttempts: properties.optionalNumber('MaximumRetryAttempts'),
    maximumEventAgeInSeconds: properties.optionalNumber('MaximumEventAgeInSeconds'),
    onFailureArn: destinations?.object('OnFailure')?.text('Destination'),
    onSuccessArn: destinations?.object('OnSuccess')?.text('Destination'),
  });
  return {
    ref: logicalId,
    attributes: {},
    remove: () => {
      if (services.lambda.has(functionName)) services.lambda.configureEventInvoke(functionName, {});
    },
  };
};

const url: ResourceType = ({ properties, services }) => {
  const functionArn = properties.text('TargetFunctionArn');
  const authType = properties.text('AuthType');
  if (authType !== 'AWS_IAM')
    throw properties.invalid('AuthType', `${authType} is not supported: nobody is let in here`);
  for (const name of ['Qualifier', 'Cors']) {
    if (properties.has(name)) throw properties.invalid(name, 'is not supported');
  }
  const { FunctionUrl } = services.lambda.addUrl(functionArn);
  const attributes = { FunctionArn: functionArn, FunctionUrl };
  return { ref: functionArn, attributes, remove: () => services.lambda.removeUrl(functionArn) };
};

export const LAMBDA_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::Url': url,
};
