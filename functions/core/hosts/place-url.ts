/**
 * The base URL of an API, in one spelling: RFC 3986 has host and scheme in any case, and a port that may be left out; a
 * slash at the end means nothing to any host that we know.
 *
 * @param url sound; see `apiUrl`
 */
export function placeUrl(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = hostname.replace(/\.$/, '');
  const path = pathname.replace(/\/$/, '');
  return `${protocol}//${host}${port === '' ? '' : `:${port}`}${path}`;
}
