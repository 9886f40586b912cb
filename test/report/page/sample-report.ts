import { attemptOfEvent } from '../../../functions/core/audit';
import { DAY } from '../../../functions/core/duration';
import {
  type AccessKeyLine,
  type Attention,
  type Change,
  type Exception,
  REPORT_SCHEMA,
  type Report,
  reportSchema,
} from '../../../functions/report/judge/model';
import { changesOf } from './sample-changes';
import { controlsOf, judged } from './sample-controls';
import { type SampleKey, SINCE, sampleKey, UNTIL } from './sample-key';
import { sampleKeyturn } from './sample-keyturn';
import { ACCOUNT, attempt, REGION } from './sample-run';

export const HOSTILE_USERS = ['<script>alert(1)</script>', "=cmd|' /C calc'!A0"];

const KINDS = ['web-shop', 'billing', 'data-import', 'mobile-build', 'search', 'backup'];

/** A report as a real account's could be: two years of so many managed keys, and what people did beside Keyturn. */
export function sampleReport(managed: number): Report {
  const keys = Array.from({ length: managed }, (_, index) => {
    const key = `${KINDS[index % KINDS.length]}-${String(index + 1).padStart(3, '0')}-production`;
    return sampleKey(index, key, index === 0 ? (HOSTILE_USERS[0] ?? '') : `ci-${key}`);
  });
  const quiet = attempt('report', new Date(UNTIL.getTime() - 40 * DAY), [
    { event: 'finding', reason: 'report-unavailable', outcome: 'blocked', message: 'The credential report was late.' },
  ]);
  const events = [...keys.flatMap((key) => key.events), ...quiet].sort((a, b) => a.time.localeCompare(b.time));
  const changes = changesOf(events, keys[0]);
  const accessKeys = [...keys.flatMap(linesOf), ...unmanaged(), ...foreign(changes)];
  const controls = controlsOf(accessKeys);
  const exceptions = exceptionsOf(accessKeys);
  const late = keys.filter(({ history }) => history.lateRotations > 0);
  const attention: Attention[] = [
    ...changes.filter(({ result }) => result === 'without-keyturn' || result === 'without-trail').map(attentionOf),
    ...late.map(
      ({ history }, index): Attention => ({
        id: `late-${index + 1}`,
        kind: 'late-rotation',
        severity: 'medium',
        title: `${history.key} was rotated 6 days late`,
        detail: 'The rotation was due at 90 days.',
        key: history.key,
        user: history.user,
        events: history.lives
          .slice(1)
          .flatMap(({ marks }) => (marks[0]?.event === undefined ? [] : [marks[0].event]))
          .slice(0, 1),
      }),
    ),
    ...controls
      .filter(({ verdict }) => verdict === 'fail')
      .map(
        (control): Attention => ({
          id: `control-${control.id}`,
          kind: 'control-failed',
          severity: 'medium',
          title: `${control.framework} ${control.reference} fails for ${control.failed} access keys`,
          detail: control.asks,
          events: [],
        }),
      ),
  ];
  const runs = runsOf(events);
  const sum = (of: (key: SampleKey) => number) => keys.reduce((total, key) => total + of(key), 0);
  const changed = (result: Change['result'], isManaged: boolean) =>
    changes.filter((change) => change.result === result && change.isManaged === isManaged).length;
  const count = (name: string) => events.filter(({ event }) => event === name).length;
  return reportSchema.parse({
    schema: REPORT_SCHEMA,
    account: ACCOUNT,
    region: REGION,
    generatedAt: new Date(UNTIL.getTime() + DAY / 4).toISOString(),
    generatedBy: `arn:aws:sts::${ACCOUNT}:assumed-role/auditor/grace`,
    since: SINCE.toISOString(),
    until: UNTIL.toISOString(),
    summary: {
      verdict: 'not-compliant',
      headline: `No: ${controls.filter(({ verdict }) => verdict === 'fail').length} controls fail, and 2 changes to managed users happened without Keyturn.`,
      exceptionsInForce: exceptions.filter(({ isInForce }) => isInForce).length,
      accessKeys: accessKeys.filter(({ status }) => status !== 'Deleted').length,
      activeAccessKeys: accessKeys.filter(({ status }) => status === 'Active').length,
      managedKeys: managed,
      managedKeysOnTime: managed,
      rotations: sum(({ history }) => history.rotations),
      lateRotations: sum(({ history }) => history.lateRotations),
      deliveries: sum(({ history }) => history.deliveries),
      failedDeliveries: sum(({ failedDeliveries }) => failedDeliveries),
      deactivations: count('key-deactivated'),
      deletions: count('key-deleted'),
      holds: sum(({ history }) => history.holds),
      findings: count('finding'),
      changesWithoutKeyturn: changed('without-keyturn', true),
      changesOfUnmanagedUsers: changed('without-keyturn', false),
      eventsWithoutTrail: changed('without-trail', true),
      changesMatched: changed('matched', true),
      runs: runs.reduce((total, day) => total + day.runs, 0),
      runsWithoutChange: runs.reduce((total, day) => total + day.runs - day.changed, 0),
      runsIncomplete: 0,
      ownChanges: 3,
      openSecrets: 1,
      oldestCurrentKeyDays: 89.3,
    },
    attention,
    exceptions,
    limits: [
      {
        source: 'cloudtrail',
        message: 'CloudTrail keeps 90 days of event history: changes before 2026-08-03 are not reconciled.',
      },
      {
        source: 'credential-report',
        message: 'AWS had no information on the last use of 1 access key; it is not judged as unused.',
      },
    ],
    trailSpans: trailSpans(),
    accessKeys,
    managedKeys: keys.map(({ history }) => history),
    changes,
    ...sampleKeyturn(keys.map(({ history }) => history.key)),
    controls,
    runs,
    events,
  });
}

