/**
 * The base URL of an API, in one spelling: RFC 3986 has host and scheme in any case, and a port that may be left out; a
 * slash at the end means nothing to any host that we know.
 *
 * @param url one that is no URL is told as a mistake elsewhere (`apiUrl`), and stays here as it is
 */
export function placeUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = hostname.replace(/\.$/, '');
  const path = pathname.replace(/\/$/, '');
  return `${protocol}//${host}${port === '' ? '' : `:${port}`}${path}`;
}
