import { createHash } from 'node:crypto';
import { type CryptoKey, errors, type JWTPayload, jwtVerify } from 'jose';
import * as z from 'zod';
import type { ProviderTrust } from '../../core/config/provider-config';
import { subjectOf } from '../../core/hosts/bitbucket-oidc';
import { Refusal, type RefusalReason } from '../refusal';
import { readToken } from './read-token';

/** Seconds by which the issuer's clock and this one may differ. */
const SKEW = 30;
/** Seconds that a token may say to live: a step of Bitbucket's has two hours at most, unless it is a larger one. */
const LONGEST_LIFE = 24 * 3_600;

const uuid = z.string().regex(/^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/);
/** Seconds since 1970, up to the year 9999. */
const instant = z.int().min(0).max(253_402_300_799);

const claimsSchema = z.object({
  sub: z.string(),
  iat: instant,
  exp: instant,
  nbf: instant.optional(),
  workspaceUuid: uuid,
  repositoryUuid: uuid,
  stepUuid: uuid,
  pipelineUuid: uuid.optional(),
  deploymentEnvironmentUuid: uuid.optional(),
  branchName: z.string().min(1).max(255).optional(),
});

/** A step of a pipeline, as its issuer says it. UUIDs are in braces and lower case. */
export interface ProvedStep {
  readonly workspace: string;
  readonly repository: string;
  readonly environment: string | undefined;
  readonly branch: string | undefined;
  readonly step: string;
  readonly pipeline: string | undefined;
  /** Names its token. */
  readonly digest: string;
  /** From this instant on its token is refused for its age, ms since the epoch. */
  readonly endsAt: number;
}

/** What tokens are held to. */
export interface TokenTerms extends Omit<ProviderTrust, 'keysUrl'> {
  /** Seconds after its issue for which a token is taken. */
  readonly longestAge: number;
  /** Tokens from before it are refused, ms since the epoch: which of them were used is not known any more. */
  readonly startedAt: number;
  /** The issuer's key of an ID. @throws Refusal */
  readonly key: (keyId: string) => Promise<CryptoKey>;
}

/** Checks a token: its form, its signature by the issuer's key, and everything that it claims. @throws Refusal */
export async function verifyToken(text: string, terms: TokenTerms, now: Date): Promise<ProvedStep> {
  const { keyId, signed } = readToken(text);
  const { issuer, audience, longestAge } = terms;
  const { payload } = await jwtVerify(text, await terms.key(keyId), {
    algorithms: ['RS256'],
    issuer,
    audience,
    clockTolerance: SKEW,
    maxTokenAge: longestAge,
    requiredClaims: ['exp'],
    currentDate: now,
  }).catch((thrown: unknown) => {
    throw new Refusal(reasonOf(thrown));
  });
  // One audience and no other: who else takes the token could hand it on.
  if ([payload.aud].flat().length !== 1) throw new Refusal('audience');
  return provedStep(payload, terms, createHash('sha256').update(signed).digest('base64url'));
}

function provedStep(
  payload: JWTPayload,
  { workspaceUuid, longestAge, startedAt }: TokenTerms,
  digest: string,
): ProvedStep {
  const { data: claims } = claimsSchema.safeParse(payload);
  if (claims === undefined || claims.exp <= claims.iat || claims.exp - claims.iat > LONGEST_LIFE) {
    throw new Refusal('claims');
  }
  if (claims.workspaceUuid !== workspaceUuid) throw new Refusal('workspace');
  const { repositoryUuid: repository, deploymentEnvironmentUuid: environment, stepUuid: step } = claims;
  const subject = subjectOf(claims.sub);
  if (subject?.repository !== repository || subject.environment !== environment || subject.step !== step) {
    throw new Refusal('claims');
  }
  if ((claims.iat + SKEW) * 1_000 < startedAt) throw new Refusal('before-start');
  return {
    workspace: workspaceUuid,
    repository,
    environment,
    branch: claims.branchName,
    step,
    pipeline: claims.pipelineUuid,
    digest,
    endsAt: (Math.min(claims.exp, claims.iat + longestAge) + SKEW + 1) * 1_000,
  };
}

const OF_CLAIM: Readonly<Record<string, RefusalReason>> = { iss: 'issuer', aud: 'audience', nbf: 'not-yet' };

/** What jose says of a token; an error of its own making quotes nothing. */
function reasonOf(thrown: unknown): RefusalReason {
  if (thrown instanceof errors.JWTExpired) return thrown.claim === 'exp' ? 'expired' : 'too-old';
  if (thrown instanceof errors.JWTClaimValidationFailed) return OF_CLAIM[thrown.claim] ?? 'claims';
  if (thrown instanceof errors.JOSEAlgNotAllowed || thrown instanceof errors.JOSENotSupported) return 'algorithm';
  return thrown instanceof errors.JWSSignatureVerificationFailed ? 'signature' : 'malformed';
}
