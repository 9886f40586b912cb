/**
 * What the page can do where scripts are allowed: search, filter by managed key, sort, unfold. Its text is put into the
 * page, so it must not use anything from outside of itself.
 */
export function enhance(page: Document): void {
  const all = <T extends HTMLElement>(selector: string, within: ParentNode = page) => [
    ...within.querySelectorAll<T>(selector),
  ];
  const byId = (id: string) => page.getElementById(id);
  const tools = byId('tools');
  const find = byId('find') as HTMLInputElement | null;
  const only = byId('only') as HTMLInputElement | null;
  const keys = byId('only-keys');
  const unfold = byId('unfold');
  const found = byId('found');
  if (!tools || !find || !only || !keys || !unfold || !found) return;

  const articles = all('article[data-key]');
  const folds = all<HTMLDetailsElement>('details');
  const texts = new Map<Element, string>();
  const textOf = (element: Element) => {
    const known = texts.get(element) ?? (element.textContent ?? '').toLowerCase();
    texts.set(element, known);
    return known;
  };
  /** What an article says of its key outside of its tables. */
  const headOf = (article: Element) => all(':scope > h3, :scope > p', article).map(textOf).join(' ');

  // A row of events that follows others of its attempt says its number only; out of its place it says all.
  const spellOut = (row: HTMLElement) => {
    const last = row.lastElementChild;
    if (row.id.startsWith('e-') && last) last.textContent = row.id.slice(2);
  };

  let opened: HTMLDetailsElement[] = [];
  const apply = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const key = only.value.trim().toLowerCase();
    const isKey = (name: string | undefined) => (name ?? '').toLowerCase().includes(key);
    const isFiltered = words.length > 0 || key !== '';
    const says = (text: string) => words.every((word) => text.includes(word));
    const matches: HTMLElement[] = [];
    let total = 0;
    const show = (table: HTMLElement, isWhole: boolean, isOfKey: (row: HTMLElement) => boolean, isCounted = true) => {
      let isAny = false;
      for (const row of all('tbody > tr', table)) {
        const isMatch = isOfKey(row) && (isWhole || says(textOf(row)));
        row.hidden = !isMatch;
        if (!isCounted) continue;
        total += 1;
        if (!isMatch) continue;
        isAny = true;
        if (isFiltered) spellOut(row);
        matches.push(row);
      }
      return isAny;
    };
    for (const article of articles) {
      const isOfKey = isKey(article.dataset.key);
      const isWhole = says(headOf(article));
      const shown = all('table', article).map((table) => show(table, isWhole, () => isOfKey));
      article.hidden = !isOfKey || !(isWhole || shown.includes(true));
    }
    for (const table of all('table')) {
      if (table.closest('article')) continue;
      const isAboutKeys = table.querySelector('tr[data-key]') !== null;
      const isOfKey = (row: HTMLElement) => !isAboutKeys || isKey(row.dataset.key);
      // What is about no key stays when a key is looked at, but is no match.
      show(table, words.length === 0, isOfKey, isAboutKeys || key === '');
    }
    for (const fold of opened) fold.open = false;
    opened = [];
    if (isFiltered) {
      const closed = new Set(matches.flatMap((row) => row.closest<HTMLDetailsElement>('details:not([open])') ?? []));
      // Many would make the page long instead of clear.
      if (closed.size <= 12) opened = [...closed];
      for (const fold of opened) fold.open = true;
    }
    found.textContent = isFiltered ? `${matches.length} of ${total} rows` : '';
  };

  let waiting: ReturnType<typeof setTimeout> | undefined;
  for (const input of [find, only]) {
    input.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, 150);
    });
  }
  tools.addEventListener('submit', (event) => event.preventDefault());

  const collator = new Intl.Collator('en', { numeric: true });
  const sort = (table: HTMLTableElement, column: number, head: HTMLElement) => {
    const isDown = head.getAttribute('aria-sort') === 'ascending';
    for (const other of all('thead th', table)) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
    const cellOf = (row: Element) => (row.children[column]?.textContent ?? '').trim();
    const rows = all('tbody > tr', table);
    for (const row of rows) spellOut(row);
    const sorted = rows
      .map((row) => ({ row, value: cellOf(row) }))
      .sort((a, b) => {
        if (a.value === '' || b.value === '') return Number(a.value === '') - Number(b.value === '');
        const numbers = [Number(a.value), Number(b.value)] as const;
        const order = numbers.some(Number.isNaN) ? collator.compare(a.value, b.value) : numbers[0] - numbers[1];
        return isDown ? -order : order;
      });
    table.tBodies[0]?.append(...sorted.map(({ row }) => row));
  };
  for (const table of all<HTMLTableElement>('table')) {
    for (const [column, head] of all('thead th', table).entries()) {
      const button = page.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      button.addEventListener('click', () => sort(table, column, head));
      head.append(button);
    }
  }

  unfold.addEventListener('click', () => {
    const isFolded = folds.some(({ open }) => !open);
    for (const fold of folds) fold.open = isFolded;
    unfold.textContent = isFolded ? 'Fold all' : 'Unfold all';
  });

  // A link may lead to what is folded or filtered away.
  const reveal = () => {
    const target = byId(decodeURIComponent(page.location.hash.slice(1)));
    if (!target) return;
    if (target.closest('[hidden]')) {
      find.value = '';
      only.value = '';
      apply();
    }
    for (let fold = target.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null) {
      fold.open = true;
    }
    target.scrollIntoView();
  };
  page.defaultView?.addEventListener('hashchange', reveal);

  let closed: HTMLDetailsElement[] = [];
  page.defaultView?.addEventListener('beforeprint', () => {
    closed = folds.filter(({ open }) => !open);
    for (const fold of closed) fold.open = true;
  });
  page.defaultView?.addEventListener('afterprint', () => {
    for (const fold of closed) fold.open = false;
  });

  for (const article of articles) {
    const option = page.createElement('option');
    option.value = article.dataset.key ?? '';
    keys.append(option);
  }
  tools.hidden = false;
  reveal();
}
