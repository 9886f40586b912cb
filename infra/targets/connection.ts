import { Token } from 'aws-cdk-lib';
import { BITBUCKET_API } from '../../functions/core/hosts/bitbucket-usual';
import type { ConnectionSettings } from '../../functions/core/hosts/host';
import { type ConnectionConfig, type ConnectionInput, settingsOf } from '../../functions/core/hosts/target';

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
    const { url = BITBUCKET_API, ...settings } = props;
    return new Connection(name, 'bitbucket', { url, ...settings });
  }

  /** A connection of `keyturn.yaml`. @internal */
  static _of(name: string, config: ConnectionConfig): Connection {
    const { host, ...settings } = settingsOf(config);
    return new Connection(name, host, settings);
  }

  private constructor(
    readonly name: string,
    private readonly host: string,
    /** @internal */
    readonly _settings: ConnectionSettings,
  ) {}

  /** As `keyturn.yaml` would say it, but for what only the deployment knows. @internal */
  get _config(): ConnectionInput {
    const { encryptionKey, ...settings } = this._settings;
    return { [this.host]: Token.isUnresolved(encryptionKey) ? settings : this._settings };
  }
}
