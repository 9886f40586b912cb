const PLACES: readonly (readonly [string, string])[] = [
  ['answer', 'Answer'],
  ['exceptions', 'Exceptions'],
  ['limits', 'Limits'],
  ['timeline', 'Timeline'],
  ['ages', 'Ages'],
  ['controls', 'Controls'],
  ['access-keys', 'Access keys'],
  ['managed-keys', 'Managed keys'],
  ['changes', 'Changes'],
  ['own-changes', 'Keyturn itself'],
  ['who-may', 'Rights'],
  ['told', 'Told'],
  ['runs', 'Runs'],
  ['events', 'Events'],
  ['words', 'Words'],
];

/** The way around the page. */
export function Navigation() {
  return (
    <nav aria-label="Contents">
      <ul>
        {PLACES.map(([id, words]) => (
          <li key={id}>
            <a href={`#${id}`}>{words}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** What only works with scripts: hidden until the script shows it. */
export function Tools() {
  return (
    <search id="tools" hidden>
      <form>
        <label>
          Search tables <input id="find" type="search" autocomplete="off" />
        </label>
        <label>
          Managed key <input id="only" type="search" list="only-keys" autocomplete="off" />
        </label>
        <datalist id="only-keys" />
        <button id="unfold" type="button">
          Unfold all
        </button>
        <output id="found" />
      </form>
    </search>
  );
}
