import { bold, cyan, dim, green, red } from 'yoctocolors';
import type { DatacenterCheck, DatacenterDocument } from '../documents/datacenter';
import { hanging } from './hanging';
import { counted, wrapped } from './wrapped';

const SIGN: Readonly<Record<DatacenterCheck['status'], string>> = {
  ok: green('ok     '),
  fail: red('fail   '),
  unknown: dim('unknown'),
};
const INDENT = ' '.repeat(11);

/** The lines to copy, each on one line whatever its length; then what was looked at, in 80 columns. */
export function renderDatacenter({
  lines,
  checks,
  proof,
  restartWithinDays,
  restartedNodes,
}: DatacenterDocument): string {
  const [classLine, ...properties] = lines;
  return [
    bold('Into bitbucket.properties of every node'),
    dim('# once in a file, for all its secrets'),
    cyan(classLine ?? ''),
    ...properties.map((line) => cyan(line)),
    '',
    bold('Looked at'),
    ...checks.flatMap(({ id, status, saw }) => [
      `  ${SIGN[status]}  ${bold(id)}`,
      ...hanging(`${INDENT}${saw}`, INDENT),
    ]),
    '',
    bold('To prove on a host, as the user that Bitbucket runs as; it prints no value'),
    cyan(proof),
    '',
    wrapped(whenToRestart(restartWithinDays, restartedNodes)),
  ].join('\n');
}

function whenToRestart(days: number | undefined, nodes: readonly string[] | undefined): string {
  const reads = 'A node reads this when it starts: ';
  if (days === undefined) return `${reads}after each change of the secret start every node again.`;
  if (nodes !== undefined) {
    return (
      `${reads}after each rotation Keyturn restarts ${nodes.join(', ')}, one by one, and the key before it works ` +
      'until all of them have confirmed. Start each of them once by hand with these lines.'
    );
  }
  return (
    `${reads}after each rotation start every node again, within ${counted(days, 'day')}. The key before it works for ` +
    'that long.'
  );
}
