import type { AwsError } from './aws-error';

/**
 * Cuts one page out of a sorted list. The token names the last item of the page before, so items that come or go
 * between two pages neither repeat nor hide others.
 *
 * @param key a string that sorts exactly as the list is sorted.
 * @param after the position that a token named; undefined for the first page.
 * @returns the page, and the token for the next one unless it is the last.
 */
export function pageAfter<T>(
  sorted: readonly T[],
  key: (item: T) => string,
  size: number,
  after?: string,
  descending = false,
): { readonly items: T[]; readonly token: string | undefined } {
  const isPast = (item: T) => after === undefined || (descending ? key(item) < after : key(item) > after);
  let start = 0;
  if (after !== undefined) {
    start = sorted.findIndex(isPast);
    if (start === -1) return { items: [], token: undefined };
  }
  const items = sorted.slice(start, start + size);
  const last = items.at(-1);
  const isLast = last === undefined || start + size >= sorted.length;
  return { items, token: isLast ? undefined : encodeToken(key(last)) };
}

/** An opaque token for a position. */
export function encodeToken(position: string): string {
  return Buffer.from(`v1:${position}`, 'utf8').toString('base64');
}

/** The position that a token names, if there is one. @param refusal the service's own, for a token that is not ours */
export function positionOf(token: string | undefined, refusal: () => AwsError): string | undefined {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (!text.startsWith('v1:') || encodeToken(text.slice(3)) !== token) throw refusal();
  return text.slice(3);
}
