/** A part of AWS with accounts, IAM and ARNs of its own. */
interface Partition {
  /** As it stands in ARNs. */
  readonly name: string;
  readonly regions: RegExp;
  /** The region whose CloudTrail has IAM's records: IAM is one service for the whole partition. */
  readonly iamRecords: string;
  /** Regions whose STS is there for every account, because nobody has to opt in to them; two, where there are two. */
  readonly everyAccount: readonly string[];
}

/**
 * The partitions that Keyturn knows. Their regions are as in the AWS SDKs' partitions.json; where IAM is recorded, as in
 * the user guides of CloudTrail and of each partition; which are there for every account, as in the AWS General Reference.
 */
const PARTITIONS: readonly Partition[] = [
  {
    name: 'aws',
    regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/,
    iamRecords: 'us-east-1',
    everyAccount: ['us-east-1', 'us-west-2'],
  },
  {
    name: 'aws-cn',
    regions: /^cn-[a-z]+-\d+$/,
    iamRecords: 'cn-north-1',
    everyAccount: ['cn-north-1', 'cn-northwest-1'],
  },
  {
    name: 'aws-us-gov',
    regions: /^us-gov-[a-z]+-\d+$/,
    iamRecords: 'us-gov-west-1',
    everyAccount: ['us-gov-west-1', 'us-gov-east-1'],
  },
  {
    name: 'aws-eusc',
    regions: /^eusc-[a-z]+-[a-z]+-\d+$/,
    iamRecords: 'eusc-de-east-1',
    everyAccount: ['eusc-de-east-1'],
  },
];

/** The name of a region, in whatever partition: nobody has to wait until Keyturn knows a new one. */
export const AWS_REGION = /^[a-z]{2,4}(-[a-z]+)+-\d+$/;

/** Names of the partitions that Keyturn knows. */
export const PARTITION_NAMES: readonly string[] = PARTITIONS.map(({ name }) => name);

/** The region in which the partition of this region records what is done in IAM; undefined where nobody has said so. */
export function iamRecordsRegion(region: string): string | undefined {
  return partitionOf(region)?.iamRecords;
}

/**
 * The regions at whose STS endpoints a key is proved: the function's own, and another one where the partition has two.
 * STS's global endpoint is none of them: most regions answer for it themselves.
 */
export function provingRegions(own: string): readonly string[] {
  const others = partitionOf(own)?.everyAccount.filter((region) => region !== own) ?? [];
  return [own, ...others.slice(0, 1)];
}

function partitionOf(region: string): Partition | undefined {
  return PARTITIONS.find(({ regions }) => regions.test(region));
}
