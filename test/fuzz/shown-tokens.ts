import * as fc from 'fast-check';
import { AUDIENCE, ENVIRONMENT, type HandmadeIssuer, ISSUER, OTHER, REPOSITORY, WORKSPACE } from '../provider/issuer';
import { anyJson, anyText, damaged, mutated } from './hostile';

export const HEADER = { typ: 'JWT', alg: 'RS256', kid: 'one' };

/** A token with what it says, where that is as it should be but for one thing. */
export interface ShownToken {
  readonly text: string;
  readonly header?: unknown;
  readonly claims?: unknown;
  /** Whether the issuer's key has signed it. */
  readonly isSigned: boolean;
}

/** A text that a careless comparison takes for another one. */
export const near = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(
      text.toUpperCase(),
      ` ${text}`,
      `${text} `,
      `${text}\n`,
      `${text}\0`,
      `${text}/`,
      `${text}-x`,
      `x/${text}`,
      `${text}\u200b`,
      text.slice(1),
      text.slice(0, -1),
      text.replace(/^\{|\}$/g, ''),
      text.replaceAll('a', '\u0430'),
      `${text}:${text}`,
      `${text},${text}`,
      '*',
      '.*',
      '',
    ),
    anyText,
  );

const RIGHT: Readonly<Record<string, string>> = {
  iss: ISSUER,
  aud: AUDIENCE,
  workspaceUuid: WORKSPACE,
  repositoryUuid: REPOSITORY,
  deploymentEnvironmentUuid: ENVIRONMENT,
  branchName: 'main',
};

/** One claim of a new step that is another one, and the subject as it would be then. */
const misled = (issuer: HandmadeIssuer, now: () => number): fc.Arbitrary<unknown> =>
  fc.constantFrom(...Object.entries(RIGHT)).chain(([name, right]) =>
    fc
      .oneof(
        near(right),
        fc.constantFrom<unknown>(OTHER, undefined, [right], [right, right], { 0: right }, true, null),
        anyJson,
      )
      // Of what is no text there is no subject, and some objects have no text at all.
      .map((value) =>
        typeof value === 'string' || value === undefined
          ? issuer.claims(now(), { [name]: value })
          : { ...issuer.claims(now()), [name]: value },
      ),
  );

/** Times around now, by seconds and by ages. */
const mistimed = (issuer: HandmadeIssuer, now: () => number): fc.Arbitrary<unknown> =>
  fc
    .record({
      name: fc.constantFrom('iat', 'exp', 'nbf'),
      by: fc.oneof(fc.integer({ min: -1_000, max: 5_000 }), fc.maxSafeInteger(), fc.double()),
    })
    .map(({ name, by }) => issuer.claims(now(), { [name]: Math.floor(now() / 1000) + by }));

/** Tokens of all kinds, most of them signed by the issuer, and each of a new step. */
export function shownTokens(issuer: HandmadeIssuer, now: () => number): fc.Arbitrary<ShownToken> {
  const good = () => issuer.token({ claims: issuer.claims(now()) });
  const signed = (claims: unknown): ShownToken => ({
    text: issuer.token({ header: HEADER, claims }),
    header: HEADER,
    claims,
    isSigned: true,
  });
  const anew = fc.constant(undefined);
  return fc.oneof(
    misled(issuer, now).map(signed),
    mistimed(issuer, now).map(signed),
    anew.chain(() => mutated(issuer.claims(now()))).map(signed),
    anew
      .chain(() => mutated(HEADER))
      .map((mutant) => {
        const header = mutant ?? null;
        const claims = issuer.claims(now());
        return { text: issuer.token({ header, claims }), header, claims, isSigned: true };
      }),
    anew.map(() => {
      const claims = issuer.claims(now());
      const text = issuer.token({ claims, sign: issuer.rs256(issuer.other) });
      return { text, header: HEADER, claims, isSigned: false };
    }),
    anew.chain(() => damaged(good())).map((text) => ({ text, isSigned: false })),
    anyText.map((text) => ({ text, isSigned: false })),
  );
}

/** What the one rule means, of a step of now: written apart from the provider. @param now ms since the epoch */
export function isMeant({ header, claims, isSigned }: ShownToken, now: number): boolean {
  const { alg, kid, ...rest } = Object(header) as Record<string, unknown>;
  const others = Object.keys(rest).filter((name) => name !== 'typ' || rest.typ !== 'JWT');
  if (
    !isSigned ||
    alg !== 'RS256' ||
    kid !== 'one' ||
    others.some((name) => rest[name] !== undefined && MEANS.has(name))
  )
    return false;
  const { aud, iat, exp, nbf = 0, ...said } = Object(claims) as Record<string, unknown>;
  const isRight = Object.entries(RIGHT).every(([name, right]) => name === 'aud' || said[name] === right);
  const seconds = now / 1000;
  return (
    isRight &&
    JSON.stringify([aud].flat()) === JSON.stringify([AUDIENCE]) &&
    Math.abs(seconds - Number(iat)) <= 930 &&
    Number(iat) <= seconds + 30 &&
    seconds < Number(exp) + 30 &&
    seconds >= Number(nbf) - 30
  );
}

/** Members of a header that say how it is to be read. */
const MEANS = new Set(['typ', 'crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c', 'enc', 'zip', 'cty']);
