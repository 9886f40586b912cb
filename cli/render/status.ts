import { bold, dim, green, red, yellow } from 'yoctocolors';
import type { FindingDocument } from '../documents/foreseen';
import { type AccessKeyDocument, type KeyDocument, type StatusDocument, THE_RECORD } from '../documents/status';
import { exceptionLines } from './exception';
import { away, day, deed, usedBy } from './words';
import { COLUMNS, counted, wrapped } from './wrapped';

/** Where every key stands, in 80 columns. @param isOne with everything about the one key that was asked for */
export function renderStatus(document: StatusDocument, { isOne }: { readonly isOne: boolean }): string {
  const { keys, findings, silent, unseen, at } = document;
  const waiting = keys.filter(needsSomebody).length;
  const head = `${document.account} ${document.region}, ${at.slice(0, 16).replace('T', ' ')} UTC`;
  return [
    `${bold(counted(keys.length, 'managed key'))} ${dim(`in ${head}`)}`,
    ...(isOne ? keys.map((key) => whole(key, at)) : listed(keys, at)),
    ...findings.map((finding) => told(finding, '')),
    ...silent.map((name) =>
      wrapped(
        `${red('!')} ${name} has ended no whole run lately: what it does is not done. keyturn doctor says why, and what cures it.`,
        '',
      ),
    ),
    ...unseen.map(({ id, message }) => wrapped(`${red('?')} ${id}: ${message}`, '')),
    '',
    verdictOf(document, waiting),
  ].join('\n');
}

function needsSomebody({ findings }: KeyDocument): boolean {
  return findings.some(({ severity }) => severity === 'attention');
}

const EMPTY =
  'No key is managed here. Roles and a provider need none; if there should be one, keyturn doctor says what is deployed ' +
  'in this account and region.';

function verdictOf({ keys, findings, silent, unseen }: StatusDocument, waiting: number): string {
  const others = findings.filter(({ severity }) => severity === 'attention').length;
  const parts = [
    ...(waiting > 0 ? [red(`${counted(waiting, 'key needs', 'keys need')} a person.`)] : []),
    ...(others > 0 ? [red(`${counted(others, 'thing beside them needs', 'things beside them need')} a person.`)] : []),
    ...(silent.length > 0 ? [red(`${counted(silent.length, 'function is', 'functions are')} silent.`)] : []),
    ...(unseen.length > 0 ? [yellow(`${counted(unseen.length, 'thing')} could not be looked at.`)] : []),
  ];
  const empty = yellow(wrapped(EMPTY));
  const isEmpty = keys.length === 0 && findings.length === 0 && unseen.every(({ id }) => id === THE_RECORD);
  if (parts.length > 0) return [parts.join(' '), ...(isEmpty ? [empty] : [])].join('\n');
  if (isEmpty) return empty;
  return green('Nothing needs a person.');
}

/** Those that need somebody first, then by what comes next. */
function listed(keys: readonly KeyDocument[], now: string): readonly string[] {
  const sorted = [...keys].sort(
    (a, b) => Number(needsSomebody(b)) - Number(needsSomebody(a)) || nextOf(a).localeCompare(nextOf(b)),
  );
  return sorted.flatMap((key) => ['', ...summary(key, now), ...key.findings.map((finding) => told(finding, '  '))]);
}

function nextOf({ next }: KeyDocument): string {
  return next[0]?.at ?? '9999';
}

function summary(key: KeyDocument, now: string): readonly string[] {
  const { current, others } = key;
  return [
    `${sign(key)} ${bold(key.id)}${observed(key)}`,
    wrapped(
      current === undefined
        ? 'No key is stored yet.'
        : `${current.accessKeyId}, ${age(current)}, ${where(key, now)}${others.length === 0 ? '' : `; ${counted(others.length, 'key')} beside it`}`,
      '  ',
    ),
    wrapped(nextLine(key, now), '  '),
    ...exceptionLines(key.exception, '  '),
  ];
}

function observed({ mode }: KeyDocument): string {
  return mode === 'observe' ? ` ${yellow('only observed')}` : '';
}

function sign(key: KeyDocument): string {
  if (needsSomebody(key)) return red('!');
  return key.findings.length > 0 ? yellow('~') : green('•');
}

function age({ ageDays, status }: AccessKeyDocument): string {
  const old = counted(ageDays, 'day');
  return status === 'Active' ? `${old} old` : `${old} old, ${status}`;
}

function where({ delivered }: KeyDocument, now: string): string {
  const { places, at, seenAt } = delivered;
  if (places.length === 0) return 'for readers';
  const many = counted(places.length, 'place');
  if (at === undefined) return `not delivered to all of its ${many} yet`;
  return `delivered to ${many}${seenAt === undefined ? '' : `, seen there ${away(seenAt, now)}`}`;
}

