import { bold, dim, green, yellow } from 'yoctocolors';
import type { LifeDocument, WhyDocument } from '../documents/why';
import { exceptionLines } from './exception';
import { away, day, deed } from './words';
import { counted, wrapped } from './wrapped';

/** The life of one access key, in 80 columns. */
export function renderWhy(document: WhyDocument): string {
  const { accessKeyId, user, key, createdAt, at, life, uses, next, unread } = document;
  return [
    `${bold(accessKeyId)} ${roleOf(document)}`,
    ...(user === undefined ? [] : [`IAM user ${user}${key === undefined ? '' : `, managed key ${key}`}`]),
    ...(createdAt === undefined ? [] : [`Made ${day(createdAt)} (${away(createdAt, at)})`]),
    ...usedLines(document),
    ...exceptionLines(document.exception, ''),
    '',
    bold('Life'),
    ...(life.length === 0
      ? [wrapped('Neither the record nor CloudTrail of the last 90 days has anything of it.', '  ')]
      : []),
    ...life.map(lifeLine),
    ...(uses.length === 0
      ? []
      : ['', `${bold('Uses')} ${dim('the latest in CloudTrail, management events in this region')}`]),
    ...latestUses(document),
    '',
    bold('Next'),
    ...(next.length === 0 ? ['  Nothing, as things are.'] : []),
    ...next.map((seen) =>
      wrapped(
        `${day(seen.at)} ${deed(seen)}${seen.latest === undefined ? '' : ` (in use: by ${day(seen.latest)})`}`,
        '  ',
      ),
    ),
    ...(unread.length === 0 ? [] : ['', bold('Could not be read')]),
    ...unread.map(({ source, message }) => wrapped(`${source}: ${message}`, '  ')),
  ].join('\n');
}

const ROLES: Readonly<Record<WhyDocument['is'], string>> = {
  current: 'is the current key',
  superseded: 'is superseded: a younger key is current',
  withdrawn: 'was taken back: an older key is current again',
  foreign: 'is foreign: somebody made it beside Keyturn, which never touches it',
  unmanaged: 'is of a user that is not managed',
  gone: 'is not in IAM (any more)',
  unknown: 'may be anything: what tells could not be read',
};

function roleOf({ is, status }: WhyDocument): string {
  const colour = is === 'current' ? green : yellow;
  return `${colour(ROLES[is])}${status === undefined ? '' : `; ${status}`}`;
}

function usedLines({ lastUsed, at }: WhyDocument): readonly string[] {
  if (lastUsed === undefined) return [];
  if (lastUsed.at === undefined) return ['Never used'];
  const where = [lastUsed.service, lastUsed.region].filter((part) => part !== undefined).join(' in ');
  return [`Last used ${away(lastUsed.at, at)}${where === '' ? '' : ` at ${where}`}`];
}

function lifeLine({ at, what, by, detail, source, times }: LifeDocument): string {
  const often = times === 1 ? '' : ` (${times} times)`;
  const head = `  ${at.slice(0, 16).replace('T', ' ')}  ${what}${often}`;
  const rest = [detail, by && `by ${by}`, source === 'record' ? undefined : 'CloudTrail']
    .filter((part) => part)
    .join('; ');
  if (rest === '') return head;
  return head.length + rest.length + 2 <= 80 ? `${head}  ${dim(rest)}` : `${head}\n${dim(wrapped(rest, '      '))}`;
}

const MOST_USES = 10;

function latestUses({ uses, at }: WhyDocument): readonly string[] {
  const others = uses.filter(({ isProof }) => !isProof);
  const proofs = uses.length - others.length;
  return [
    ...others
      .slice(0, MOST_USES)
      .map((use) => wrapped(`${away(use.at, at)}: ${use.service} from ${use.from}, ${use.agent}`, '  ')),
    ...(others.length > MOST_USES ? [`  and ${others.length - MOST_USES} more`] : []),
    ...(proofs === 0 ? [] : [dim(`  ${counted(proofs, 'proof')} by Keyturn`)]),
  ];
}
