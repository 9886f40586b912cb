import { clipped, oneLine } from '../one-line';
import type { Command, Concerned } from './commands';
import type { Described } from './described';
import type { BrokenNow } from './descriptor';
import { FINDINGS, type FindingCode, rankOf } from './findings';
import { cures, showsMore } from './keyturn';

/** A finding in words, with what a run knows about its key. */
export type Told = Described;

/** What a notification says of the run that sends it. */
export interface Sender {
  readonly account: string;
  readonly region: string;
  readonly run: string;
  /** Short name of the function. */
  readonly function: string;
  /** Its name in AWS, where that is known. */
  readonly functionName?: string | undefined;
  /** Base URL or path of the runbooks; ends with a slash. */
  readonly runbooks: string;
  readonly now: Date;
}

/** A message for people. The subject has less than 100 characters (SNS), all of printable ASCII. */
export interface Notification {
  readonly subject: string;
  readonly text: string;
}

const LONGEST_SUBJECT = 99;
/** Keys, messages and commands of one cause that are written out. */
const MOST = 20;
const LONGEST_MESSAGE = 1_500;
const LONGEST_NAME = 200;
/** One that is longer holds what no deployment wrote; and a part of a command is another command. */
const LONGEST_COMMAND = 2_500;
/** A mail stays readable, and what an SNS message can carry is far away. */
const LONGEST_TEXT = 48_000;
const LONGEST_BODY = 60_000;

/** Findings that have one cause. */
interface Cause {
  readonly code: FindingCode;
  readonly what: string;
  readonly brokenNow: BrokenNow;
  /** The one that all of them concern. */
  readonly connection: Told['connection'];
  readonly findings: readonly Told[];
}

/**
 * What people are told about findings: the most serious first, one paragraph a cause however many keys it has. Subject
 * and first line say which key, what it is and whether anything is broken.
 *
 * @param findings at least one
 */
export function notificationOf(findings: readonly Told[], sender: Sender): Notification {
  const causes = causesOf(findings);
  const paragraphs: string[] = [];
  const left: Cause[] = [];
  let length = 0;
  for (const cause of causes) {
    const paragraph = paragraphOf(cause, sender);
    if (length > 0 && length + paragraph.length > LONGEST_TEXT) left.push(cause);
    else paragraphs.push(paragraph);
    length += paragraph.length;
  }
  const { account, region, run, now } = sender;
  const own = sender.functionName === undefined ? '' : ` (${sender.functionName})`;
  const body = [...paragraphs, ...left.map((cause) => `[${cause.code}] ${headline(cause, sender)}`)];
  const end = oneLine(`Run ${run} of ${sender.function}${own}, account ${account}, ${region}, ${now.toISOString()}`);
  return { subject: subjectOf(causes, sender), text: `${clipped(body.join('\n\n'), LONGEST_BODY)}\n\n${end}` };
}

function causesOf(findings: readonly Told[]): readonly Cause[] {
  const causes = new Map<string, Cause & { readonly findings: Told[] }>();
  for (const finding of findings) {
    const { code, what, brokenNow, connection } = finding;
    const name = JSON.stringify([code, what, brokenNow, connection?.secret]);
    const cause = causes.get(name) ?? { code, what, brokenNow, connection, findings: [] };
    cause.findings.push(finding);
    causes.set(name, cause);
  }
  const graveness = ({ code, brokenNow }: Cause) => GRAVE.indexOf(stateOf(brokenNow)) * 1_000 + rankOf(code);
  return [...causes.values()].sort((a, b) => graveness(a) - graveness(b));
}

const GRAVE = ['broken now', 'perhaps broken', 'nothing is broken'] as const;

function stateOf(brokenNow: BrokenNow): (typeof GRAVE)[number] {
  if (brokenNow.startsWith('Broken now')) return 'broken now';
  return brokenNow.startsWith('Perhaps broken') ? 'perhaps broken' : 'nothing is broken';
}

