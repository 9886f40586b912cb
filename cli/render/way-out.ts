import { bold, green } from 'yoctocolors';
import type { WayOutRow } from '../documents/simulate';
import { hanging } from './hanging';
import { counted } from './wrapped';

/** Keys that leave, and what was said and done on which day; nothing where none does. */
export function renderWayOut(rows: readonly WayOutRow[]): readonly string[] {
  return rows.length === 0 ? [] : ['', bold('The way out'), ...rows.flatMap(renderRow)];
}

function renderRow({ key, roles, exits, movedAt, stages, writtenAt, goneAt }: WayOutRow): readonly string[] {
  const told = [
    exits && on(exits.at, exitsWords(exits)),
    movedAt && on(movedAt, `its pipelines take ${roles.join(', ')}`),
    ...stages.flatMap(({ stage, at }) => [
      on(at, `migrate says ${stage}`),
      ...(stage === 'retire' && writtenAt !== undefined
        ? [on(writtenAt, 'what it wrote stands under the key, and is deployed')]
        : []),
    ]),
    goneAt && on(goneAt, green('the key is gone')),
  ];
  return [key, ...told.filter((line) => line !== undefined).flatMap((line) => hanging(line, UNDER_DATE))];
}

const UNDER_DATE = ' '.repeat(14);

function on(instant: string, says: string): string {
  return `  ${instant.slice(0, 10)}  ${says}`;
}

function exitsWords({ role, calls, clients, blockers }: NonNullable<WayOutRow['exits']>): string {
  const use = `${counted(calls, 'call')} by ${counted(clients, 'client')} in 90 days`;
  return `exits says: a role can take over: ${role} (${use}) ${blockers.join(' ')}`.trimEnd();
}
