/** Nothing that starts a line, turns its direction, quotes or escapes. */
const HARMLESS = /^[A-Za-z0-9 .,:;()'\-_/]{1,200}$/;
const LONG_RUNS = /[A-Za-z0-9+/=_-]{12,}/g;
/** A word, or a name that is made of words and small numbers, such as `/ci/release-signer-2`. */
const WORDS = /^\/?[a-z]+(?:[-_/](?:[a-z]+|\d{1,4}))*$/;
/** Bytes that are written as numbers take more of them. */
const MOST_DIGITS = 12;
/** Letters and digits of a secret in a row that are no accident. */
const TELLING = 8;

/**
 * Whether the words of somebody who knows a secret can go on: an encoded secret is told from words by its form, because
 * there are more encodings than anybody can list (K6).
 */
export function isHarmless(text: string, secret: string): boolean {
  return (
    HARMLESS.test(text) &&
    (text.match(LONG_RUNS) ?? []).every((run) => WORDS.test(run)) &&
    (text.match(/\d/g) ?? []).length <= MOST_DIGITS &&
    !spells(text, secret)
  );
}

/** Whether a part of the secret stands there, whatever separates it. */
function spells(text: string, secret: string): boolean {
  const said = lettersOf(text);
  const forwards = lettersOf(secret);
  return [forwards, [...forwards].reverse().join('')].some((spelled) =>
    [...spelled].some(
      (_letter, at) => at + TELLING <= spelled.length && said.includes(spelled.slice(at, at + TELLING)),
    ),
  );
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
