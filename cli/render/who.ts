import { bold, dim, red, yellow } from 'yoctocolors';
import type { WhoDocument, WhoUseDocument } from '../documents/who';
import { counted, wrapped } from './wrapped';

/** Who took a role, in 80 columns. */
export function renderWho(document: WhoDocument): string {
  const { role, region, since, uses, unattributed, unread } = document;
  const refused = uses.filter((use) => use.refused !== undefined).length;
  const taken = `Taken ${counted(uses.length - refused, 'time')}`;
  const seen = `by CloudTrail in ${region}, since ${minute(since)}`;
  return [
    bold(role),
    ...thereLines(document),
    wrapped(`${taken}${refused === 0 ? '' : `, refused ${counted(refused, 'time')}`}, ${seen}`),
    ...(unattributed === 0 ? [] : [wrapped(`Of ${counted(unattributed, 'more call')} ${ROLELESS}`)]),
    ...(unread === undefined
      ? []
      : [red(wrapped(`Not all was read, only back to ${minute(unread.before)}: ${unread.why}. ${LESS}`))]),
    ...uses.flatMap(useLines),
  ].join('\n');
}

function thereLines({ isThere, instead, unseen }: WhoDocument): readonly string[] {
  if (unseen !== undefined) return [red(wrapped(`Whether it is there is not known: ${unseen}`))];
  if (isThere !== false) return [];
  const has = instead === undefined ? 'It may have been deleted, or never have been' : `IAM has ${instead}`;
  return [yellow(wrapped(`It is not there now. ${has}: CloudTrail has what was done with it before.`))];
}

const ROLELESS = 'CloudTrail does not say which role was asked for, this one or another.';
const LESS = 'Ask for less with a later --since, or ask your trail (docs/start/keyless.md).';
const CLAIMED = 'claimed by whoever called, and proved by nobody:';

function useLines(use: WhoUseDocument) {
  const { at, subject, repository, environment, step, session, accessKeyId, from, refused, claimed } = use;
  const named = session === undefined ? '' : ` as ${session}`;
  const parts = [
    ['repository', repository],
    ['environment', repository === undefined ? undefined : (environment ?? 'none')],
    ['step', step],
    ['subject', repository === undefined ? subject : undefined],
    ['provider', repository === undefined ? use.provider : undefined],
    ['access key', accessKeyId],
  ] as const;
  return [
    '',
    wrapped(`${minute(at)}${named} from ${from}`),
    ...(refused === undefined ? [] : [red(`  refused: ${refused}`)]),
    ...(claimed === undefined ? [] : [dim(`  ${CLAIMED}`)]),
    ...parts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${dim(name.padEnd(11))} ${value}`])),
  ];
}

function minute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}
