import { bold, cyan, dim, green, red, yellow } from 'yoctocolors';
import { GROUPS, type Status } from '../doctor/check';
import { type Checked, type Diagnosis, GROUP_ORDER } from '../doctor/checks';
import { hanging } from './hanging';

const SIGN: Readonly<Record<Status, string>> = {
  ok: green('ok     '),
  warn: yellow('warn   '),
  fail: red('fail   '),
  unknown: dim('unknown'),
};
const INDENT = ' '.repeat(11);

/** What was found, for people: groups, checks, and under each that is not well what to do. A command stays on one line, to copy. */
export function renderDiagnosis(diagnosis: Diagnosis): string {
  const { counts, checks } = diagnosis;
  const groups = GROUP_ORDER.map((group) => {
    const lines = checks.filter((one) => one.group === group).flatMap(linesOf);
    return [bold(GROUPS[group]), ...lines, ''].join('\n');
  });
  const parts = [
    `${counts.fail} failed`,
    `${counts.warn} to look at`,
    `${counts.unknown} unknown`,
    `${counts.ok} fine`,
  ];
  return [...groups, parts.join(', ')].join('\n');
}

function linesOf({ id, status, saw, cures = [] }: Checked): readonly string[] {
  const [first = '', ...others] = hanging(`${INDENT}${saw}`, INDENT);
  const cure =
    status === 'ok'
      ? []
      : cures.flatMap(({ to, run }) => [
          ...hanging(`${INDENT}- ${to}${run === undefined ? '' : ':'}`, `${INDENT}  `),
          ...(run === undefined ? [] : [`${INDENT}  ${cyan(run)}`]),
        ]);
  return [`  ${SIGN[status]}  ${bold(id)}`, first, ...others, ...cure];
}
