import { createHash } from 'node:crypto';
import { type CryptoKey, compactVerify } from 'jose';
import * as z from 'zod';
import type { ProviderTrust } from '../../core/config/provider-config';
import { subjectOf } from '../../core/hosts/bitbucket-oidc';
import { Refusal } from '../refusal';
import { ALGORITHM, readToken } from './read-token';

/** Seconds by which the issuer's clock and this one may differ. */
const SKEW = 30;
/** Seconds that a token may say to live: a step of Bitbucket's has two hours at most, unless it is a larger one. */
const LONGEST_LIFE = 24 * 3_600;

const uuid = z.string().regex(/^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/);
/** A claim of a step that may have none of it, as one without an environment: null and an empty text are none, too. */
const unlessNone = (claim: z.ZodString) =>
  z.union([claim, z.union([z.null(), z.literal('')]).transform(() => undefined)]).optional();
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
  pipelineUuid: unlessNone(uuid),
  deploymentEnvironmentUuid: unlessNone(uuid),
  branchName: unlessNone(z.string().min(1).max(255)),
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
  /** Tokens that may be from before it are refused, ms since the epoch: which of those were used is not known any more. */
  readonly startedAt: number;
  /** The issuer's key of an ID. @throws Refusal */
  readonly key: (keyId: string) => Promise<CryptoKey>;
}

/**
 * Checks a token: its form, everything that it claims, and its signature by the issuer's key. The key comes last: to find it
 * may take a request to the issuer, and what anybody makes up without care is refused before that.
 *
 * @throws Refusal
 */
export async function verifyToken(text: string, terms: TokenTerms, now: Date): Promise<ProvedStep> {
  const { keyId, signed, claims } = readToken(text);
  const step = claimedStep(claims, terms, Math.floor(now.getTime() / 1_000));
  const key = await terms.key(keyId);
  await compactVerify(text, key, { algorithms: [ALGORITHM] }).catch(() => {
    throw new Refusal('signature');
  });
  return { ...step, digest: createHash('sha256').update(signed).digest('base64url') };
}

/** What a token says of its step, which nobody has proved. @param now seconds since 1970 */
function claimedStep(
  claimed: Readonly<Record<string, unknown>>,
  { issuer, audience, workspaceUuid, longestAge, startedAt }: TokenTerms,
  now: number,
): Omit<ProvedStep, 'digest'> {
  if (claimed.iss !== issuer) throw new Refusal('issuer');
  // One audience and no other: who else takes the token could hand it on.
  const audiences = [claimed.aud].flat();
  if (audiences.length !== 1 || audiences[0] !== audience) throw new Refusal('audience');
  const { data: claims } = claimsSchema.safeParse(claimed);
  if (claims === undefined) throw new Refusal('claims');
  const { iat, exp, nbf, repositoryUuid: repository, deploymentEnvironmentUuid: environment, stepUuid: step } = claims;
  if (exp <= iat || exp - iat > LONGEST_LIFE || iat > now + SKEW) throw new Refusal('claims');
  if (nbf !== undefined && nbf > now + SKEW) throw new Refusal('not-yet');
  if (exp <= now - SKEW) throw new Refusal('expired');
  if (now - iat > longestAge + SKEW) throw new Refusal('too-old');
  if (claims.workspaceUuid !== workspaceUuid) throw new Refusal('workspace');
  const subject = subjectOf(claims.sub);
  if (subject?.repository !== repository || subject.environment !== environment || subject.step !== step) {
    throw new Refusal('claims');
  }
  if ((iat - SKEW) * 1_000 < startedAt) throw new Refusal('before-start');
  return {
    workspace: workspaceUuid,
    repository,
    environment,
    branch: claims.branchName,
    step,
    pipeline: claims.pipelineUuid,
    endsAt: (Math.min(exp, iat + longestAge) + SKEW + 1) * 1_000,
  };
}
