/** A key's ARN, never an alias's: IAM decides by the key. Multi-Region keys have IDs of another form. */
export const KMS_KEY_ARN =
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
export const EXPECTED_KMS_KEY = 'expected the ARN of one KMS key, arn:aws:kms:<region>:<account>:key/<key ID>';

/** EventBridge: an event bus other than `default` of the stack's own account, which has the events anyway. */
export const EVENT_BUS_ARN = /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]{1,256}$/;

/** One role by its name, without a wildcard. */
export const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;
