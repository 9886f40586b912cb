import { createRemoteJWKSet, jwtVerify } from 'jose';

const keys = createRemoteJWKSet(new URL(process.env.KEYS_URL ?? ''));

/** What no function that gives by tokens can do without: the issuer's keys, and a check of one token. */
export async function handler(event: { readonly headers: { readonly authorization: string } }): Promise<object> {
  const { authorization } = event.headers;
  await jwtVerify(authorization.replace('Bearer ', ''), keys, {
    algorithms: ['RS256'],
    currentDate: new Date(),
    audience: process.env.AUDIENCE,
  });
  return { statusCode: 200 };
}
