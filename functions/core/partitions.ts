/** A part of AWS with accounts, IAM and ARNs of its own. */
interface Partition {
  /** As it stands in ARNs. */
  readonly name: string;
  readonly regions: RegExp;
  /** The region whose CloudTrail has IAM's records: IAM is one service for the whole partition. */
  readonly iamRecords: string;
}

/**
 * The partitions that Keyturn knows. Their regions are as in the AWS SDKs' partitions.json; where IAM is recorded, as in
 * the user guides of CloudTrail and of each partition.
 */
const PARTITIONS: readonly Partition[] = [
  { name: 'aws', regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/, iamRecords: 'us-east-1' },
  { name: 'aws-cn', regions: /^cn-[a-z]+-\d+$/, iamRecords: 'cn-north-1' },
  { name: 'aws-us-gov', regions: /^us-gov-[a-z]+-\d+$/, iamRecords: 'us-gov-west-1' },
  { name: 'aws-eusc', regions: /^eusc-[a-z]+-[a-z]+-\d+$/, iamRecords: 'eusc-de-east-1' },
];

/** Names of the partitions that Keyturn knows. */
export const PARTITION_NAMES: readonly string[] = PARTITIONS.map(({ name }) => name);

/** The region in which the partition of this region records what is done in IAM; undefined where nobody has said so. */
export function iamRecordsRegion(region: string): string | undefined {
  return PARTITIONS.find(({ regions }) => regions.test(region))?.iamRecords;
}
