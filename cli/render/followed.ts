import { bold, dim, green, red, yellow } from 'yoctocolors';
import { type AuditEvent, type AuditEventName, attemptOfEvent } from '../../functions/core/audit';
import type { Followed } from '../operate/follow';
import { isRefusedInPart } from '../operate/progress';
import { wrapped } from './wrapped';

type Tell = (event: AuditEvent) => readonly [what: string, about: string | undefined];

const STEPS: Readonly<Partial<Record<AuditEventName, Tell>>> = {
  'key-created': ({ accessKeyId }) => ['key made', accessKeyId],
  'key-proved': ({ accessKeyId, facts }) => [
    'proved',
    facts?.regions === undefined ? accessKeyId : `${accessKeyId} in ${facts.regions}`,
  ],
  'key-stored': ({ accessKeyId }) => ['stored', `${accessKeyId} is current now`],
  'key-reactivated': ({ accessKeyId }) => ['Active', `${accessKeyId} is Active again`],
  'key-promoted': ({ accessKeyId }) => ['back', `${accessKeyId} is current again`],
  'key-deactivated': ({ accessKeyId }) => ['Inactive', `${accessKeyId} is Inactive now`],
  'key-discarded': ({ accessKeyId }) => ['discarded', `${accessKeyId}; the key before stays`],
  'target-begun': ({ message }) => ['under way', message],
  'restart-ended': ({ message, facts }) => [String(facts?.came ?? 'restart'), message],
  'target-delivered': ({ target }) => ['delivered', target],
  'target-failed': ({ target, code }) => ['failed', `${target} (${code})`],
  'version-delivered': ({ accessKeyId }) => ['marked', `${accessKeyId} is at every target`],
  'check-recorded': ({ accessKeyId }) => ['compared', `every target holds ${accessKeyId}`],
  'target-drifted': ({ target }) => ['differs', target],
};

/** One step, in 80 columns. @param isOfMany whether other keys are followed beside it */
export function renderStep(event: AuditEvent, isOfMany: boolean): string {
  const [what, about = ''] = STEPS[event.event]?.(event) ?? [event.reason ?? event.event, ''];
  const head = `  ${event.time.slice(11, 19)}  ${what.padEnd(10)}`;
  const of = isOfMany ? ` (${event.key})` : '';
  const line = wrapped(`${about}${of}`.trim(), ' '.repeat(head.length + 2)).trimStart();
  const first = `${head}${line === '' ? '' : `  ${line}`}`.trimEnd();
  if (event.event !== 'finding') return [first, ...unseen(event)].join('\n');
  return [yellow(first), wrapped(event.message ?? '', '    ')].join('\n');
}

/** Of some hosts nothing can be read: that they were asked is no proof. */
function unseen({ event, facts }: AuditEvent): readonly string[] {
  const names = event === 'check-recorded' ? facts?.nothingToCompare : undefined;
  if (!Array.isArray(names) || names.length === 0) return [];
  return [wrapped(`Nothing can be compared at ${names.join(', ')}: its host shows nothing of what it holds.`, '    ')];
}

const ENDS = {
  rotate: 'Rotated, and delivered to every target.',
  deliver: 'Delivered to every target.',
  verify: 'Every target holds what was delivered to it.',
  rollback: 'Rolled back, and delivered to every target.',
  compromised: 'The leaked key is Inactive.',
  'disable-first': 'The leaked key is Inactive.',
} as const;

const OVERTAKEN =
  'Every target has taken it. But another run may be under way that writes an older key over it: sync delivers it once ' +
  'more within two hours, and marks it then.';

/** Whether the latest run that delivered had a refusal from no target, and has marked nothing all the same. */
function isTaken({ do: verb }: Followed['asked'], events: Followed['events']): boolean {
  if (verb === 'compromised' || verb === 'disable-first') return false;
  const last = events.findLast(({ event }) => event === 'target-delivered' || event === 'target-failed');
  return (
    last !== undefined &&
    events.every((one) => one.event !== 'target-failed' || attemptOfEvent(one) !== attemptOfEvent(last))
  );
}

/** What it came to, and what shows more. */
export function renderEnd({ asked, outcome, events }: Followed): string {
  const { key, do: verb } = asked;
  const status = `keyturn status ${key}`;
  switch (outcome) {
    case 'done':
      return green(ENDS[verb]);
    case 'in-the-way':
      return [red(obstacleOf(asked, events)), wrapped(stillTried(asked, status, events), '  ')].join('\n');
    case 'open': {
      if (isTaken(asked, events))
        return [bold('Delivered, and not marked yet.'), wrapped(`${OVERTAKEN} ${status} shows it.`, '  ')].join('\n');
      const told = events.length === 0 ? 'The record has nothing of it yet.' : 'It has not come to its end yet.';
      return [bold(told), wrapped(stillTried(asked, status, events), '  ')].join('\n');
    }
    case 'unread':
      return dim(
        wrapped(
          `What comes of it cannot be shown here: your policy does not let you read the record (logs:FilterLogEvents, docs/operate/permissions.md). ${status} shows it to whoever may.`,
        ),
      );
  }
}

function obstacleOf({ do: verb }: Followed['asked'], events: Followed['events']): string {
  if (isRefusedInPart(events, verb)) return 'Not every target could be asked once more.';
  if (verb !== 'verify') return 'Something stands in the way.';
  const isDrift = events.some(({ event }) => event === 'target-drifted');
  return isDrift ? 'A target does not hold what was delivered to it.' : 'Not every target could be looked at.';
}

const NODES = 'Nodes start one after the other, and sync goes on by itself. Asked again, it begins with the first one.';

function stillTried({ do: verb }: Followed['asked'], status: string, events: Followed['events']): string {
  if (isRefusedInPart(events, verb))
    return `Where it could not, all is as it was: cure what is said above, and ask again. ${status} shows more.`;
  const isOfNodes = events.some(({ event }) => event === 'target-begun' || event === 'restart-ended');
  if (verb === 'deliver' && isOfNodes) return `${NODES} ${status} shows how far it is.`;
  if (verb === 'verify') return `${status} shows more. Nothing was changed.`;
  if (verb === 'compromised' || verb === 'disable-first') {
    return `It stands until the key is Inactive: the next runs try it again, and the same command does at once. ${status} shows how far it is.`;
  }
  const next =
    verb === 'rotate' || verb === 'rollback'
      ? 'It stands for a day: the next daily run tries it again, and the same command does at once.'
      : 'It stands: sync tries it again every hour, and the same command does at once.';
  return `${next} ${status} shows how far it is.`;
}
