import * as z from 'zod';
import type { EventHistory } from '../../functions/aws/event-history';
import type { RecordEvents } from '../../functions/aws/record-events';
import { after, DAY, earliest } from '../../functions/core/duration';
import { type RoleUse, roleUseOf } from '../../functions/core/hosts/role-use';
import { cleaned } from '../../functions/core/outside-text';

/** Somebody got credentials of a role in place of a key. Texts are cleaned. */
export interface Taking {
  readonly at: Date;
  /** UUID of the repository, in braces, where it is known. */
  readonly repository?: string | undefined;
  /** The session's: CloudTrail has it with everything that the session did. */
  readonly accessKeyId?: string | undefined;
  /** Deployment environments whose steps took it, as far as CloudTrail names them. @default - it is not known */
  readonly environments?: number;
  /** Calls of the session that CloudTrail shows. @default - the taking itself is in CloudTrail */
  readonly calls?: number;
}

/** What was seen of the taking of roles. */
export interface Takings {
  /** The last one of each role, by its ARN. */
  readonly last: ReadonlyMap<string, Taking>;
  /** How often each role was refused. */
  readonly refused: ReadonlyMap<string, number>;
  /** What could not be read, and why. */
  readonly unread: readonly { readonly source: string; readonly message: string }[];
}

interface Asked {
  readonly roles: readonly string[];
  readonly regions: readonly string[];
  readonly since: Date;
  readonly until: Date;
}

/** Pages of 50 calls in a region: a person waits a minute, and is told what was not read. */
const MOST_PAGES = 60;

/** Steps that took roles with a token of theirs: CloudTrail's event of each. */
export async function takenByToken(history: EventHistory, { roles, regions, since, until }: Asked): Promise<Takings> {
  const read = await Promise.all(
    regions.map(async (region) => {
      const question = { by: 'EventName', is: 'AssumeRoleWithWebIdentity', since, until, region } as const;
      const { events, why } = await history.latest(question, MOST_PAGES);
      const unread = why === undefined ? [] : [{ source: `who took roles in ${region}`, message: why }];
      return { unread, records: events.map(({ CloudTrailEvent = '' }) => CloudTrailEvent) };
    }),
  );
  const records = read.flatMap((one) => one.records);
  const usesOf = new Map(roles.map((role) => [role, records.map((record) => roleUseOf(record, role)).filter(isUse)]));
  const last = [...usesOf].flatMap(([role, uses]) => {
    const [latest] = uses
      .filter(({ refused }) => refused === undefined)
      .sort((a, b) => b.at.getTime() - a.at.getTime());
    if (latest === undefined) return [];
    const { at, step, accessKeyId } = latest;
    const environments = new Set(
      uses.flatMap((use) => (use.refused === undefined ? (use.step?.environment ?? []) : [])),
    ).size;
    return [[role, { at, repository: step?.repository, accessKeyId, environments }] as const];
  });
  const refused = [...usesOf].map(
    ([role, uses]) => [role, uses.filter((use) => use.refused !== undefined).length] as const,
  );
  return { last: new Map(last), refused: new Map(refused), unread: read.flatMap((one) => one.unread) };
}

function isUse(use: ReturnType<typeof roleUseOf>): use is RoleUse {
  return typeof use === 'object';
}

const givenSchema = z.object({
  repository: z.string(),
  roles: z.array(z.object({ role: z.string(), accessKeyId: z.string() })),
});

/** How far back it is looked, the latest first. */
const LOOKS = [DAY, 7 * DAY, 30 * DAY, 90 * DAY];

/** Steps to which a provider gave credentials of roles, by its record; what the last of them did, by CloudTrail. */
export async function givenByProvider(record: RecordEvents, history: EventHistory, asked: Asked): Promise<Takings> {
  const { roles, regions, since, until } = asked;
  const last = new Map<string, Taking>();
  const unread: Takings['unread'][number][] = [];
  for (const role of roles) {
    const taking = await lastGiven(record, role, since, until);
    if (taking?.accessKeyId === undefined) continue;
    let calls = 0;
    for (const region of regions) {
      const question = { by: 'AccessKeyId', is: taking.accessKeyId, since: taking.at, until, region } as const;
      calls += (await history.latest(question, 1)).events.length;
    }
    last.set(role, { ...taking, calls });
  }
  return { last, refused: new Map(), unread };
}

async function lastGiven(record: RecordEvents, role: string, since: Date, until: Date): Promise<Taking | undefined> {
  let read = until;
  for (const look of LOOKS) {
    const from = earliest(read, new Date(Math.max(since.getTime(), after(until, -look).getTime())));
    const events = await record.find(`"secrets-given" "${role}"`, from, read);
    const takings = events.flatMap(({ event, time, facts }): Taking[] => {
      const given = givenSchema.safeParse(facts).data;
      const session = given?.roles.find((one) => one.role === role);
      if (event !== 'secrets-given' || given === undefined || session === undefined) return [];
      const { accessKeyId } = session;
      return [{ at: new Date(time), repository: cleaned(given.repository), accessKeyId: cleaned(accessKeyId) }];
    });
    if (takings.length > 0) return takings.at(-1);
    read = from;
  }
  return undefined;
}
