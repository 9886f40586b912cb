/** The controls of the page, which are hidden where there are no scripts. */
interface Controls {
  readonly tools: HTMLElement;
  readonly find: HTMLInputElement;
  readonly only: HTMLInputElement;
  readonly keys: HTMLElement;
  readonly unfold: HTMLElement;
  readonly found: HTMLElement;
}

/** What is sought; nothing when both are empty. */
interface Query {
  readonly words: readonly string[];
  readonly key: string;
}

/** Rows that could match, and those that do. */
interface Count {
  total: number;
  readonly matches: HTMLElement[];
}

/**
 * Where the page has its controls; undefined where one is missing. Like the class below its text is put into the page,
 * so it must not use anything from outside of itself.
 */
export function controlsOf(page: Document): Controls | undefined {
  const byId = <T extends HTMLElement = HTMLElement>(id: string) => page.getElementById(id) as T | null;
  const [tools, keys, unfold, found] = [byId('tools'), byId('only-keys'), byId('unfold'), byId('found')];
  const [find, only] = [byId<HTMLInputElement>('find'), byId<HTMLInputElement>('only')];
  return tools && find && only && keys && unfold && found ? { tools, find, only, keys, unfold, found } : undefined;
}

/** What the page can do where scripts are allowed: search, filter by managed key, sort, unfold. */
export class InteractivePage {
  readonly #page: Document;
  readonly #controls: Controls;
  readonly #articles: readonly HTMLElement[];
  readonly #folds: readonly HTMLDetailsElement[];
  readonly #texts = new Map<Element, string>();
  readonly #collator = new Intl.Collator('en', { numeric: true });
  /** What the search has unfolded. */
  #opened: HTMLDetailsElement[] = [];
  /** What the search has found, and the one of it that is looked at. */
  #found: readonly HTMLElement[] = [];
  #at = 0;
  #sought = '\n';

  constructor(page: Document, controls: Controls) {
    this.#page = page;
    this.#controls = controls;
    this.#articles = this.#all('article[data-key]');
    this.#folds = this.#all<HTMLDetailsElement>('details');
    this.#listenToSearch();
    this.#makeSortable();
    this.#listenToFolding();
    this.#offerKeys();
    this.#tellWhatScrolls();
    page.defaultView?.addEventListener('hashchange', () => this.#reveal());
    controls.tools.hidden = false;
    this.#reveal();
  }

  #all<T extends HTMLElement>(selector: string, within: ParentNode = this.#page): T[] {
    return [...within.querySelectorAll<T>(selector)];
  }

