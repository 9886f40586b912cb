/** The regions of one partition by the beginning of their names. */
interface Partition {
  readonly regions: RegExp;
  /** Two whose STS is there for every account: neither has to be opted in to. */
  readonly everyAccount: readonly string[];
}

/** AWS General Reference, "Service endpoints" and "Regions enabled by default". The first that fits counts. */
const PARTITIONS: readonly Partition[] = [
  { regions: /^cn-/, everyAccount: ['cn-north-1', 'cn-northwest-1'] },
  { regions: /^us-gov-/, everyAccount: ['us-gov-west-1', 'us-gov-east-1'] },
  { regions: /^us-iso-/, everyAccount: ['us-iso-east-1', 'us-iso-west-1'] },
  // One region each, so far.
  { regions: /^(us-iso[a-z]|eu-iso[a-z]|eusc-[a-z]+)-/, everyAccount: [] },
  { regions: /^[a-z]{2}-[a-z]+-\d$/, everyAccount: ['us-east-1', 'us-west-2'] },
];

/**
 * The regions at whose STS endpoints a key is proved: the function's own, and another one where the partition has two.
 * STS's global endpoint is none of them: most regions answer for it themselves.
 */
export function provingRegions(own: string): readonly string[] {
  const { everyAccount = [] } = PARTITIONS.find(({ regions }) => regions.test(own)) ?? {};
  return [own, ...everyAccount.filter((region) => region !== own).slice(0, 1)];
}
