import { expect, it } from 'vitest';
import { placeUrl } from '../../../functions/core/hosts/place-url';

it.each([
  ['https://api.bitbucket.org/2.0', 'https://api.bitbucket.org/2.0'],
  ['HTTPS://API.Bitbucket.ORG./2.0/', 'https://api.bitbucket.org/2.0'],
  ['https://api.bitbucket.org:443', 'https://api.bitbucket.org'],
  ['https://api.bitbucket.org:8443/', 'https://api.bitbucket.org:8443'],
  ['http://127.0.0.1:7990/rest/2.0/', 'http://127.0.0.1:7990/rest/2.0'],
  ['http://api.bitbucket.org:443/A', 'http://api.bitbucket.org:443/A'],
  ['~https://api.bitbucket.org/2.0', '~https://api.bitbucket.org/2.0'],
])('the base URL %s is the place %s', (url, place) => {
  expect(placeUrl(url)).toBe(place);
});
