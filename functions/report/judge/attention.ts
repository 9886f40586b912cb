import { after } from '../../core/duration';
import { type Exemption, exemptionOf } from '../../core/key/exemption';
import type { Evidence } from '../evidence/evidence';
import { compare } from './compare';
import { asAccepted, exemptionsIn, findingExcuse, lateExcuse } from './exempt';
import { isLateWithin, supersededAt } from './lives';
import type { AccessKeyLine, Attention, Change, ControlVerdict, ManagedKeyHistory } from './model';
import type { OpenFinding } from './open-findings';
import { plural } from './plural';
import type { Reconciliation } from './reconcile';
import { DELIVERY_MAY_TAKE, dayOf } from './time-bounds';

export interface Judged {
  readonly accessKeys: readonly AccessKeyLine[];
  readonly managedKeys: readonly ManagedKeyHistory[];
  readonly controls: readonly ControlVerdict[];
  readonly reconciliation: Reconciliation;
  readonly gaps: readonly Omit<Attention, 'id'>[];
  /** What concerns Keyturn itself. */
  readonly own: readonly Omit<Attention, 'id'>[];
  readonly findings: readonly OpenFinding[];
}

const SEVERITIES: readonly Attention['severity'][] = ['high', 'medium', 'low'];
const KINDS: readonly Attention['kind'][] = [
  'without-keyturn',
  'without-trail',
  'tampering',
  'log-gap',
  'own-change',
  'open-secret',
  'late-rotation',
  'late-deactivation',
  'late-delivery',
  'control-failed',
  'open-finding',
  'incomplete-run',
];
const MOST_NAMED = 5;

/** What an auditor has to look at, most serious first, and of the same kind the youngest first. */
export function attentionOf(evidence: Evidence, judged: Judged): readonly Attention[] {
  const { gaps, findings, controls, accessKeys, managedKeys } = judged;
  const exemptions = exemptionsIn(evidence);
  const accepted = (item: Attention) => asAccepted(item, exemptionOf(exemptions, item.key ?? '', evidence.gatheredAt));
  return [
    ...judged.reconciliation.changes.flatMap((change) => changeItem(change, judged.reconciliation)),
    ...gaps.map((gap, index) => ({ id: `gap-${index + 1}`, ...gap })),
    ...judged.own.map((item, index) => ({ id: `keyturn-${index + 1}`, ...item })),
    ...managedKeys.flatMap(foundItems).map((item, index) => ({ id: `found-${index + 1}`, ...item })),
    ...managedKeys.flatMap((managed) => lateItems(evidence, managed, exemptions)),
    ...managedKeys.flatMap(overdueItem).map(accepted),
    ...accessKeys.flatMap(beyondItem).map(accepted),
    ...managedKeys.flatMap((managed) => undeliveredItem(evidence, managed)).map(accepted),
    ...controls.filter(({ verdict }) => verdict === 'fail').map((control) => controlItem(control, accessKeys)),
    ...findings.map((finding, index) =>
      asAccepted(findingItem(finding, index), findingExcuse(evidence, exemptions, finding)),
    ),
  ].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
      compare(b.at ?? '', a.at ?? '') ||
      compare(a.id, b.id),
  );
}

function changeItem(change: Change, { doubtful, ownerless }: Reconciliation): Attention[] {
  const { id, at, key, user, accessKeyId, event, note, result, isManaged } = change;
  const item = (
    kind: Attention['kind'],
    severity: Attention['severity'],
    title: string,
    detail: string,
  ): Attention[] => [
    {
      id,
      kind,
      severity,
      title,
      detail: note === undefined ? detail : `${detail} ${note}`,
      at,
      key,
      user,
      accessKeyId,
      events: event === undefined ? [] : [event],
    },
  ];
  const what = describeChange(change);
  if (result === 'without-keyturn' && isManaged) {
    return item(
      'without-keyturn',
      'high',
      `${what} without Keyturn`,
      `By ${change.by} at ${at}. No audit event tells of it.`,
    );
  }
  if (result === 'without-trail') {
    return item(
      'without-trail',
      'high',
      `${what}, says the record; CloudTrail does not have it`,
      `Event ${event} at ${at}.`,
    );
  }
  if (ownerless.has(id)) {
    const detail = `By ${change.by} at ${at}. It may concern a managed user: read the record ${change.trailEventId}.`;
    return item('without-keyturn', 'high', `${change.action}: CloudTrail does not say whose it is`, detail);
  }
  if (doubtful.has(id)) {
    return item(
      'without-keyturn',
      'high',
      `${what} by another principal than Keyturn's`,
      `At ${at}; the record has the event ${event}.`,
    );
  }
  return [];
}

function describeChange({ action, user, accessKeyId, status, key, version }: Change): string {
  switch (action) {
    case 'CreateAccessKey':
      return `${accessKeyId ?? 'An access key'} of ${user} was created`;
    case 'DeleteAccessKey':
      return `${accessKeyId ?? 'An access key'} of ${user} was deleted`;
    case 'UpdateAccessKey':
      return `${accessKeyId ?? 'An access key'} of ${user} was made ${status ?? 'Active or Inactive'}`;
    case 'PutSecretValue':
      return `A value was stored in the secret of ${key ?? user}${version === undefined ? '' : ` (version ${version})`}`;
  }
}

