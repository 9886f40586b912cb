import * as z from 'zod';

/** S3: the name of a bucket of general purpose. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Where a CloudTrail trail keeps its files. */
export const trailPlaceFields = {
  prefix: z
    .string()
    .max(200)
    .regex(
      /^[\w!.()/-]*[\w!.()-]$/,
      'expected what stands before /AWSLogs in the names of the files, without its slash',
    )
    .optional()
    .describe("The trail's prefix in its bucket, where it has one."),
  organization: z
    .string()
    .regex(/^o-[a-z0-9]{10,32}$/, 'expected the ID of an organization, such as o-exampleorgid')
    .optional()
    .describe("ID of the organization, where the trail is the organization's."),
};

export const trailBucket = z.string().regex(BUCKET, 'expected the name of a bucket');

export interface TrailPlace {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly organization?: string | undefined;
}

/** `CloudTrail` has the records, `CloudTrail-Digest` what proves that no file is missing, where the trail makes that. */
export type TrailFolder = 'CloudTrail' | 'CloudTrail-Digest';

/**
 * What the names of an account's files begin with, up to the region: CloudTrail User Guide, "Finding your CloudTrail log
 * files". It ends with a slash.
 */
export function trailFolder(
  { prefix, organization }: Omit<TrailPlace, 'bucket'>,
  account: string,
  folder: TrailFolder,
): string {
  const parts = [prefix, 'AWSLogs', organization, account, folder].filter((part) => part !== undefined);
  return `${parts.join('/')}/`;
}
