import type { CfnTemplate } from './synthesized';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** Where in AWS a template is deployed. */
export interface Home {
  readonly partition: string;
  readonly region: string;
  /** What the names of hosts end in. */
  readonly suffix: string;
}
const HOME: Home = { partition: 'aws', region: REGION, suffix: 'amazonaws.com' };

function pseudo({ partition, region, suffix }: Home): Readonly<Record<string, string>> {
  return {
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::AccountId': ACCOUNT,
    'AWS::URLSuffix': suffix,
    'AWS::StackId': `arn:${partition}:cloudformation:${region}:${ACCOUNT}:stack/Keyturn/1`,
  };
}

/** ARN of a role of the template. */
export function roleArn(logicalId: string, { partition } = HOME): string {
  return `arn:${partition}:iam::${ACCOUNT}:role/${logicalId}`;
}

/** ARN of a secret with this name. */
export function arnOfSecret(name: string, { partition, region } = HOME): string {
  return `arn:${partition}:secretsmanager:${region}:${ACCOUNT}:secret:${name}-a1B2c3`;
}

/** What CloudFormation makes of a part of the template: every intrinsic function is replaced by a plausible value. */
export function deployed(template: CfnTemplate, part: unknown, home = HOME): unknown {
  if (Array.isArray(part)) return part.map((item) => deployed(template, item, home));
  if (typeof part !== 'object' || part === null) return part;
  const [name, argument] = Object.entries(part)[0] ?? [];
  if (name === 'Ref') return pseudo(home)[String(argument)] ?? refOf(template, String(argument), home);
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return arnOf(template, String(argument[0]), home);
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    return (deployed(template, argument[1], home) as string[]).join(String(argument[0]));
  }
  if (name === 'Fn::Sub')
    return String(argument).replace(/\$\{([^}]+)\}/g, (_whole, of: string) => pseudo(home)[of] ?? of);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, deployed(template, value, home)]));
}

function refOf(template: CfnTemplate, logicalId: string, home: Home): string {
  const resource = template.Resources[logicalId];
  switch (resource?.Type) {
    case 'AWS::Logs::LogGroup':
      return String(resource.Properties.LogGroupName ?? logicalId);
    case 'AWS::S3::Bucket':
      return logicalId.toLowerCase();
    case 'AWS::ApiGatewayV2::Api':
    case 'AWS::DynamoDB::Table':
      return logicalId;
    default:
      return arnOf(template, logicalId, home);
  }
}

function arnOf(template: CfnTemplate, logicalId: string, home: Home): string {
  const { partition, region } = home;
  const resource = template.Resources[logicalId];
  switch (resource?.Type) {
    case 'AWS::IAM::Role':
      return roleArn(logicalId, home);
    case 'AWS::Logs::LogGroup':
      return `arn:${partition}:logs:${region}:${ACCOUNT}:log-group:${refOf(template, logicalId, home)}:*`;
    case 'AWS::S3::Bucket':
      return `arn:${partition}:s3:::${refOf(template, logicalId, home)}`;
    case 'AWS::SQS::Queue':
      return `arn:${partition}:sqs:${region}:${ACCOUNT}:${logicalId}`;
    case 'AWS::SNS::Topic':
      return `arn:${partition}:sns:${region}:${ACCOUNT}:${logicalId}`;
    case 'AWS::SecretsManager::Secret':
      return arnOfSecret(String(resource.Properties.Name), home);
    case 'AWS::Lambda::Function':
      return `arn:${partition}:lambda:${region}:${ACCOUNT}:function:${logicalId}`;
    case 'AWS::KMS::Key':
      return `arn:${partition}:kms:${region}:${ACCOUNT}:key/${logicalId}`;
    default:
      return `arn:${partition}:example:${region}:${ACCOUNT}:${logicalId}`;
  }
}
