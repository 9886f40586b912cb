import { type CryptoKey, type JWK, jwtVerify } from 'jose';
import { AUDIENCE, ISSUER } from '../../provider/issuer';

/** A minimal JOSE check: what a provider costs beside it is its own. */
export async function floor(token: string, key: CryptoKey | Uint8Array | JWK, now: number): Promise<void> {
  await jwtVerify(token, key, {
    algorithms: ['RS256'],
    issuer: ISSUER,
    audience: AUDIENCE,
    currentDate: new Date(now),
  });
}
