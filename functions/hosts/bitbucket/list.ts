import * as z from 'zod';
import { isPlainUrl } from '../../core/hosts/plain-url';
import { badAnswer, type Call, HostError } from '../http/host-error';

/** Bitbucket: the most items that a page may be asked to have. */
const PAGE_LENGTH = 100;
/** Items of a page whose length nobody has asked for. */
const USUAL_LENGTH = 10;
/** 10,000 items of pages as long as they were asked for, 1,000 where the host keeps to its ten. */
const MOST_PAGES = 100;

/** One page. All but the values is a hint: a field of another type counts as left out. */
interface Page<Item> {
  readonly values: readonly Item[];
  readonly next?: string | null | undefined;
  readonly size?: number | null | undefined;
  readonly page?: number | null | undefined;
  readonly pagelen?: number | null | undefined;
}

export function pageSchema<Item>(item: z.ZodType<Item>): z.ZodType<Page<Item>> {
  const number = z.int().min(0).nullish().catch(undefined);
  const next = z.string().nullish().catch(undefined);
  return z.object({ values: z.array(item), next, size: number, page: number, pagelen: number });
}

interface ListProps<Item> {
  /** URL of the list, without a query. */
  readonly list: string;
  readonly call: Call;
  /** Asks for one page. @throws HostError */
  ask(url: string): Promise<Page<Item>>;
}

/**
 * Reads a list until it is complete by every sign that there is. Bitbucket's lists came without `next` although `size`
 * told of more (BCLOUD-20639), with a `next` on another host (BCLOUD-20796), and with ten items a page whatever was asked
 * for; where one half of a pair is overlooked, the next delivery tears it. A link is opaque, and is followed on the
 * list's own origin only, because the token goes with it. Without one, pages are asked for by their number.
 *
 * @returns each item once: it is seen twice when another one is made while the pages are read
 * @throws HostError `host-answer-invalid` when a page promises more and brings nothing new, or there are too many
 */
export async function readList<Item extends { readonly uuid: string }>(
  props: ListProps<Item>,
): Promise<readonly Item[]> {
  const { call } = props;
  const found = new Map<string, Item>();
  const first = await firstPage(props);
  let { page } = first;
  for (let number = 1; number <= MOST_PAGES; number += 1) {
    const before = found.size;
    for (const item of page.values) found.set(item.uuid, item);
    const whatNow = after(page, found.size, found.size > before);
    if (whatNow === 'complete') return [...found.values()];
    if (whatNow === 'circle') {
      throw badAnswer(call, `page ${number} of the list brings nothing new, and says that there is more`, {});
    }
    const query = { ...first.query, page: `${(page.page ?? number) + 1}` };
    page = await following(page, query, promisesMore(page, found.size), props);
  }
  throw badAnswer(call, `the list has more than ${MOST_PAGES} pages`, {});
}

/** @param found items of all pages until now @param isNew whether this page had any that the others did not */
function after(page: Page<unknown>, found: number, isNew: boolean): 'complete' | 'circle' | 'more' {
  const isPromised = promisesMore(page, found);
  if (!isPromised && !isFull(page)) return 'complete';
  if (isNew) return 'more';
  // A size may count what nobody is shown: then the end is where the values end.
  const isEnd = !hasLink(page) && (page.values.length === 0 || (isKnown(page.size) && !isPromised));
  return isEnd ? 'complete' : 'circle';
}

async function following<Item>(
  page: Page<Item>,
  query: Readonly<Record<string, string>>,
  isPromised: boolean,
  { list, ask }: ListProps<Item>,
): Promise<Page<Item>> {
  const link = linkOf(page, list);
  if (link !== undefined) return ask(link);
  try {
    return await ask(`${list}?${new URLSearchParams(query)}`);
  } catch (thrown) {
    // There may be no page after this one: then it was the last.
    const isEnd = thrown instanceof HostError && (thrown.status === 404 || (thrown.status === 400 && !isPromised));
    if (!isEnd || hasLink(page)) throw thrown;
    return { values: [] };
  }
}

/** As long as it may be; as long as the host likes, where it does not take the question. */
async function firstPage<Item>({ list, ask }: ListProps<Item>) {
  const query: Readonly<Record<string, string>> = { pagelen: `${PAGE_LENGTH}` };
  try {
    return { query, page: await ask(`${list}?${new URLSearchParams(query)}`) };
  } catch (thrown) {
    if (!(thrown instanceof HostError) || thrown.status !== 400) throw thrown;
    return { query: {}, page: await ask(list) };
  }
}

function promisesMore(page: Page<unknown>, found: number): boolean {
  return hasLink(page) || (isKnown(page.size) && page.size > found);
}

/** Whether the page has as many values as it holds, by its own word or by the usual one. */
function isFull({ values: { length }, pagelen }: Page<unknown>): boolean {
  if (length === USUAL_LENGTH) return true;
  return length >= (isKnown(pagelen) && pagelen > 0 ? pagelen : USUAL_LENGTH);
}

function hasLink({ next }: Page<unknown>): boolean {
  return isKnown(next) && next.trim() !== '';
}

/** The link to the next page, where the token may go there. */
function linkOf({ next }: Page<unknown>, list: string): string | undefined {
  if (!isKnown(next) || next.trim() === '' || !URL.canParse(next, list)) return undefined;
  const link = new URL(next, list);
  // What is resolved hides what it was resolved from, so a relative one is looked at as it came.
  const { origin } = new URL(list);
  const written = next.startsWith('?') ? `${list}${next}` : next.startsWith('/') ? `${origin}${next}` : next;
  return link.origin === origin && isPlainUrl(written) ? link.href : undefined;
}

function isKnown<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null;
}
