import { bold, dim, green, red, yellow } from 'yoctocolors';
import type { DeploymentOfKeys } from '../../functions/core/config/deployed-keys';
import type { Validated } from '../../functions/core/config/validated';
import { counted, wrapped } from './wrapped';

/** What `keyturn validate` found, for people. */
export function renderValidated(validated: Validated): string {
  const { mistakes, warnings, shortfalls, deployed, file } = validated;
  return [
    ...mistakes.map((mistake) => rendered(file, mistake, red('mistake'))),
    ...warnings.map((warning) => rendered(file, warning, yellow('warning'), warning.code)),
    `${soundOf(validated)} ${countOf(validated)}`.trim(),
    ...(deployed === undefined ? [] : deployedLines(file, deployed)),
    ...shortfalls.map(shortfallLine),
  ].join('\n');
}

/** The place on a line of its own, as editors and terminals make it a link. */
function rendered(
  file: string,
  { line, column, path, message, cure }: Validated['mistakes'][number],
  kind: string,
  code?: string,
): string {
  const place = [bold(`${file}:${line}:${column}`), kind, ...(code === undefined ? [] : [dim(code)])].join(' ');
  const says = wrapped(`${path === '' ? '' : `${path}: `}${message}`, '  ');
  return [place, says, ...(cure === undefined ? [] : [wrapped(`→ ${cure}`, '  ')]), ''].join('\n');
}

function soundOf({ file, keys, roles = 0 }: Validated): string {
  if (keys === undefined) return '';
  return green(`${file} is sound: ${counted(keys, 'managed key')}${roles === 0 ? '' : `, ${counted(roles, 'role')}`}.`);
}

/** In a line; `keyturn plan -c` has the sentence. */
function shortfallLine({ control, verdict, daysAYear, daysAYearAtMost }: Validated['shortfalls'][number]): string {
  const says = verdict === 'fail' ? 'reports say fail' : 'reports count exceptions';
  const often = `on ${counted(daysAYear, 'day')} of a year, ${daysAYearAtMost} at most`;
  return dim(`${control}: ${says} ${often}.`);
}

function countOf({ mistakes, warnings }: Validated): string {
  const counts = [
    ...(mistakes.length === 0 ? [] : [counted(mistakes.length, 'mistake')]),
    ...(warnings.length === 0 ? [] : [counted(warnings.length, 'warning')]),
  ];
  return counts.length === 0 ? '' : `${counts.join(', ')}.`;
}

function deployedLines(file: string, { dropped, losesMost, taken, absent }: DeploymentOfKeys): readonly string[] {
  const lines = [
    ...(dropped.length === 0
      ? []
      : [
          `Taken out, so that nobody rotates them any more: ${dropped.join(', ')}.` +
            (losesMost ? ' That is half of the registry or more: is it the right file, and the right account?' : ''),
        ]),
    ...taken.map((id) => `${id}: the secret keyturn/${id} is there already; write "secret: existing", which takes it.`),
    ...absent.map((id) => `${id}: there is no secret keyturn/${id}; restore it, or take "secret: existing" out.`),
  ];
  return (lines.length === 0 ? [`${file} keeps every key that is deployed.`] : lines).map((line) => wrapped(line));
}
