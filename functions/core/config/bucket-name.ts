import * as z from 'zod';

/** Letters, digits, hyphens and dots, and no IP address (S3 User Guide, "General purpose bucket naming rules"). */
const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9]([a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/;

/** Name of an S3 bucket that is there already. */
export const bucketName = z.string().regex(BUCKET_NAME, 'expected the name of an S3 bucket, without s3:// and no ARN');
