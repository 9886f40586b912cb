import { createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import type { OidcProvider, OidcProviders } from './iam-oidc-providers';

/** What a page of the internet says, where there is one; issuers are asked so. */
export type ReadPage = (url: string) => string | undefined;

const headerSchema = z.object({ alg: z.string(), kid: z.string().optional() });
const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]),
  exp: z.number(),
  iat: z.number(),
  nbf: z.number().optional(),
});
type Claims = z.output<typeof claimsSchema>;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() });
const keysSchema = z.object({
  keys: z.array(z.looseObject({ kid: z.string().optional(), kty: z.string(), use: z.string().optional() })),
});

/** A token that has been checked. */
export interface WebIdentity {
  readonly provider: OidcProvider;
  readonly subject: string;
  readonly audiences: readonly string[];
}

/** Characters of a token at most (API reference, `AssumeRoleWithWebIdentity`). */
export const LONGEST_TOKEN = 20_000;

/** Checks the tokens of OpenID Connect that somebody wants to take a role with ("AssumeRoleWithWebIdentity"). */
export class WebIdentities {
  #pages: readonly ReadPage[] = [];

  constructor(
    private readonly providers: OidcProviders,
    private readonly clock: Clock,
  ) {}

  /** Where issuers are found; those that nobody knows cannot be reached. */
  reach(page: ReadPage): void {
    this.#pages = [...this.#pages, page];
  }

  /** @throws AwsError InvalidIdentityToken, ExpiredTokenException, IDPCommunicationError */
  check(token: string): WebIdentity {
    const [header, payload, signature, ...more] = token.split('.');
    const parsed = headerSchema.safeParse(jsonOf(header));
    const claims = claimsIn(token);
    if (!parsed.success || claims === undefined || signature === undefined || more.length > 0) {
      throw invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
    }
    const provider = this.providers.ofIssuer(claims.iss);
    if (provider === undefined) {
      throw invalid(`No OpenIDConnect provider found in your account for ${claims.iss}`);
    }
    const key = this.keyOf(provider, parsed.data);
    const isSigned = verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${payload}`),
      key,
      Buffer.from(signature, 'base64url'),
    );
    if (!isSigned) throw invalid('Provided Token is not a valid token: its signature does not fit.');
    this.checkTime(claims);
    if (!claims.aud.some((audience) => provider.clientIds.has(audience))) throw invalid('Incorrect token audience');
    return { provider, subject: claims.sub, audiences: claims.aud };
  }

  /** Only RSA with SHA-256 is spoken here; AWS takes its longer kin, and ECDSA, too. */
  private keyOf({ url }: OidcProvider, { alg, kid }: z.output<typeof headerSchema>) {
    const discovery = discoverySchema.safeParse(jsonText(this.read(`${url}/.well-known/openid-configuration`)));
    if (!discovery.success || discovery.data.issuer !== url) throw unreachable();
    const keys = keysSchema.safeParse(jsonText(this.read(discovery.data.jwks_uri)));
    if (!keys.success) throw unreachable();
    const found = keys.data.keys.filter(
      ({ kty, use = 'sig', kid: id }) => kty === 'RSA' && use === 'sig' && id === kid,
    );
    const [key] = found;
    if (alg !== 'RS256' || key === undefined || kid === undefined || found.length > 1) {
      throw invalid(
        "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
      );
    }
    return createPublicKey({ key, format: 'jwk' });
  }

  private checkTime({ exp, nbf, iat }: Claims): void {
    const now = Math.floor(this.clock.now() / 1000);
    if (exp <= now) {
      const message = `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`;
      throw new AwsError('ExpiredTokenException', 400, message);
    }
    const skew = 300;
    if ((nbf ?? iat) > now + skew) throw invalid('Token is not yet valid');
  }

  private read(url: string): string {
    for (const page of this.#pages) {
      const body = page(url);
      if (body !== undefined) return body;
    }
    throw unreachable();
  }
}

/** What a token says, whoever made it; undefined where it says nothing of the kind. */
export function claimsIn(token: string): Claims | undefined {
  return claimsSchema.safeParse(jsonOf(token.split('.')[1])).data;
}

function jsonOf(part: string | undefined): unknown {
  if (part === undefined || !/^[\w-]+$/.test(part)) return undefined;
  return jsonText(Buffer.from(part, 'base64url').toString('utf8'));
}

function jsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidIdentityToken', 400, message);
}

function unreachable(): AwsError {
  return new AwsError('IDPCommunicationError', 400, 'Error communicating with the identity provider.');
}
