/** Signed code for the functions, which `npm run code-to-sign` makes and you have signed. */
export interface CodeSigningSettings {
  /** ARN of Lambda's code signing config, which says whose signature is good. */
  readonly config: string;
  /** Name of the S3 bucket that has the signed code, of the stack's region. */
  readonly bucket: string;
  /** What the names of the signed code begin with, before a slash. @default keyturn */
  readonly prefix?: string;
}

/** The roles that deploy and that run, and what they run with. */
export interface DeploymentSettings {
  /**
   * Whether the role that CloudFormation deploys with may read the managed secrets, for an account in which it cannot
   * change them otherwise. Any template that is deployed with that role can then read a live key.
   *
   * @default false
   */
  readonly mayReadSecrets?: boolean;
  /** ARN of that role. @default - the execution role of the CDK's bootstrap stack */
  readonly role?: string;
  /**
   * IAM path of the roles, which begins and ends with a slash, such as `/keyturn/`: policies of an organization can name
   * it. Decide before the first deployment, because a role that gets another path is another role.
   *
   * @default /
   */
  readonly rolePath?: string;
  /**
   * ARN of the KMS key that encrypts the functions' logs and the queues; its policy must admit CloudWatch Logs and
   * EventBridge.
   *
   * @default - the services' own keys
   */
  readonly encryptionKey?: string;
  /** Signed code for the functions: Lambda takes no other. @default - the code of this package, not signed */
  readonly codeSigning?: CodeSigningSettings;
}