function nextLine({ next }: KeyDocument, now: string): string {
  const [first] = next;
  if (first === undefined) return 'Next: nothing, as things are.';
  return `Next: ${deed(first)} on ${day(first.at)}, ${away(first.at, now)}${held(first.latest)}`;
}

function held(latest: string | undefined): string {
  return latest === undefined ? '' : ` (in use: by ${day(latest)})`;
}

/** A cure is a whole line, to copy. */
function told({ code, severity, message, cures }: FindingDocument, indent: string): string {
  const colour = severity === 'attention' ? red : yellow;
  const cure = cures === undefined ? '' : `\n${indent}  ${bold(cures)}`;
  return `${indent}${colour(code)}\n${wrapped(message, `${indent}  `)}${cure}`;
}

/** Everything about one key. */
function whole(key: KeyDocument, now: string): string {
  const { current, delivered, others, next } = key;
  const { places, at, seenAt, receipts = [] } = delivered;
  return [
    '',
    `${sign(key)} ${bold(key.id)} ${dim(`IAM user ${key.user}`)}${observed(key)}`,
    '',
    bold('Current key'),
    ...(current === undefined ? ['  None is stored yet.'] : keyLines(current, now)),
    '',
    bold('Delivered'),
    ...(places.length === 0 ? ['  To nobody: roles read the secret.'] : []),
    ...(places.length > 0 && at === undefined ? [yellow('  Not to every place yet.')] : []),
    ...(at === undefined ? [] : [`  ${day(at)}${seenAt === undefined ? '' : `, and seen there ${away(seenAt, now)}`}`]),
    ...places.map((place) => placeLine(place, receipts, now)),
    ...fetchedLines(key, now),
    ...(others.length === 0 ? [] : ['', bold('Other keys of the user')]),
    ...others.flatMap((other) => [...keyLines(other, now), `    ${other.is}`]),
    '',
    bold('Next'),
    ...(next.length === 0 ? ['  Nothing, as things are.'] : []),
    ...next.map((seen) => wrapped(`${day(seen.at)} ${deed(seen)}${held(seen.latest)}`, '  ')),
    ...(key.exception === undefined ? [] : ['', bold('For auditors')]),
    ...exceptionLines(key.exception, '  '),
    ...(key.findings.length === 0 ? [] : ['', bold('Findings')]),
    ...key.findings.map((finding) => told(finding, '  ')),
  ].join('\n');
}

/** UUIDs are all that the provider's record has. */
function fetchedLines({ fetched }: KeyDocument, now: string): readonly string[] {
  if (fetched === undefined) return [];
  const { last, readBackTo, passedOver, unread } = fetched;
  const nobody = `By no step since ${day(readBackTo ?? now)}.`;
  return [
    '',
    bold('Fetched last from a provider'),
    ...(last === undefined ? [] : [wrapped(`${last.accessKeyId ?? 'A key'} ${away(last.at, now)}, by`, '  ')]),
    ...['repository', 'environment', 'branch', 'step'].flatMap((name) => {
      const value = last?.[name as 'step'];
      return value === undefined ? [] : [wrapped(`${name} ${value}`, '    ')];
    }),
    ...(last === undefined && unread === undefined ? [`  ${nobody}`] : []),
    ...(passedOver === undefined
      ? []
      : [yellow(wrapped(`Not believed: ${counted(passedOver, 'line')} about it that no provider writes so.`, '  '))]),
    ...(unread === undefined
      ? []
      : [yellow(wrapped(`${last === undefined ? 'Not known' : 'Perhaps later'}: ${unread}`, '  '))]),
  ];
}

function keyLines(key: AccessKeyDocument, now: string): readonly string[] {
  return [`  ${key.accessKeyId} ${key.status}, ${counted(key.ageDays, 'day')} old`, `    ${usedBy(key, now)}`];
}

function placeLine(place: string, receipts: NonNullable<KeyDocument['delivered']['receipts']>, now: string): string {
  const last = receipts.find((receipt) => receipt.place === place);
  const answer =
    last === undefined
      ? ''
      : `${last.outcome === 'ok' ? 'took' : 'refused'} ${last.accessKeyId ?? 'a key'} ${away(last.at, now)}`;
  const line = `  ${place}`;
  if (answer === '') return line;
  return line.length + answer.length + 2 <= COLUMNS
    ? `${line}  ${dim(answer)}`
    : `${line}\n${dim(wrapped(answer, '    '))}`;
}