/** `Keyturn: web-shop-production: two access keys, no room for a fresh one; nothing is broken` */
function subjectOf(causes: readonly Cause[], sender: Sender): string {
  const [first] = causes;
  if (first === undefined) return 'Keyturn';
  const more = causes.length > 1 ? ` (+${causes.length - 1} more)` : '';
  const end = `; ${stateOf(first.brokenNow)}${more}`;
  const where = `, ${sender.account} ${sender.region}`;
  const room = LONGEST_SUBJECT - 'Keyturn: : '.length - end.length;
  const name = printable(whoOf(first, sender));
  const what = clipped(printable(first.what), room - Math.min(name.length, SHORTEST_NAME));
  const subject = `Keyturn: ${clipped(name, room - what.length)}: ${what}${end}`;
  return subject.length + where.length > LONGEST_SUBJECT ? subject : `${subject}${printable(where)}`;
}

/** A long name is shortened to this before what happened is shortened. */
const SHORTEST_NAME = 24;

function whoOf({ findings, connection }: Cause, sender: Sender): string {
  const keys = keysOf(findings);
  if (keys.length > 1) return `${keys.length} keys`;
  const [key] = keys;
  if (key !== undefined) return key;
  return connection === undefined ? `the ${sender.function} run` : `connection ${connection.name}`;
}

function keysOf(findings: readonly Told[]): readonly string[] {
  return [...new Set(findings.flatMap(({ key }) => key ?? []))];
}

function headline(cause: Cause, sender: Sender): string {
  const [who, what] = [whoOf(cause, sender), cause.what].map(shortName);
  return oneLine(`${who}: ${what}. ${cause.brokenNow} (Account ${sender.account}, ${sender.region}.)`);
}

function paragraphOf(cause: Cause, sender: Sender): string {
  const { code, findings, connection } = cause;
  const keys = keysOf(findings);
  const shown = findings.slice(0, MOST);
  const concerned: Concerned = { ...sender, findings: shown, keys: keys.slice(0, MOST), many: keys.length > MOST };
  // Where one connection is the cause, every message says the same.
  const messages =
    connection === undefined
      ? [...shown.map(told), ...andMore(findings.length - MOST)]
      : findings.slice(0, 1).map(told);
  return [
    headline(cause, sender),
    ...commandsOf(FINDINGS[code].commands(concerned)),
    [
      ...(keys.length > 1
        ? [`Keys: ${[...keys.slice(0, MOST).map(shortName), ...andMore(keys.length - MOST)].join(', ')}`]
        : []),
      ...messages,
    ].join('\n'),
    [`Runbook: ${oneLine(sender.runbooks)}${code}.md`, ...keyturnLines(cause)].join('\n'),
  ].join('\n\n');
}

/** What shows more, and what cures it: of several keys each its own. */
function keyturnLines({ code, findings, connection }: Cause): readonly string[] {
  const { keyturn } = FINDINGS[code];
  const cureOf = (finding: Told) => ({ ...keyturn, ...(finding.cures === undefined ? {} : { cures: finding.cures }) });
  const shown = findings.slice(0, MOST);
  const subjects = shown.map((finding) => ({ finding, ...finding, connection: connection?.name }));
  const [only] = subjects;
  const [all] = keysOf(findings).length === 1 && only !== undefined ? [only] : [{ code, connection: connection?.name }];
  const cured = new Set(subjects.flatMap((subject) => cures(cureOf(subject.finding), subject) ?? []));
  return [`More: ${oneLine(showsMore(keyturn, all))}`, ...[...cured].map((run) => `Cure: ${oneLine(run)}`)];
}

function told({ code, message }: Told): string {
  return `[${code}] ${clipped(oneLine(message), LONGEST_MESSAGE)}`;
}

/** Each purpose once, and under it what to run for it. */
function commandsOf(commands: readonly Command[]): readonly string[] {
  const byPurpose = new Map<string, Set<string>>();
  for (const { to, run } of commands) {
    if (run.length > LONGEST_COMMAND) continue;
    byPurpose.set(to, (byPurpose.get(to) ?? new Set()).add(`  ${oneLine(run)}`));
  }
  return [...byPurpose].map(([to, runs]) => [`${to}:`, ...runs].join('\n'));
}

function andMore(count: number): readonly string[] {
  return count > 0 ? [`and ${count} more`] : [];
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

function shortName(name: string): string {
  return clipped(oneLine(name), LONGEST_NAME);
}
