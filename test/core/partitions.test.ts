import { expect, it } from 'vitest';
import { iamRecordsRegion, PARTITION_NAMES, provingRegions } from '../../functions/core/partitions';

it.each<[string, records: string | undefined, proving: readonly string[]]>([
  ['eu-west-1', 'us-east-1', ['eu-west-1', 'us-east-1']],
  ['us-east-1', 'us-east-1', ['us-east-1', 'us-west-2']],
  ['us-west-2', 'us-east-1', ['us-west-2', 'us-east-1']],
  ['mx-central-1', 'us-east-1', ['mx-central-1', 'us-east-1']],
  ['ap-southeast-12', 'us-east-1', ['ap-southeast-12', 'us-east-1']],
  ['cn-north-1', 'cn-north-1', ['cn-north-1', 'cn-northwest-1']],
  ['cn-northwest-1', 'cn-north-1', ['cn-northwest-1', 'cn-north-1']],
  ['us-gov-west-1', 'us-gov-west-1', ['us-gov-west-1', 'us-gov-east-1']],
  ['us-gov-east-1', 'us-gov-west-1', ['us-gov-east-1', 'us-gov-west-1']],
  ['eusc-de-east-1', 'eusc-de-east-1', ['eusc-de-east-1']],
  ['eusc-fr-south-2', 'eusc-de-east-1', ['eusc-fr-south-2', 'eusc-de-east-1']],
  ['us-iso-east-1', undefined, ['us-iso-east-1']],
  ['eu-isoe-west-1', undefined, ['eu-isoe-west-1']],
  ['eu-west-1a', undefined, ['eu-west-1a']],
  ['xeu-west-1', undefined, ['xeu-west-1']],
  ['', undefined, ['']],
])('IAM of %j is recorded in %s, and keys are proved in %j', (region, records, proving) => {
  expect(iamRecordsRegion(region)).toBe(records);
  expect(provingRegions(region)).toEqual(proving);
});

it('the partitions are called as in ARNs', () => {
  expect(PARTITION_NAMES).toEqual(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc']);
});
