import { bold, dim, green, red, yellow } from 'yoctocolors';
import type { CommandDocument, HandedKeyDocument, UninstallDocument } from '../documents/uninstall';
import { day } from './words';
import { counted, wrapped } from './wrapped';

/** What is handed back, what stays, and what is left to do, in 80 columns; commands are whole lines, to copy. */
export function renderUninstall(document: UninstallDocument): string {
  const { account, region, at, keys, problems, unseen, goes, stays, commands, isReady } = document;
  const head = `${account} ${region}, ${at.slice(0, 16).replace('T', ' ')} UTC`;
  return [
    `${bold('What is handed back')} ${dim(`in ${head}`)}`,
    ...(keys.length === 0 ? ['  No managed key.'] : keys.flatMap((key) => ['', ...keyLines(key)])),
    ...problems.map(({ code, message }) => `${red(code)}\n${wrapped(message, '  ')}`),
    ...unseen.map(({ id, message }) => wrapped(`${red('?')} ${id}: ${message}`, '')),
    '',
    ...(goes.length === 0 ? [] : [bold('What goes with the stack, and pipelines use or may use')]),
    ...goes.map(({ type, id, so }) => wrapped(`${type} ${id}: ${so}`, '  ')),
    ...(goes.length === 0 ? [] : ['']),
    bold('What stays when the stack is gone'),
    ...stays.map(
      ({ what, keep, beRid }) =>
        `${wrapped(what, '  ')}\n${wrapped(`keep it ${keep}; be rid of it: ${beRid}`, '    ')}`,
    ),
    '',
    ...(isReady ? [bold('What takes it away, in this order; nothing of it was done')] : []),
    ...commands.map((command) => commandLines(command, '  ')),
    ...(isReady ? [''] : []),
    verdictOf(document),
  ].join('\n');
}

function keyLines(key: HandedKeyDocument): readonly string[] {
  const { id, user, state, current, places, deliveredAt, half, others, heldBy, pausedUntil } = key;
  const sign = state === 'whole' ? green('•') : red('!');
  return [
    `${sign} ${bold(id)} ${dim(`IAM user ${user}`)}`,
    wrapped(
      current === undefined
        ? "Keyturn has made no key: the user's own is the one."
        : `${current.accessKeyId} ${current.status}, made ${day(current.createdAt)}, ${whereOf(places, deliveredAt)}`,
      '  ',
    ),
    ...others.map(({ accessKeyId, what }) => wrapped(`${accessKeyId}: ${what}`, '  ')),
    ...(heldBy === 'paused'
      ? [wrapped(`Paused${pausedUntil === undefined ? '' : ` until ${day(pausedUntil)}`}.`, '  ')]
      : []),
    ...(heldBy === 'observed' ? ['  Only observed.'] : []),
    ...half.flatMap(({ is, what, accessKeyId, finish }) => [
      `  ${red(is)}${accessKeyId === undefined ? '' : ` ${accessKeyId}`}`,
      wrapped(what, '    '),
      commandLines(finish, '    '),
    ]),
  ];
}

function whereOf(places: readonly string[], deliveredAt: string | undefined): string {
  if (places.length === 0) return 'for readers';
  const many = counted(places.length, 'place');
  return deliveredAt === undefined ? `not in all of its ${many}` : `in ${many} since ${day(deliveredAt)}`;
}

function commandLines({ to, run }: CommandDocument, indent: string): string {
  return run === undefined ? wrapped(`${to}.`, indent) : [wrapped(`${to}:`, indent), `${indent}  ${run}`].join('\n');
}

function verdictOf({ isReady, keys, problems, unseen }: UninstallDocument): string {
  if (isReady) return green('Nothing is half: each key can be handed back as it is.');
  const half = keys.filter(({ state }) => state === 'half').length;
  const parts = [
    ...(half > 0 ? [red(`${counted(half, 'key is', 'keys are')} half: finish that first.`)] : []),
    ...(problems.length > 0 ? [red(`${counted(problems.length, 'thing needs', 'things need')} a person.`)] : []),
    ...(unseen.length > 0 ? [yellow(`${counted(unseen.length, 'thing')} could not be looked at.`)] : []),
  ];
  return `${parts.join(' ')} ${dim('Do not destroy the stack yet.')}`;
}
