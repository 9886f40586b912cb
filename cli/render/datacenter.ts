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
export function renderDatacenter({ lines, checks, proof, restartWithinDays }: DatacenterDocument): string {
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
    wrapped(
      restartWithinDays === undefined
        ? 'A node reads this when it starts: after each change of the secret start every node again.'
        : 'A node reads this when it starts: after each rotation start every node again, within ' +
            `${counted(restartWithinDays, 'day')}. The key before it works for that long.`,
    ),
  ].join('\n');
}
