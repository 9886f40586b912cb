import type { Clock } from '../../clock';
import { BitbucketError, unauthorized } from './bitbucket-error';
import { newToken, newUuid, type Random } from './identifiers';
import type { ScopeFamily } from './scopes';

const hour = 3_600_000;
const year = 365 * 24 * hour;

/** What a credential may touch, by UUIDs and project key; an absent field is no limit. */
export interface Reach {
  readonly workspace?: string;
  readonly project?: string;
  readonly repository?: string;
}

/** Who calls, once the secret has been checked. */
export interface Caller {
  /** What the rate limit counts by: the token, the user or the consumer. */
  readonly id: string;
  readonly family: ScopeFamily;
  readonly scopes: readonly string[];
  readonly reach: Reach;
}

interface Token {
  readonly caller: Caller;
  readonly expiresAt: number;
  /** What Bitbucket says once it has expired. */
  readonly whenExpired?: string;
}

interface Consumer {
  readonly secret: string;
  readonly caller: Caller;
}

/** The answer of the OAuth token endpoint. `expires_in` is in seconds. */
export interface OAuthGrant {
  readonly access_token: string;
  readonly token_type: 'bearer';
  readonly expires_in: number;
  readonly scopes: string;
  readonly state: 'client_credentials';
}

/** Every secret that this Bitbucket accepts. */
export class Credentials {
  readonly #bearer = new Map<string, Token>();
  readonly #basic = new Map<string, Token>();
  readonly #consumers = new Map<string, Consumer>();

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  addAccessToken(scopes: readonly string[], reach: Reach, token = newToken('ATCTT3', this.random)): string {
    const caller: Caller = { id: `token ${newUuid(this.random)}`, family: 'classic', scopes, reach };
    this.#bearer.set(token, { caller, expiresAt: Number.POSITIVE_INFINITY });
    return token;
  }

  addApiToken(
    email: string,
    scopes: readonly string[],
    expiresAt = this.clock.now() + year,
    token = newToken('ATATT3', this.random),
  ): string {
    const caller: Caller = { id: `user ${email}`, family: 'granular', scopes, reach: {} };
    this.#basic.set(`${email}:${token}`, { caller, expiresAt });
    return token;
  }

  addConsumer(
    scopes: readonly string[],
    reach: Reach,
    clientId = newToken('', this.random),
    secret = newToken('', this.random),
  ): { readonly clientId: string; readonly secret: string } {
    const caller: Caller = { id: `consumer ${clientId}`, family: 'classic', scopes, reach };
    this.#consumers.set(clientId, { secret, caller });
    return { clientId, secret };
  }

  /** Ends an access token, an API token, an OAuth token, or a consumer by its client ID (with its tokens). */
  revoke(secret: string): void {
    this.#bearer.delete(secret);
    for (const pair of this.#basic.keys()) if (pair.endsWith(`:${secret}`)) this.#basic.delete(pair);
    if (!this.#consumers.delete(secret)) return;
    for (const [token, { caller }] of this.#bearer) {
      if (caller.id === `consumer ${secret}`) this.#bearer.delete(token);
    }
  }

  /**
   * @param authorization the header's value: `Bearer <token>` or `Basic <base64 of email:token>`
   * @throws BitbucketError 401
   */
  authenticate(authorization: string | undefined): Caller {
    const [scheme, secret] = parseAuthorization(authorization);
    const token = scheme === 'bearer' ? this.#bearer.get(secret) : this.#basic.get(secret);
    if (token === undefined) throw unauthorized();
    if (token.expiresAt <= this.clock.now()) throw unauthorized(token.whenExpired);
    return token.caller;
  }

  /**
   * The client credentials grant; the token lives one hour.
   * @param form the fields of the body; the consumer may name itself there instead of in the header
   * @throws BitbucketError 400 in the shape of OAuth
   */
  grant(authorization: string | undefined, form: URLSearchParams): OAuthGrant {
    const basic = authorization === undefined ? undefined : parseAuthorization(authorization)[1];
    const pair = basic ?? `${form.get('client_id') ?? ''}:${form.get('client_secret') ?? ''}`;
    if (pair === ':') {
      throw oauthRefusal('unauthorized_client', 'Requests must be authenticated using OAuth client credentials');
    }
    const clientId = pair.slice(0, Math.max(0, pair.indexOf(':')));
    const consumer = this.#consumers.get(clientId);
    if (consumer === undefined || pair !== `${clientId}:${consumer.secret}`) {
      throw oauthRefusal('unauthorized_client', 'Invalid OAuth client credentials');
    }
    const type = form.get('grant_type');
    if (type !== 'client_credentials') throw oauthRefusal('invalid_grant', `Unsupported grant type: ${type ?? 'None'}`);
    const token = newToken('', this.random);
    this.#bearer.set(token, {
      caller: consumer.caller,
      expiresAt: this.clock.now() + hour,
      whenExpired: 'Access token expired. Use your refresh token to obtain a new access token.',
    });
    return {
      access_token: token,
      token_type: 'bearer',
      expires_in: hour / 1000,
      scopes: consumer.caller.scopes.join(' '),
      state: 'client_credentials',
    };
  }
}

function parseAuthorization(header = ''): [scheme: 'bearer' | 'basic', secret: string] {
  const match = /^(bearer|basic) +(\S+) *$/i.exec(header);
  if (match?.[1] === undefined || match[2] === undefined) throw unauthorized();
  if (match[1].toLowerCase() === 'bearer') return ['bearer', match[2]];
  return ['basic', Buffer.from(match[2], 'base64').toString('utf8')];
}

function oauthRefusal(error: string, description: string): BitbucketError {
  return new BitbucketError(400, { error_description: description, error });
}