  #listenToSearch(): void {
    const { tools, find, only } = this.#controls;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    for (const input of [find, only]) {
      // The enter key goes on to the next one; a form of two fields without a button submits nothing.
      input.addEventListener('keydown', ({ key }) => {
        if (key !== 'Enter') return;
        clearTimeout(waiting);
        this.#goTo(this.#filter() ? 0 : this.#at + 1);
      });
      input.addEventListener('input', () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => {
          // Not while it would take what is typed out of sight.
          if (this.#filter() && this.#staysInSight()) this.#goTo(0);
        }, 150);
      });
    }
    tools.addEventListener('submit', (event) => event.preventDefault());
  }

  /** Shows what matches, and says how much that is. @returns whether that is something else than before */
  #filter(): boolean {
    const { find, only, found } = this.#controls;
    const sought = `${find.value}\n${only.value}`;
    if (sought === this.#sought) return false;
    this.#sought = sought;
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const query = { words, key: only.value.trim().toLowerCase() };
    const count: Count = { total: 0, matches: [] };
    for (const article of this.#articles) this.#filterArticle(article, query, count);
    for (const table of this.#all('table')) if (!table.closest('article')) this.#filterTable(table, query, count);
    const isFiltered = words.length > 0 || query.key !== '';
    if (isFiltered) for (const row of count.matches) this.#spellOut(row);
    this.#unfoldOnly(isFiltered ? count.matches : []);
    this.#goTo(undefined);
    const matches = new Set(isFiltered ? count.matches : []);
    this.#found = matches.size === 0 ? [] : this.#all('tbody > tr').filter((row) => matches.has(row));
    const none = count.matches.length === 0 ? 'Nothing found: ' : '';
    found.textContent = isFiltered ? `${none}${count.matches.length} of ${count.total} rows` : '';
    return true;
  }

  /** Jumps to one of what was found, the first after the last; undefined looks at none. */
  #goTo(index: number | undefined): void {
    for (const row of this.#all('tr.found')) row.classList.remove('found');
    if (index === undefined || this.#found.length === 0) return;
    this.#at = index % this.#found.length;
    const row = this.#found[this.#at];
    if (row === undefined) return;
    this.#unfold(row);
    row.classList.add('found');
    row.scrollIntoView({ block: 'center' });
  }

  #staysInSight(): boolean {
    const bar = this.#controls.tools.closest('.bar');
    return bar !== null && getComputedStyle(bar).position === 'sticky';
  }

  #unfold(element: Element): void {
    for (let fold = element.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null) {
      fold.open = true;
    }
  }

  /** A frame that is wider than its window says so. */
  #tellWhatScrolls(): void {
    const frames = this.#all('.frame');
    // In the next frame, because saying so changes the height that is observed.
    const tell = (frame: Element) => frame.toggleAttribute('data-scrolls', frame.scrollWidth > frame.clientWidth + 1);
    const watch = new ResizeObserver((entries) =>
      requestAnimationFrame(() => {
        for (const { target } of entries) tell(target);
      }),
    );
    for (const frame of frames) watch.observe(frame);
  }

  #filterArticle(article: HTMLElement, query: Query, count: Count): void {
    const isOfKey = this.#isKey(article.dataset.key, query);
    // What an article says of its key outside of its tables.
    const head = this.#all(':scope > h3, :scope > p', article).map((element) => this.#textOf(element));
    const isWhole = this.#says(head.join(' '), query);
    const isMatch = (row: HTMLElement) => isOfKey && (isWhole || this.#says(this.#textOf(row), query));
    const shown = this.#all('table', article).map((table) => this.#showRows(table, isMatch, count));
    article.hidden = !isOfKey || !(isWhole || shown.includes(true));
  }

  #filterTable(table: HTMLElement, query: Query, count: Count): void {
    const isAboutKeys = table.querySelector('tr[data-key]') !== null;
    const isWhole = query.words.length === 0;
    const isMatch = (row: HTMLElement) =>
      (!isAboutKeys || this.#isKey(row.dataset.key, query)) && (isWhole || this.#says(this.#textOf(row), query));
    // What is about no key stays when a key is looked at, but is no match.
    this.#showRows(table, isMatch, isAboutKeys || query.key === '' ? count : undefined);
  }

  /** @returns whether any row is a match that counts */
  #showRows(table: HTMLElement, isMatch: (row: HTMLElement) => boolean, count: Count | undefined): boolean {
    const rows = this.#all('tbody > tr', table);
    const matches = rows.filter(isMatch);
    for (const row of rows) row.hidden = true;
    for (const row of matches) row.hidden = false;
    if (count === undefined) return false;
    count.total += rows.length;
    for (const row of matches) count.matches.push(row);
    return matches.length > 0;
  }

  #isKey(name: string | undefined, { key }: Query): boolean {
    return (name ?? '').toLowerCase().includes(key);
  }

  #says(text: string, { words }: Query): boolean {
    return words.every((word) => text.includes(word));
  }

  #textOf(element: Element): string {
    const known = this.#texts.get(element) ?? (element.textContent ?? '').toLowerCase();
    this.#texts.set(element, known);
    return known;
  }

  /** A row of events that follows others of its attempt says its number only; out of its place it says all. */
  #spellOut(row: HTMLElement): void {
    const last = row.lastElementChild;
    if (row.id.startsWith('e-') && last) last.textContent = row.id.slice(2);
  }

  /** Unfolds what the rows are in, and folds what the search before had unfolded. */
  #unfoldOnly(rows: readonly HTMLElement[]): void {
    for (const fold of this.#opened) fold.open = false;
    const closed = new Set(rows.flatMap((row) => row.closest<HTMLDetailsElement>('details:not([open])') ?? []));
    // Many would make the page long instead of clear.
    this.#opened = closed.size <= 12 ? [...closed] : [];
    for (const fold of this.#opened) fold.open = true;
  }

  /** The heads of all tables become buttons. */
  #makeSortable(): void {
    for (const table of this.#all<HTMLTableElement>('table')) {
      for (const [column, head] of this.#all('thead th', table).entries()) {
        const button = this.#page.createElement('button');
        button.type = 'button';
        button.append(...head.childNodes);
        button.addEventListener('click', () => this.#sort(table, column, head));
        head.append(button);
      }
    }
  }

  #sort(table: HTMLTableElement, column: number, head: HTMLElement): void {
    const isDown = head.getAttribute('aria-sort') === 'ascending';
    for (const other of this.#all('thead th', table)) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
    const rows = this.#all('tbody > tr', table);
    for (const row of rows) this.#spellOut(row);
    const sorted = rows
      .map((row) => ({ row, value: (row.children[column]?.textContent ?? '').trim() }))
      .sort((a, b) => this.#compare(a.value, b.value, isDown));
    table.tBodies[0]?.append(...sorted.map(({ row }) => row));
  }

  /** Numbers by their size, texts as people read them; empty cells come last, whichever way. */
  #compare(a: string, b: string, isDown: boolean): number {
    if (a === '' || b === '') return Number(a === '') - Number(b === '');
    const numbers = [Number(a), Number(b)] as const;
    const order = numbers.some(Number.isNaN) ? this.#collator.compare(a, b) : numbers[0] - numbers[1];
    return isDown ? -order : order;
  }

  /** By the button, and all of them on paper. */
  #listenToFolding(): void {
    const { unfold } = this.#controls;
    unfold.addEventListener('click', () => {
      const isFolded = this.#folds.some(({ open }) => !open);
      for (const fold of this.#folds) fold.open = isFolded;
      unfold.textContent = isFolded ? 'Fold all' : 'Unfold all';
    });
    let closed: readonly HTMLDetailsElement[] = [];
    this.#page.defaultView?.addEventListener('beforeprint', () => {
      closed = this.#folds.filter(({ open }) => !open);
      for (const fold of closed) fold.open = true;
    });
    this.#page.defaultView?.addEventListener('afterprint', () => {
      for (const fold of closed) fold.open = false;
    });
  }

  #offerKeys(): void {
    for (const article of this.#articles) {
      const option = this.#page.createElement('option');
      option.value = article.dataset.key ?? '';
      this.#controls.keys.append(option);
    }
  }

  /** A link may lead to what is folded or filtered away. */
  #reveal(): void {
    const { find, only } = this.#controls;
    const target = this.#page.getElementById(decodeURIComponent(this.#page.location.hash.slice(1)));
    if (!target) return;
    if (target.closest('[hidden]')) {
      find.value = '';
      only.value = '';
      this.#filter();
    }
    this.#unfold(target);
    target.scrollIntoView();
  }
}