/** Files of a trail that was made late and has a damaged file, the event history, and what does not show yet. */
function trailSpans(): NonNullable<Report['trailSpans']> {
  const ends = (days: number) => new Date(UNTIL.getTime() - days * DAY).toISOString();
  const folder = `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/`;
  return [
    {
      from: SINCE.toISOString(),
      to: ends(400),
      source: 'absent',
      why:
        `There is no file of us-east-1 in s3://trail-of-acme/${folder}. The trail did not write then or not there, or somebody ` +
        'has deleted its files.',
    },
    { from: ends(400), to: ends(200), source: 'trail-files' },
    {
      from: ends(200),
      to: ends(199),
      source: 'absent',
      why: `${ACCOUNT}_CloudTrail_us-east-1_20260412T0210Z_Mu0KsOhtH1ar15ZZ.json.gz is damaged: unexpected end of file.`,
    },
    { from: ends(199), to: ends(90), source: 'trail-files' },
    { from: ends(90), to: UNTIL.toISOString(), source: 'event-history' },
  ];
}

function linesOf({ history, createdAt }: SampleKey): AccessKeyLine[] {
  return history.lives.map((life) => {
    const born = createdAt.get(life.accessKeyId) ?? SINCE;
    const deleted = life.marks.find(({ kind }) => kind === 'deleted');
    const phase = life.phases.at(-1)?.phase;
    const isCurrent = life.accessKeyId === history.currentAccessKeyId;
    const end = deleted === undefined ? UNTIL : new Date(deleted.at);
    const facts = {
      status: deleted ? ('Deleted' as const) : phase === 'inactive' ? ('Inactive' as const) : ('Active' as const),
      ageDays: Math.round(((end.getTime() - born.getTime()) / DAY) * 10) / 10,
      isRoot: false,
      lastUsed: new Date(end.getTime() - DAY).toISOString(),
    };
    const overlaps = !deleted && !isCurrent && phase === 'overlap';
    const overlap = overlaps ? { state: 'overlap' as const, until: overlapEnd(born) } : undefined;
    return {
      id: life.accessKeyId,
      user: history.user,
      arn: `arn:aws:iam::${ACCOUNT}:user/${history.user}`,
      accessKeyId: life.accessKeyId,
      key: history.key,
      role: deleted ? 'gone' : isCurrent ? 'current' : 'superseded',
      createdAt: born.toISOString(),
      ...facts,
      ...(isCurrent && history.rotateDueAt ? { rotateDueAt: history.rotateDueAt } : {}),
      ...(overlap && { overlap }),
      controls: judged({ id: life.accessKeyId, ...facts, overlap }),
      events: life.marks.flatMap(({ event }) => event ?? []),
    };
  });
}

function overlapEnd(born: Date): string {
  return new Date(born.getTime() + 100 * DAY).toISOString();
}

