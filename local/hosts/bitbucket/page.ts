import { refusal } from './bitbucket-error';

const defaultLength = 10;
const maxLength = 100;

/** A field of a page that says where it stands among the others. */
export type PageField = 'page' | 'pagelen' | 'size';

/**
 * How lists are paged. The description of the API promises the defaults; the others are what clients of the real service
 * have met.
 */
export interface Paging {
  /**
   * The link to the next page: none at all, an empty text in place of any link, or one that leads to another origin.
   * @default 'given'
   */
  readonly next?: 'given' | 'omitted' | 'empty' | { readonly origin: string };
  /** Fields that no page has. @default none */
  readonly without?: readonly PageField[];
  /** `ignored`: ten a page whatever is asked for. `refused`: 400 where a length is asked for. @default 'honoured' */
  readonly pagelen?: 'honoured' | 'ignored' | 'refused';
  /** `ignored`: the first page whatever is asked for. @default 'honoured' */
  readonly page?: 'honoured' | 'ignored';
  /** What comes after the last page. @default 'empty', a page without values; `refused` is a 404 */
  readonly beyond?: 'empty' | 'refused';
  /** So many items are counted in `size` and never shown. @default 0 */
  readonly unseen?: number;
}

interface Page<Item> {
  readonly page?: number;
  readonly pagelen?: number;
  /** How many items there are on all pages. */
  readonly size?: number;
  readonly values: readonly Item[];
  readonly next?: string;
  readonly previous?: string;
}

/**
 * Cuts one page out of a list.
 * @param url the absolute URL of the list; its query may hold `page` and `pagelen`
 * @throws BitbucketError 400 "Invalid pagelen" outside 1 to 100, as the real service does, or "Invalid page"
 */
export function pageOf<Item>(items: readonly Item[], url: URL, paging: Paging = {}): Page<Item> {
  const pagelen = lengthOf(url, paging);
  const asked = count(url, 'page', 1);
  const page = paging.page === 'ignored' ? 1 : asked;
  const end = page * pagelen;
  const values = items.slice(end - pagelen, end);
  if (paging.beyond === 'refused' && page > 1 && values.length === 0) throw refusal(404, { message: 'Invalid page' });
  const fields = { page, pagelen, size: items.length + (paging.unseen ?? 0) };
  for (const field of paging.without ?? []) Reflect.deleteProperty(fields, field);
  return {
    ...fields,
    values,
    ...nextOf(url, page, end < items.length, paging),
    ...(page > 1 ? { previous: linkTo(url, page - 1) } : {}),
  };
}

function lengthOf(url: URL, { pagelen: mode = 'honoured' }: Paging): number {
  if (mode === 'ignored') return defaultLength;
  if (mode === 'refused' && url.searchParams.has('pagelen')) throw refusal(400, { message: 'Invalid pagelen' });
  const pagelen = count(url, 'pagelen', defaultLength);
  if (pagelen > maxLength) throw refusal(400, { message: 'Invalid pagelen' });
  return pagelen;
}

function nextOf(url: URL, page: number, isMore: boolean, { next = 'given' }: Paging): { readonly next?: string } {
  if (next === 'empty') return { next: '' };
  if (next === 'omitted' || !isMore) return {};
  const link = linkTo(url, page + 1);
  return { next: next === 'given' ? link : link.replace(url.origin, next.origin) };
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
