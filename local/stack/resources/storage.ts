import type { BucketSettings } from '../../evidence/s3/s3-bucket';
import type { Properties } from '../properties';
import type { ResourceType } from '../resource';

const bucket: ResourceType = (input) => {
  const { properties, previous } = input;
  const { s3, region } = input.services.account;
  const name = previous?.ref ?? properties.optionalText('BucketName') ?? input.generatedName(63).toLowerCase();
  const settings = bucketSettings(properties);
  if (previous === undefined) s3.createBucket(name, settings);
  else s3.bucket(name).settings = settings;
  return {
    ref: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    },
    remove: () => s3.deleteBucket(name),
  };
};

function bucketSettings(properties: Properties): BucketSettings {
  const objectLock = properties.optionalText('ObjectLockEnabled') === 'true';
  const rule = properties.object('ObjectLockConfiguration')?.object('Rule')?.object('DefaultRetention');
  if (rule !== undefined && !objectLock) {
    throw properties.invalid('ObjectLockConfiguration', 'needs ObjectLockEnabled');
  }
  // A bucket with Object Lock has versions from the start.
  const versioned = objectLock || properties.object('VersioningConfiguration')?.optionalText('Status') === 'Enabled';
  const kmsKeyId = properties
    .object('BucketEncryption')
    ?.objects('ServerSideEncryptionConfiguration')[0]
    ?.object('ServerSideEncryptionByDefault')
    ?.optionalText('KMSMasterKeyID');
  if (rule === undefined) return { versioned, objectLock, retention: undefined, kmsKeyId };
  const [mode, days, years] = [rule.text('Mode'), rule.optionalNumber('Days'), rule.optionalNumber('Years')];
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') throw rule.invalid('Mode', 'must be GOVERNANCE or COMPLIANCE');
  if ((days === undefined) === (years === undefined)) throw rule.invalid('Days', 'or Years is needed, and not both');
  return { versioned, objectLock, retention: { mode, days: days ?? (years ?? 0) * 365 }, kmsKeyId };
}

export const STORAGE_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::S3::Bucket': bucket,
};