/** The overlaps, and two that somebody has accepted: one that counts, and one that is over. */
function exceptionsOf(accessKeys: readonly AccessKeyLine[]): Exception[] {
  const accepted = {
    kind: 'accepted' as const,
    user: 'legacy-deploy',
    controls: ['cis-1.14'],
    approver: 'Grace Hopper, CISO',
    reason: 'It is replaced with the new build farm; its rights were cut down to one bucket.',
  };
  return [
    ...accessKeys.flatMap(({ id, user, key, accessKeyId, overlap, controls }): Exception[] => {
      const about = controls.flatMap(({ control, exception }) => (exception === undefined ? [] : [control]));
      if (overlap === undefined || about.length === 0) return [];
      const why = `${accessKeyId} overlaps with its successor.`;
      const until = overlap.until;
      return [
        {
          id: `overlap-${id}`,
          kind: 'overlap',
          isInForce: true,
          until,
          why,
          key,
          user,
          accessKeyId,
          policy: '90/100/110',
          controls: about,
        },
      ];
    }),
    {
      ...accepted,
      id: 'accepted-1',
      isInForce: true,
      until: '2027-03-01T00:00:00.000Z',
      why: '1 access key needs it.',
      approvedOn: '2026-09-01',
    },
    {
      ...accepted,
      id: 'accepted-2',
      isInForce: false,
      until: '2026-03-01T00:00:00.000Z',
      why: 'It is over, and does not count any more.',
      approvedOn: '2025-09-01',
    },
  ];
}

/** Keys that Keyturn does not manage: root's, one of a user with a formula's name, an old one, one that tells nothing. */
function unmanaged(): AccessKeyLine[] {
  const line = (user: string, ageDays: number, lastUsed: AccessKeyLine['lastUsed'], isRoot = false): AccessKeyLine => {
    const facts = { status: 'Active' as const, ageDays, isRoot, lastUsed };
    const createdAt = new Date(UNTIL.getTime() - ageDays * DAY).toISOString();
    const arn = isRoot ? `arn:aws:iam::${ACCOUNT}:root` : `arn:aws:iam::${ACCOUNT}:user/${user}`;
    const role = isRoot ? 'root' : 'unmanaged';
    return { id: `${user}-1`, user, arn, role, createdAt, ...facts, controls: judged(facts), events: [] };
  };
  return [
    line('<root_account>', 1204.5, 'never', true),
    line(HOSTILE_USERS[1] ?? '', 30, 'unknown'),
    line('legacy-deploy', 640.2, new Date(UNTIL.getTime() - 3 * DAY).toISOString()),
  ];
}

function foreign(changes: readonly Change[]): AccessKeyLine[] {
  return changes
    .filter(
      ({ result, action, isManaged }) => result === 'without-keyturn' && action === 'CreateAccessKey' && isManaged,
    )
    .map(({ accessKeyId, user = '', key, at }) => {
      const ageDays = Math.round((UNTIL.getTime() - Date.parse(at)) / DAY);
      const facts = { status: 'Active' as const, ageDays, isRoot: false, lastUsed: 'never' as const };
      const arn = `arn:aws:iam::${ACCOUNT}:user/${user}`;
      return {
        id: accessKeyId ?? '',
        user,
        arn,
        accessKeyId,
        key,
        role: 'foreign',
        createdAt: at,
        ...facts,
        controls: judged(facts),
        events: [],
      };
    });
}

function attentionOf(change: Change): Attention {
  const without = change.result === 'without-keyturn';
  return {
    id: change.id,
    kind: without ? 'without-keyturn' : 'without-trail',
    severity: change.isManaged ? 'high' : 'low',
    title: without
      ? `${change.action} of ${change.user} happened without Keyturn`
      : `${change.action} is not in CloudTrail`,
    detail: without
      ? `${change.by} did it. No audit event tells of it.`
      : 'The record tells of it; CloudTrail, which should, does not.',
    at: change.at,
    key: change.key,
    accessKeyId: change.accessKeyId,
    events: change.event === undefined ? [] : [change.event],
  };
}

function runsOf(events: Report['events']): Report['runs'] {
  const days = new Map<string, Set<string>>();
  for (const event of events) {
    const day = `${event.function} ${event.time.slice(0, 10)}`;
    days.set(day, (days.get(day) ?? new Set()).add(attemptOfEvent(event)));
  }
  return [...days].map(([name, attempts]) => {
    const [fn = '', day = ''] = name.split(' ');
    return { function: fn, day, runs: attempts.size + 1, changed: attempts.size, incomplete: 0, failed: 0 };
  });
}
