import { type Descriptor, THEMES, usually } from '../../functions/core/findings/descriptor';
import { FINDING_CODES, FINDINGS, type FindingCode } from '../../functions/core/findings/findings';
import { BESIDE_FINDINGS, cures, showsMore } from '../../functions/core/findings/keyturn';
import { keyturnCommands, type RunbookName } from '../../functions/core/findings/last-lines';
import type { Found } from '../../functions/core/lifecycle/found';
import type { GeneratedRegion } from './region';

/* What the documents say of findings, made from their descriptors. */

/** What is between these is made from the code. */
const MARKERS = ['<!-- findings:begin -->', '<!-- findings:end -->'] as const;

/** The last lines of a runbook. */
const END_MARKERS = ['<!-- keyturn:begin -->', '<!-- keyturn:end -->'] as const;

/** Columns of a line of prose. */
const WIDEST = 100;

export const FINDING_REGIONS: readonly GeneratedRegion[] = [
  { document: 'docs/operate/findings.md', markers: MARKERS, make: overview },
  { document: 'docs/operate/runbooks/README.md', markers: MARKERS, make: runbookList },
  ...FINDING_CODES.map((code) => ({
    document: `docs/operate/runbooks/${code}.md`,
    markers: MARKERS,
    make: () => runbookHead(code),
  })),
  ...[...FINDING_CODES, ...Object.keys(BESIDE_FINDINGS)].map((name) => ({
    document: `docs/operate/runbooks/${name}.md`,
    markers: END_MARKERS,
    make: () => runbookEnd(name),
  })),
];

function overview(): string {
  return THEMES.map((theme) => {
    const rows = FINDING_CODES.filter((code) => FINDINGS[code].theme === theme).map((code) => [
      `[${code}](runbooks/${code}.md)`,
      whatOf(code),
      severityOf(code),
      brokenOf(code),
    ]);
    return `## ${theme}\n\n${table(['finding', 'what', 'severity', 'broken now?'], rows)}`;
  }).join('\n\n');
}

function runbookList(): string {
  const rows = THEMES.flatMap((theme) => FINDING_CODES.filter((code) => FINDINGS[code].theme === theme)).map((code) => [
    `[${code}](${code}.md)`,
    whatOf(code),
  ]);
  return table(['finding', 'meaning'], rows);
}

function runbookHead(code: FindingCode): string {
  const { alarm, partOfAlarm } = descriptorOf(code);
  const severity = severityOf(code);
  const hasAlarm = alarm !== undefined || partOfAlarm === code;
  const kind = hasAlarm ? `Alarm and finding, ${severity}` : `Finding, ${severity}`;
  const raises =
    hasAlarm || partOfAlarm === undefined ? '' : ` It raises the alarm [${partOfAlarm}](${partOfAlarm}.md).`;
  const broken = brokenOf(code);
  return [
    `${kind}: ${whatOf(code)}.${raises}`,
    `**Is anything broken now?** ${broken.charAt(0).toUpperCase()}${broken.slice(1)}.`,
  ]
    .map(wrapped)
    .join('\n\n');
}

/** What the examples of the pages are called. */
const EXAMPLE = { key: 'web-shop-production', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', connection: 'acme' };

/** The one command that shows more, and the one that cures it. */
export function keyturnOf(name: string): { readonly shows: string; readonly cures: string | undefined } {
  const commands = keyturnCommands(name as RunbookName);
  const subject = { ...EXAMPLE, code: name };
  return { shows: showsMore(commands, subject), cures: cures(commands, subject) };
}

function runbookEnd(name: string): string {
  const { shows, cures: cure } = keyturnOf(name);
  const cured =
    cure === undefined
      ? 'No command of `keyturn` cures it: what to do is above.'
      : `Cures it:${cure.length > 80 ? '\n  ' : ' '}\`${cure}\`.`;
  return `- Shows more: \`${shows}\`.\n- ${cured}`;
}

function descriptorOf(code: FindingCode): Descriptor<Found> {
  return FINDINGS[code] as Descriptor<Found>;
}

function whatOf(code: FindingCode): string {
  const { what } = descriptorOf(code);
  return typeof what === 'string' ? what : `${what.usually} (${what.but})`;
}

function severityOf(code: FindingCode): string {
  const { severity } = descriptorOf(code);
  return typeof severity === 'string' ? severity : `${severity.usually}; ${severity.but}`;
}

/** `Nothing is broken, but …` answers the question with `no, but …`. */
function brokenOf(code: FindingCode): string {
  const { brokenNow } = descriptorOf(code);
  const answer = usually(brokenNow)
    .replace(/\.$/, '')
    .replace('Broken now', 'yes')
    .replace('Perhaps broken', 'perhaps')
    .replace(/^Nothing is broken(?=[,:]| for )/, 'no')
    .replace(/^Nothing is broken /, 'no, ');
  return typeof brokenNow === 'string' ? answer : `${answer}; ${brokenNow.but}`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[], filler: string) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0, filler)).join(' | ')} |`;
  return [
    line(head, ' '),
    line(
      head.map(() => '-'),
      '-',
    ),
    ...rows.map((row) => line(row, ' ')),
  ].join('\n');
}

function wrapped(paragraph: string): string {
  const lines: string[] = [];
  for (const word of paragraph.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDEST) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}
