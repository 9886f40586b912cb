import type { Report } from '../judge/model';

type Cell = string | number | boolean | undefined;

/** One table: the names of its columns, and its rows. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What each row says, column by column. */
type Columns<T> = Readonly<Record<string, (line: T) => Cell>>;

/** Several values in one cell. */
const joined = (values: readonly string[]) => values.join(' ');

export const CSV_TABLES = {
  summary: ({ summary, frameworks, ...report }) => {
    const { schema, account, region, generatedAt, generatedBy, since, until } = report;
    const judgedBy = frameworks === undefined ? 'all' : joined(frameworks);
    const about = { schema, account, region, generatedAt, generatedBy, since, until, frameworks: judgedBy };
    return { columns: ['name', 'value'], rows: Object.entries({ ...summary, ...about }) };
  },
  attention: ({ attention }) =>
    table(attention, {
      id: ({ id }) => id,
      kind: ({ kind }) => kind,
      severity: ({ severity }) => severity,
      title: ({ title }) => title,
      detail: ({ detail }) => detail,
      at: ({ at }) => at,
      key: ({ key }) => key,
      user: ({ user }) => user,
      accessKeyId: ({ accessKeyId }) => accessKeyId,
      events: ({ events }) => joined(events),
      exception: ({ exception }) => exception,
    }),
  exceptions: ({ exceptions }) =>
    table(exceptions, {
      id: ({ id }) => id,
      kind: ({ kind }) => kind,
      isInForce: ({ isInForce }) => isInForce,
      until: ({ until }) => until,
      key: ({ key }) => key,
      user: ({ user }) => user,
      accessKeyId: ({ accessKeyId }) => accessKeyId,
      policy: ({ policy }) => policy,
      controls: ({ controls }) => joined(controls),
      why: ({ why }) => why,
      approver: ({ approver }) => approver,
      reason: ({ reason }) => reason,
      approvedOn: ({ approvedOn }) => approvedOn,
      saidApprover: ({ saidApprover }) => saidApprover,
      event: ({ event }) => event,
    }),
  limits: ({ limits }) => table(limits, { source: ({ source }) => source, message: ({ message }) => message }),
  'trail-spans': ({ trailSpans = [] }) =>
    table(trailSpans, {
      from: ({ from }) => from,
      to: ({ to }) => to,
      source: ({ source }) => source,
      why: ({ why }) => why,
    }),
  'access-keys': (report) => {
    const controls = report.controls.map(({ id }): [string, (line: Report['accessKeys'][number]) => Cell] => [
      id,
      (line) => line.controls.find(({ control }) => control === id)?.verdict,
    ]);
    return table(report.accessKeys, {
      id: ({ id }) => id,
      user: ({ user }) => user,
      arn: ({ arn }) => arn,
      isRoot: ({ isRoot }) => isRoot,
      accessKeyId: ({ accessKeyId }) => accessKeyId,
      key: ({ key }) => key,
      role: ({ role }) => role,
      status: ({ status }) => status,
      createdAt: ({ createdAt }) => createdAt,
      ageDays: ({ ageDays }) => ageDays,
      lastUsed: ({ lastUsed }) => lastUsed,
      rotateDueAt: ({ rotateDueAt }) => rotateDueAt,
      overlap: ({ overlap }) => overlap?.state,
      overlapUntil: ({ overlap }) => overlap?.until,
      ...Object.fromEntries(controls),
      events: ({ events }) => joined(events),
    });
  },
  'managed-keys': ({ managedKeys }) =>
    table(managedKeys, {
      key: ({ key }) => key,
      user: ({ user }) => user,
      state: ({ state }) => state,
      isManagedNow: ({ isManagedNow }) => isManagedNow,
      currentAccessKeyId: ({ currentAccessKeyId }) => currentAccessKeyId,
      rotateDueAt: ({ rotateDueAt }) => rotateDueAt,
      rotateAfter: ({ policy }) => policy.rotateAfter,
      deactivateAfter: ({ policy }) => policy.deactivateAfter,
      deleteAfter: ({ policy }) => policy.deleteAfter,
      idleFor: ({ policy }) => policy.idleFor,
      holdLimit: ({ policy }) => policy.holdLimit,
      policyChangedAt: ({ policyChangedAt }) => policyChangedAt,
      policyWrittenBy: ({ policyWritten }) => policyWritten?.by,
      policyWrittenAt: ({ policyWritten }) => policyWritten?.at,
      rotations: ({ rotations }) => rotations,
      lateRotations: ({ lateRotations }) => lateRotations,
      deliveries: ({ deliveries }) => deliveries,
      holds: ({ holds }) => holds,
      incidents: ({ incidents }) => incidents,
      targets: ({ targets }) => targets.join('; '),
      accessKeyIds: ({ lives }) => joined(lives.map(({ accessKeyId }) => accessKeyId)),
      events: ({ events }) => events.length,
    }),
  changes: ({ changes }) =>
    table(changes, {
      id: ({ id }) => id,
      at: ({ at }) => at,
      action: ({ action }) => action,
      result: ({ result }) => result,
      isManaged: ({ isManaged }) => isManaged,
      by: ({ by }) => by,
      user: ({ user }) => user,
      accessKeyId: ({ accessKeyId }) => accessKeyId,
      status: ({ status }) => status,
      version: ({ version }) => version,
      key: ({ key }) => key,
      event: ({ event }) => event,
      trailEventId: ({ trailEventId }) => trailEventId,
      note: ({ note }) => note,
    }),
  'own-changes': ({ ownChanges = [] }) =>
    table(ownChanges, {
      id: ({ id }) => id,
      at: ({ at }) => at,
      kind: ({ kind }) => kind,
      call: ({ call }) => call,
      service: ({ service }) => service,
      thing: ({ thing }) => thing,
      by: ({ by }) => by,
      from: ({ from }) => from,
      deployment: ({ deployment }) => deployment,
      trailEventId: ({ trailEventId }) => trailEventId,
    }),
  'secret-readers': ({ secretReaders = [] }) =>
    table(secretReaders, {
      secret: ({ secret }) => secret,
      kind: ({ kind }) => kind,
      key: ({ key }) => key,
      state: ({ state }) => state,
      readers: ({ readers }) => joined(readers),
    }),
  rights: ({ rights = [] }) => table(rights, { may: ({ may }) => may, who: ({ who }) => joined(who) }),
  told: ({ told }) =>
    table(told, {
      finding: ({ finding }) => finding,
      key: ({ key }) => key,
      user: ({ user }) => user,
      accessKeyId: ({ accessKeyId }) => accessKeyId,
      times: ({ times }) => times,
      notSent: ({ notSent }) => notSent,
      first: ({ first }) => first,
      last: ({ last }) => last,
      event: ({ event }) => event,
    }),
  events: ({ events }) =>
    table(events, {
      id: ({ id }) => id,
      time: ({ time }) => time,
      event: ({ event }) => event,
      outcome: ({ outcome }) => outcome,
      key: ({ key }) => key,
      user: ({ user }) => user,
      accessKeyId: ({ accessKeyId }) => accessKeyId,
      version: ({ version }) => version,
      target: ({ target }) => target,
      reason: ({ reason }) => reason,
      code: ({ code }) => code,
      message: ({ message }) => message,
      shortened: ({ shortened }) => shortened,
      facts: ({ facts }) => (facts === undefined ? undefined : JSON.stringify(facts)),
      function: ({ function: name }) => name,
      functionVersion: ({ functionVersion }) => functionVersion,
      run: ({ run }) => run,
      sequence: ({ sequence }) => sequence,
      account: ({ account }) => account,
      region: ({ region }) => region,
    }),
  controls: ({ controls }) =>
    table(controls, {
      id: ({ id }) => id,
      framework: ({ framework }) => framework,
      version: ({ version }) => version,
      reference: ({ reference }) => reference,
      title: ({ title }) => title,
      verdict: ({ verdict }) => verdict,
      passed: ({ passed }) => passed,
      excepted: ({ excepted }) => excepted,
      failed: ({ failed }) => failed,
      notApplicable: ({ notApplicable }) => notApplicable,
      unknown: ({ unknown }) => unknown,
      asks: ({ asks }) => asks,
      judgedBy: ({ judgedBy }) => judgedBy,
      source: ({ source }) => source,
    }),
  runs: ({ runs }) =>
    table(runs, {
      function: ({ function: name }) => name,
      day: ({ day }) => day,
      runs: (line) => line.runs,
      changed: ({ changed }) => changed,
      incomplete: ({ incomplete }) => incomplete,
      failed: ({ failed }) => failed,
    }),
} as const satisfies Record<string, (report: Report) => CsvTable>;

function table<T>(lines: readonly T[], columns: Columns<T>): CsvTable {
  const cells = Object.values(columns);
  return { columns: Object.keys(columns), rows: lines.map((line) => cells.map((cell) => cell(line))) };
}
