/** How much of a secret's start or end is a leak by itself. */
const CHUNK = 20;

/** A secret in one of the shapes that it could be written in. */
export interface Form {
  readonly name: string;
  readonly text: string;
}

/**
 * Every shape in which a secret could stand somewhere: as it is, cut off, encoded for a URL, for JSON (once and twice),
 * as base64 at any offset of a longer text, as hex, and backwards.
 */
export function formsOf(secret: string): readonly Form[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = Buffer.from(secret).toString('hex');
  const forms: Form[] = [
    { name: 'plain', text: secret },
    { name: `first ${CHUNK} characters`, text: secret.slice(0, CHUNK) },
    { name: `last ${CHUNK} characters`, text: secret.slice(-CHUNK) },
    { name: 'backwards', text: [...secret].reverse().join('') },
    { name: 'URL-encoded', text: encodeURIComponent(secret) },
    { name: 'form-encoded', text: new URLSearchParams({ s: secret }).toString().slice(2) },
    { name: 'in JSON', text: json },
    { name: 'in JSON in JSON', text: JSON.stringify(json).slice(1, -1) },
    { name: 'JSON with escaped slashes', text: json.replaceAll('/', '\\/') },
    { name: 'hex', text: hex },
    { name: 'HEX', text: hex.toUpperCase() },
    ...[0, 1, 2].flatMap((offset) => {
      const base64 = base64At(secret, offset);
      const base64url = base64.replaceAll('+', '-').replaceAll('/', '_');
      return [
        { name: `base64 at ${offset}`, text: base64 },
        { name: `base64url at ${offset}`, text: base64url },
        { name: `URL-encoded base64 at ${offset}`, text: encodeURIComponent(base64) },
      ];
    }),
  ];
  return [...new Map(forms.toReversed().map((form) => [form.text, form])).values()].reverse();
}

/** The part of a longer text's base64 that this secret alone decides, when so many bytes (modulo 3) stand before it. */
function base64At(secret: string, offset: number): string {
  const whole = Buffer.from('\0'.repeat(offset) + secret).toString('base64');
  const start = offset === 0 ? 0 : 4;
  const rest = (secret.length + offset) % 3;
  return whole.slice(start, rest === 0 ? whole.length : -4);
}
