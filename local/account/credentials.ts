import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { Identifiers } from './identifiers';
import type { Principal, SessionCredentials } from './principal';

/** What the signature check needs to know about an access key. */
export interface KnownCredential {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  readonly principal: Principal;
}

/** Sessions and the root principal: everything that signs requests and is no user's access key. */
export class Sessions {
  readonly #known = new Map<string, KnownCredential>();

  constructor(
    private readonly clock: Clock,
    private readonly identifiers: Identifiers,
  ) {}

  /** Opens a session for a principal; without a duration (ms) it never ends. */
  open(principal: Omit<Principal, 'accessKeyId'>, duration?: number): SessionCredentials {
    const credentials: SessionCredentials = {
      accessKeyId: this.identifiers.accessKeyId('ASIA'),
      secretAccessKey: this.identifiers.secretAccessKey(),
      sessionToken: this.identifiers.sessionToken(),
      expiration: duration === undefined ? undefined : new Date(this.clock.now() + duration),
    };
    this.#known.set(credentials.accessKeyId, {
      ...credentials,
      principal: { ...principal, accessKeyId: credentials.accessKeyId },
    });
    return credentials;
  }

  /**
   * The credential behind a temporary access key.
   * @throws AwsError InvalidClientTokenId when it is unknown or comes with another session's token, ExpiredToken.
   */
  find(accessKeyId: string, sessionToken: string | undefined): KnownCredential {
    const known = this.#known.get(accessKeyId);
    if (known === undefined || known.sessionToken !== sessionToken) throw invalidToken();
    if (known.expiration !== undefined && known.expiration.getTime() <= this.clock.now()) {
      this.#known.delete(accessKeyId);
      throw new AwsError('ExpiredToken', 403, 'The security token included in the request is expired');
    }
    return known;
  }
}

/** The answer to an access key that is unknown, inactive or not yet spread; AWS does not tell which. */
export function invalidToken(): AwsError {
  return new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
}
