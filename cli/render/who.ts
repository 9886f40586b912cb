import { bold, dim, red } from 'yoctocolors';
import type { WhoDocument, WhoUseDocument } from '../documents/who';
import { counted, wrapped } from './wrapped';

/** Who took a role, in 80 columns. */
export function renderWho({ role, region, since, uses }: WhoDocument): string {
  const refused = uses.filter((use) => use.refused !== undefined).length;
  const taken = `Taken ${counted(uses.length - refused, 'time')}`;
  const seen = `by CloudTrail in ${region}, since ${minute(since)}`;
  return [
    bold(role),
    wrapped(`${taken}${refused === 0 ? '' : `, refused ${counted(refused, 'time')}`}, ${seen}`),
    ...uses.flatMap(useLines),
  ].join('\n');
}

function useLines({ at, subject, repository, environment, step, session, from, refused }: WhoUseDocument) {
  const named = session === undefined ? '' : ` as ${session}`;
  const parts = [
    ['repository', repository],
    ['environment', repository === undefined ? undefined : (environment ?? 'none')],
    ['step', step],
    ['subject', repository === undefined ? subject : undefined],
  ] as const;
  return [
    '',
    wrapped(`${minute(at)}${named} from ${from}`),
    ...(refused === undefined ? [] : [red(`  refused: ${refused}`)]),
    ...parts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${dim(name.padEnd(11))} ${value}`])),
  ];
}

function minute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}
