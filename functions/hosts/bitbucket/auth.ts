import * as z from 'zod';
import type { ConnectionSecrets, Time } from '../../account/ports';
import { KeyturnError } from '../../core/errors';
import { bitbucketHost } from '../../core/hosts/bitbucket';
import type { HostConnection } from '../../core/hosts/host';
import { Redacted } from '../../core/key/credential';
import { type Call, HostError } from '../http/host-error';
import type { Send } from '../http/http';
import { type Retry, USUAL_RETRIES } from '../http/retry';

/** Visible ASCII: a line break or a blank that was pasted with the token would break the header. */
const word = z.string().regex(/^[\x21-\x7e]+$/);
const basicUser = word.regex(/^[^:]+$/);

/** The forms of `bitbucketHost.tokenForms`. */
const connectionSecretSchema = z.union([
  z.strictObject({ accessToken: word }),
  z.strictObject({ email: basicUser, apiToken: word }),
  z.strictObject({ clientId: basicUser, clientSecret: word }),
]);
type ConnectionSecret = z.infer<typeof connectionSecretSchema>;

const grantSchema = z.object({ access_token: word, expires_in: z.number().positive() });

const MINUTE = 60_000;
/** An OAuth token is not used in its last five minutes, or in its last tenth where that is shorter. */
const LONGEST_MARGIN = 5 * MINUTE;

interface BitbucketAuthProps {
  readonly connection: HostConnection;
  readonly connectionSecrets: ConnectionSecrets;
  readonly time: Time;
  readonly send: Send;
  readonly retry: Retry;
}

/** The Authorization header of one connection: read once, kept in memory, renewed when the host refuses it. */
export class BitbucketAuth {
  readonly #props: BitbucketAuthProps;
  #header: Redacted | undefined;
  #usableUntil = Number.POSITIVE_INFINITY;
  #pending: Promise<Redacted> | undefined;
  #kind: string | undefined;

  constructor(props: BitbucketAuthProps) {
    this.#props = props;
  }

  /** Which of the host's kinds of tokens it is, once there is a header. */
  get kind(): string {
    return this.#kind ?? 'token';
  }

  /** @throws KeyturnError `invalid-connection`, or what kept Bitbucket from granting an OAuth token */
  async header(): Promise<Redacted> {
    if (this.#header !== undefined && this.#props.time.now().getTime() < this.#usableUntil) return this.#header;
    this.#pending ??= this.#make().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /**
   * A header in place of one that the host refused: a fresh OAuth token, or the token that somebody has put into the
   * connection's secret meanwhile. Undefined when there is no other.
   */
  async renew(rejected: Redacted): Promise<Redacted | undefined> {
    if (this.#header === rejected) this.#header = undefined;
    const header = await this.header();
    return header.reveal() === rejected.reveal() ? undefined : header;
  }

  async #make(): Promise<Redacted> {
    const { connection, connectionSecrets, time } = this.#props;
    const secret = parseConnectionSecret(connection.secret, await connectionSecrets.read(connection.secret));
    this.#kind = bitbucketHost.tokenForms.find((form) => form.secret in secret)?.kind;
    let usableUntil = Number.POSITIVE_INFINITY;
    let header: Redacted;
    if ('accessToken' in secret) {
      header = new Redacted(`Bearer ${secret.accessToken}`);
    } else if ('apiToken' in secret) {
      header = basic(secret.email, secret.apiToken);
    } else {
      const asked = time.now().getTime();
      const grant = await this.#grant(basic(secret.clientId, secret.clientSecret));
      const life = grant.expires_in * 1_000;
      usableUntil = asked + life - Math.min(LONGEST_MARGIN, life / 10);
      header = new Redacted(`Bearer ${grant.access_token}`);
    }
    this.#usableUntil = usableUntil;
    this.#header = header;
    return header;
  }

  #grant(authorization: Redacted): Promise<z.infer<typeof grantSchema>> {
    const { connection, send, retry } = this.#props;
    const url = oauthTokenUrl(connection.url);
    const call: Call = {
      host: 'Bitbucket',
      about: `connection secret ${connection.secret}`,
      doing: `get an OAuth token from ${url}`,
      secret: connection.secret,
      scopes: 'an OAuth consumer that is marked as private and has a callback URL',
      missing: { code: 'host-answer-invalid', cure: "Check the connection's url." },
    };
    const request = {
      method: 'POST',
      url,
      authorization,
      body: {
        type: 'application/x-www-form-urlencoded',
        text: new Redacted('grant_type=client_credentials'),
      },
    } as const;
    return retry(USUAL_RETRIES, () => send(request, grantSchema, call)).catch((thrown: unknown) => {
      // RFC 6749, 5.2: a refused client is a 400 as often as a 401.
      if (!(thrown instanceof HostError) || (thrown.status !== 400 && thrown.status !== 401)) throw thrown;
      throw new KeyturnError(
        'token-rejected',
        `${call.about}: could not ${call.doing}: Bitbucket does not accept the OAuth consumer (${thrown.status}). ` +
          'Check its ID and secret, and that it is marked as private.',
      );
    });
  }
}

/** Bitbucket Cloud grants tokens on its website's host; anywhere else nothing but the connection's own host is told. */
function oauthTokenUrl(apiUrl: string): string {
  const { origin } = new URL(apiUrl);
  const site = origin === 'https://api.bitbucket.org' ? 'https://bitbucket.org' : origin;
  return `${site}/site/oauth2/access_token`;
}

function basic(user: string, password: string): Redacted {
  return new Redacted(`Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`);
}

/** @throws KeyturnError `invalid-connection`; never quotes the value, not even a field's name in it */
export function parseConnectionSecret(name: string, value: Redacted): ConnectionSecret {
  let content: unknown;
  try {
    content = JSON.parse(value.reveal());
  } catch {
    throw invalidConnection(name, 'is not JSON');
  }
  const parsed = connectionSecretSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw invalidConnection(name, 'has other fields, or a field is empty or holds blanks or line breaks');
}

function invalidConnection(name: string, what: string): KeyturnError {
  return new KeyturnError(
    'invalid-connection',
    `The connection secret ${name} ${what}. Expected {"accessToken": "…"}, {"email": "…", "apiToken": "…"} or ` +
      '{"clientId": "…", "clientSecret": "…"}, each a non-empty string, and nothing else.',
  );
}
