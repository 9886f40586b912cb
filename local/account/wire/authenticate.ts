import { type Account, signatureDoesNotMatch } from '../account';
import { AwsError } from '../aws-error';
import type { Principal, ServiceName } from '../principal';
import { type ClaimedSignature, expectedSignature, type RawRequest, signatureTime, signedAt } from './signature';

/** How far a request's time may be from the account's, in ms. */
export const ALLOWED_SKEW = 15 * 60_000;

/**
 * Who signed a request. The answers are worded in the query protocol's codes; `dialect.ts` translates them for JSON.
 * @throws AwsError InvalidClientTokenId, ExpiredToken, SignatureDoesNotMatch (wrong secret, wrong scope, wrong time).
 */
export function authenticate(
  account: Account,
  service: ServiceName,
  request: RawRequest,
  claim: ClaimedSignature,
  allowedSkew: number,
): Principal {
  assertScope(account, service, claim);
  const { secretAccessKey, principal } = account.credential(claim.accessKeyId, claim.sessionToken, claim.region);
  assertTime(account.clock.now(), claim, allowedSkew);
  if (expectedSignature(request, claim, secretAccessKey) !== claim.signature) throw signatureDoesNotMatch();
  account.recordUse(principal, service, claim.region);
  return principal;
}

/** Services that are asked in other regions too, where they know of this account; of the rest only one region is here. */
const EVERY_REGION: readonly ServiceName[] = ['sts', 'cloudtrail', 'events'];
/** A region of the partition `aws`. */
const REGION = /^(?!cn-)[a-z]{2}-[a-z]+-\d$/;

function assertScope(account: Account, service: ServiceName, claim: ClaimedSignature): void {
  if (claim.service !== service) {
    throw mismatch(`Credential should be scoped to correct service: '${service}'.`);
  }
  const global =
    (service === 'iam' && claim.region === 'us-east-1') ||
    (EVERY_REGION.includes(service) && REGION.test(claim.region));
  if (claim.region !== account.region && !global) {
    throw mismatch(`Credential should be scoped to a valid region, not '${claim.region}'.`);
  }
}

function assertTime(now: number, { timestamp }: ClaimedSignature, allowedSkew: number): void {
  const at = signedAt(timestamp);
  if (Math.abs(at - now) <= allowedSkew) return;
  const [signed, server] = [timestamp, signatureTime(now)];
  if (Number.isNaN(at)) throw mismatch(`Date must be in ISO-8601 'basic format'. Got '${timestamp}'.`);
  throw mismatch(
    at < now
      ? `Signature expired: ${signed} is now earlier than ${signatureTime(now - allowedSkew)} (${server} - 15 min.)`
      : `Signature not yet current: ${signed} is still later than ${signatureTime(now + allowedSkew)} (${server} + 15 min.)`,
  );
}

function mismatch(message: string): AwsError {
  return new AwsError('SignatureDoesNotMatch', 403, message);
}
