import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../lambda/bundle';

export interface AssemblyParts {
  readonly Resources: Readonly<Record<string, unknown>>;
  readonly [section: string]: unknown;
}

/** Writes what `cdk synth` would: a template and a manifest that maps `<name>.zip` to each function's folder. */
export async function assembly(
  template: AssemblyParts,
  functions: Readonly<Record<string, string>> = {},
  stackName = 'Test',
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'local-assembly-'));
  const files: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(functions)) {
    const path = await bundle(source, join(directory, `asset.${name}`));
    files[name] = {
      source: { path: path.slice(directory.length + 1), packaging: 'zip' },
      destinations: { 'current_account-current_region': { bucketName: 'assets', objectKey: `${name}.zip` } },
    };
  }
  await writeFile(join(directory, `${stackName}.template.json`), JSON.stringify(template));
  await writeFile(join(directory, `${stackName}.assets.json`), JSON.stringify({ version: '1.0', files }));
  return directory;
}

/** A role that Lambda may assume. */
export const ROLE = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
  },
};

export function lambdaFunction(asset: string, properties: Readonly<Record<string, unknown>> = {}) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { 'Fn::Join': ['-', ['assets', { Ref: 'AWS::AccountId' }]] }, S3Key: `${asset}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: 60,
      MemorySize: 256,
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      ...properties,
    },
  };
}

/** A rule that starts a function, with the permission that it needs. */
export function ruleFor(functionId: string, properties: Readonly<Record<string, unknown>>, target = {}) {
  return {
    [`${functionId}Rule`]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        ...properties,
        Targets: [{ Id: 'Target0', Arn: { 'Fn::GetAtt': [functionId, 'Arn'] }, ...target }],
      },
    },
    [`${functionId}Permission`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [functionId, 'Arn'] },
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [`${functionId}Rule`, 'Arn'] },
      },
    },
  };
}
