import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations } from 'aws-cdk-lib';
import { Code, CodeSigningConfig, type ICodeSigningConfig } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Settings } from '../../functions/core/config/settings';
import type { BundleName } from '../../functions/core/names';
import { BUNDLES_FOLDER } from '../bundles/bundles-folder';
import { codeToSign } from '../bundles/code-to-sign';
import { releaseOf } from '../bundles/release';

export interface FunctionCodeProps {
  readonly bundle: BundleName;
  /** Folder that holds the bundles. @default - `dist/functions` of this package */
  readonly bundles?: string | undefined;
  /** Where the signed code is, and whose signature is good. @default - the bundle, which nobody signed */
  readonly codeSigning?: Settings['deployment']['codeSigning'];
}

export interface FunctionCode {
  readonly code: Code;
  readonly codeSigningConfig: ICodeSigningConfig | undefined;
  /** What audit events call it. */
  readonly release: string;
}

/** The built code of a function, or the object that has its signed copy under the name of just this code. */
export function functionCode(scope: Construct, { bundle, bundles, codeSigning }: FunctionCodeProps): FunctionCode {
  const folder = join(bundles ?? BUNDLES_FOLDER, bundle);
  const isBuilt = existsSync(join(folder, 'index.js'));
  if (!isBuilt) Annotations.of(scope).addError(`${folder} holds no bundle. Run "npm run build" first.`);
  const codeSigningConfig =
    codeSigning && CodeSigningConfig.fromCodeSigningConfigArn(scope, 'Signing', codeSigning.config);
  const code = () => {
    if (codeSigning === undefined) return Code.fromAsset(folder);
    const { bucket, prefix } = codeSigning;
    return Code.fromBucketV2(Bucket.fromBucketName(scope, 'Signed', bucket), `${prefix}/${codeToSign(folder).name}`);
  };
  return {
    code: isBuilt ? code() : Code.fromInline('exports.handler = undefined;'),
    codeSigningConfig,
    release: releaseOf(isBuilt ? folder : undefined),
  };
}
