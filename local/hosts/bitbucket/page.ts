import { refusal } from './bitbucket-error';

const defaultLength = 10;
const maxLength = 100;

interface Page<Item> {
  readonly page: number;
  readonly pagelen: number;
  /** How many items there are on all pages. */
  readonly size: number;
  readonly values: readonly Item[];
  readonly next?: string;
  readonly previous?: string;
}

/**
 * Cuts one page out of a list.
 * @param url the absolute URL of the list; its query may hold `page` and `pagelen`
 * @throws BitbucketError 400 "Invalid pagelen" outside 1 to 100, as the real service does, or "Invalid page"
 */
export function pageOf<Item>(items: readonly Item[], url: URL): Page<Item> {
  const pagelen = count(url, 'pagelen', defaultLength);
  if (pagelen > maxLength) throw refusal(400, { message: 'Invalid pagelen' });
  const page = count(url, 'page', 1);
  const end = page * pagelen;
  return {
    page,
    pagelen,
    size: items.length,
    values: items.slice(end - pagelen, end),
    ...(end < items.length ? { next: linkTo(url, page + 1) } : {}),
    ...(page > 1 ? { previous: linkTo(url, page - 1) } : {}),
  };
}

function count(url: URL, name: string, otherwise: number): number {
  const text = url.searchParams.get(name);
  if (text === null) return otherwise;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw refusal(400, { message: `Invalid ${name}` });
  return Number(text);
}

function linkTo(url: URL, page: number): string {
  const link = new URL(url);
  link.searchParams.set('page', String(page));
  return link.href;
}
