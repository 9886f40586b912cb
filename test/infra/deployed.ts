import type { CfnTemplate } from './synthesized';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Keyturn/1`,
};

/** ARN of a role of the template. */
export function roleArn(logicalId: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${logicalId}`;
}

/** ARN of a secret with this name. */
export function arnOfSecret(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-a1B2c3`;
}

/** What CloudFormation makes of a part of the template: every intrinsic function is replaced by a plausible value. */
export function deployed(template: CfnTemplate, part: unknown): unknown {
  if (Array.isArray(part)) return part.map((item) => deployed(template, item));
  if (typeof part !== 'object' || part === null) return part;
  const [name, argument] = Object.entries(part)[0] ?? [];
  if (name === 'Ref') return PSEUDO[String(argument)] ?? refOf(template, String(argument));
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return arnOf(template, String(argument[0]));
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    return (deployed(template, argument[1]) as string[]).join(String(argument[0]));
  }
  if (name === 'Fn::Sub') return String(argument).replace(/\$\{([^}]+)\}/g, (_whole, of: string) => PSEUDO[of] ?? of);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, deployed(template, value)]));
}

function refOf(template: CfnTemplate, logicalId: string): string {
  const resource = template.Resources[logicalId];
  switch (resource?.Type) {
    case 'AWS::Logs::LogGroup':
      return String(resource.Properties.LogGroupName ?? logicalId);
    case 'AWS::S3::Bucket':
      return logicalId.toLowerCase();
    case 'AWS::KinesisFirehose::DeliveryStream':
      return logicalId;
    default:
      return arnOf(template, logicalId);
  }
}

function arnOf(template: CfnTemplate, logicalId: string): string {
  const resource = template.Resources[logicalId];
  switch (resource?.Type) {
    case 'AWS::IAM::Role':
      return roleArn(logicalId);
    case 'AWS::Logs::LogGroup':
      return `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${refOf(template, logicalId)}:*`;
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${refOf(template, logicalId)}`;
    case 'AWS::KinesisFirehose::DeliveryStream':
      return `arn:aws:firehose:${REGION}:${ACCOUNT}:deliverystream/${logicalId}`;
    case 'AWS::SQS::Queue':
      return `arn:aws:sqs:${REGION}:${ACCOUNT}:${logicalId}`;
    case 'AWS::SNS::Topic':
      return `arn:aws:sns:${REGION}:${ACCOUNT}:${logicalId}`;
    case 'AWS::SecretsManager::Secret':
      return arnOfSecret(String(resource.Properties.Name));
    case 'AWS::KMS::Key':
      return `arn:aws:kms:${REGION}:${ACCOUNT}:key/${logicalId}`;
    default:
      return `arn:aws:example:${REGION}:${ACCOUNT}:${logicalId}`;
  }
}
