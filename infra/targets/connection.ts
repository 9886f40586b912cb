import type { ConnectionsInput } from '../../functions/core/config/connection-config';

export interface BitbucketConnectionProps {
  /**
   * Name or full ARN of the secret that holds `{"accessToken"}`, `{"email","apiToken"}` or `{"clientId","clientSecret"}`.
   * Plain text, because the registry names it: a token of the CDK cannot be resolved there.
   */
  readonly secret: string;
  /** Base URL of the REST API. @default https://api.bitbucket.org/2.0 */
  readonly url?: string;
  /** ARN of the customer-managed KMS key that encrypts the secret. @default - the account's aws/secretsmanager key */
  readonly encryptionKey?: string;
}

/** How to reach a CI host. One connection can serve many targets of many keys. */
export class Connection {
  /**
   * Bitbucket Cloud.
   *
   * @param name what findings and receipts call the connection, such as the workspace's name
   */
  static bitbucket(name: string, props: BitbucketConnectionProps): Connection {
    return new Connection(name, { bitbucket: { ...props } });
  }

  private constructor(
    readonly name: string,
    /** @internal */
    readonly _config: ConnectionsInput[string],
  ) {}
}
