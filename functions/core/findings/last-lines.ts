import { FINDINGS, type FindingCode } from './findings';
import { BESIDE_FINDINGS, cures, type KeyturnCommands, showsMore } from './keyturn';

/** Whatever has a runbook: findings, alarms, and the mails that are neither. */
export type RunbookName = FindingCode | keyof typeof BESIDE_FINDINGS;

/** What shows more of it, and what cures it. */
export function keyturnCommands(name: RunbookName): KeyturnCommands {
  const beside: Readonly<Record<string, KeyturnCommands>> = BESIDE_FINDINGS;
  return beside[name] ?? FINDINGS[name as FindingCode].keyturn;
}

/**
 * The last lines of what an alarm or a rule of the stack tells. It knows neither key nor connection: the first command
 * names them, and where it names another cure for one of them, that is the right one.
 */
export function lastLines(name: RunbookName): readonly string[] {
  const commands = keyturnCommands(name);
  const cure = cures(commands, { code: name, key: 'KEY', connection: 'CONNECTION' });
  const open = commands.cures === 'connect' ? 'CONNECTION' : 'KEY';
  return [
    `More: ${showsMore(commands, { code: name })}`,
    ...(cure === undefined ? [] : [`Cure of each ${open} that it shows, unless it says another: ${cure}`]),
  ];
}
