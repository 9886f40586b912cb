/** One page of a list, and where the next one begins; `next` is absent on the last page. */
export interface Page<T> {
  readonly items: T[];
  readonly next?: string;
}

/**
 * Cuts one page out of a sorted list. The token names the last item of the page before, so items that come or go
 * between two pages neither repeat nor hide others.
 *
 * @param key a string that sorts exactly as the list is sorted.
 * @param after the decoded token; undefined for the first page.
 */
export function pageAfter<T>(
  sorted: readonly T[],
  key: (item: T) => string,
  size: number,
  after?: string,
  descending = false,
): Page<T> {
  const isPast = (item: T) => after === undefined || (descending ? key(item) < after : key(item) > after);
  let start = 0;
  if (after !== undefined) {
    start = sorted.findIndex(isPast);
    if (start === -1) return { items: [] };
  }
  const items = sorted.slice(start, start + size);
  const last = items.at(-1);
  return last !== undefined && start + size < sorted.length ? { items, next: key(last) } : { items };
}

/** An opaque token for a position. */
export function encodeToken(position: string): string {
  return Buffer.from(`v1:${position}`, 'utf8').toString('base64');
}

/** The position in a token, or undefined when we did not make it. */
export function decodeToken(token: string): string | undefined {
  const text = Buffer.from(token, 'base64').toString('utf8');
  return text.startsWith('v1:') && encodeToken(text.slice(3)) === token ? text.slice(3) : undefined;
}