/** What IAM shows and nobody told of. When it happened is not known, so it has no time. */
function foundItems({ key, user, lives }: ManagedKeyHistory): Omit<Attention, 'id'>[] {
  return lives.flatMap(({ accessKeyId, marks }) =>
    marks
      .filter(({ kind, isFound }) => kind === 'incident' && isFound)
      .map(({ label, at }) => ({
        kind: 'without-keyturn',
        severity: 'high',
        title: `${accessKeyId} of ${user}: ${label}`,
        detail: `Seen at ${at}; it happened before. Neither an audit event nor CloudTrail tells of it.`,
        key,
        user,
        accessKeyId,
        events: [],
      })),
  );
}

function lateItems(
  evidence: Evidence,
  { key, user, lives }: ManagedKeyHistory,
  exemptions: readonly Exemption[],
): Attention[] {
  const late = lives.filter((life) => isLateWithin(evidence, life));
  return late.map((life) => {
    const at = supersededAt(life) ?? '';
    const item: Attention = {
      id: `late-${life.accessKeyId}`,
      kind: 'late-rotation',
      severity: 'medium',
      title: `${key} was rotated ${life.lateDays} days late`,
      detail: `${life.accessKeyId} of ${user} stayed current until ${at}.`,
      at,
      key,
      user,
      accessKeyId: life.accessKeyId,
      events: life.marks.flatMap(({ event }) => (event === undefined ? [] : [event])),
    };
    return asAccepted(item, lateExcuse(exemptions, key, life));
  });
}

function overdueItem({ key, user, state, currentAccessKeyId, rotateDueAt }: ManagedKeyHistory): Attention[] {
  if (state !== 'overdue') return [];
  const now: Attention = {
    id: `overdue-${key}`,
    kind: 'late-rotation',
    severity: 'medium',
    title: `${key} is overdue`,
    detail:
      currentAccessKeyId === undefined
        ? `Its secret holds no key of ${user} yet, and more than one daily run has passed.`
        : `${currentAccessKeyId} of ${user} was due at ${rotateDueAt}, and has no successor.`,
    key,
    user,
    at: rotateDueAt,
    accessKeyId: currentAccessKeyId,
    events: [],
  };
  return [now];
}

/** A superseded key that is still Active though neither its overlap nor a hold explains it. */
function beyondItem({ id, key, user, accessKeyId, overlap, events }: AccessKeyLine): Attention[] {
  if (overlap?.state !== 'beyond') return [];
  return [
    {
      id: `late-deactivation-${id}`,
      kind: 'late-deactivation',
      severity: 'medium',
      title: `${key} is behind its dates: ${accessKeyId} is still Active`,
      detail: `It is superseded, and should have been made Inactive on ${dayOf(new Date(overlap.until))}.`,
      at: overlap.until,
      key,
      user,
      accessKeyId,
      events: events.slice(-1),
    },
  ];
}

function undeliveredItem(
  { gatheredAt }: Evidence,
  { key, user, currentAccessKeyId, undeliveredSince }: ManagedKeyHistory,
): Attention[] {
  if (undeliveredSince === undefined) return [];
  if (gatheredAt <= after(new Date(undeliveredSince), DELIVERY_MAY_TAKE)) return [];
  return [
    {
      id: `late-delivery-${key}`,
      kind: 'late-delivery',
      severity: 'medium',
      title: `${key} is not delivered`,
      detail: `${currentAccessKeyId} waits for its delivery since ${undeliveredSince}.`,
      at: undeliveredSince,
      key,
      user,
      accessKeyId: currentAccessKeyId,
      events: [],
    },
  ];
}

function controlItem(
  { id, framework, reference, title, failed }: ControlVerdict,
  keys: readonly AccessKeyLine[],
): Attention {
  const failing = keys.flatMap((line) => {
    const result = line.controls.find(({ control, verdict }) => control === id && verdict === 'fail');
    return result === undefined ? [] : [{ line, why: result.why }];
  });
  const named = failing.slice(0, MOST_NAMED).map(({ line, why }) => `${line.accessKeyId ?? line.user}: ${why}`);
  const more = failing.length - named.length;
  return {
    id: `control-${id}`,
    kind: 'control-failed',
    severity: 'medium',
    title: `${plural(failed, 'key')} ${failed === 1 ? 'fails' : 'fail'} ${framework} ${reference.split(' (')[0]}: ${title}`,
    detail: `${named.join(' ')}${more > 0 ? ` And ${more} more.` : ''}`,
    events: failing.length === 1 ? (failing[0]?.line.events ?? []) : [],
  };
}

const ASKED_FOR: ReadonlySet<string> = new Set(['paused', 'observed', 'in-use', 'not-replaced-yet', 'replaced']);

function findingItem({ last, firstSeen, times }: OpenFinding, index: number): Attention {
  const { reason = 'finding', key, user, accessKeyId, message = '', time, id } = last;
  const seen = times === 1 ? `Seen at ${time}.` : `Seen ${times} times, from ${firstSeen} to ${time}.`;
  return {
    id: `finding-${index + 1}`,
    kind: 'open-finding',
    severity: ASKED_FOR.has(reason) ? 'low' : 'medium',
    title: `${reason}${key === undefined ? '' : ` of ${key}`} is open`,
    detail: `${message} ${seen} No later run has cleared it.`.trim(),
    at: time,
    key,
    user,
    accessKeyId,
    events: [id],
  };
}
