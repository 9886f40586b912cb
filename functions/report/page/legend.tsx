import type { ComponentChildren } from 'preact';

/** What the shapes of the timeline mean. */
export function Legend() {
  return (
    <ul class="legend" aria-label="Legend">
      <Entry words="undelivered: made, and not yet at every target">
        <rect x="1" y="2" width="26" height="12" fill="url(#p-undelivered)" stroke="var(--undelivered)" />
      </Entry>
      <Entry words="current">
        <rect x="1" y="2" width="26" height="12" fill="var(--current)" />
      </Entry>
      <Entry words="overlap: its successor is there, both work">
        <rect x="1" y="2" width="26" height="12" fill="url(#p-overlap)" stroke="var(--overlap)" />
      </Entry>
      <Entry words="Inactive">
        <rect x="1" y="5" width="26" height="6" fill="var(--page)" stroke="var(--inactive)" />
      </Entry>
      <Entry words="created: a rotation">
        <path d="M14 1v14" stroke="var(--ink)" stroke-width="1.500" />
      </Entry>
      <Entry words="delivered">
        <path d="M14 5l4 7h-8z" fill="var(--ink)" />
      </Entry>
      <Entry words="deleted (red: discarded)">
        <path d="M9 3l10 10M19 3l-10 10" stroke="var(--inactive)" stroke-width="1.500" />
      </Entry>
      <Entry words="hold">
        <path d="M14 1l7 7-7 7-7-7z" fill="var(--warn)" />
      </Entry>
      <Entry words="incident">
        <circle cx="14" cy="8" r="6" fill="var(--fail)" />
      </Entry>
    </ul>
  );
}

function Entry({ words, children }: { words: string; children: ComponentChildren }) {
  return (
    <li>
      <svg viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
        {children}
      </svg>
      {words}
    </li>
  );
}
