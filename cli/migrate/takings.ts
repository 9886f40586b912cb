import * as z from 'zod';
import type { EventHistory } from '../../functions/aws/event-history';
import type { RecordEvents } from '../../functions/aws/record-events';
import { after, DAY, earliest } from '../../functions/core/duration';
import { type RoleUse, roleUseOf } from '../../functions/core/hosts/role-use';
import { cleaned } from '../../functions/core/outside-text';
import type { ProvedStep } from './places';

/** A step got credentials of a role in place of a key. Texts are cleaned. */
export interface Taking extends ProvedStep {
  /** ARN. */
  readonly role: string;
  readonly at: Date;
  /** The session's: CloudTrail has it with everything that the session did. */
  readonly accessKeyId?: string | undefined;
  /** Calls of the session that CloudTrail shows. @default - the taking itself is in CloudTrail */
  readonly calls?: number;
}

/** What was seen of the taking of roles. */
export interface Takings {
  /** The last one of each role by each environment of a repository, newest first. */
  readonly last: readonly Taking[];
  /** When the first of them all was; from when on it was looked, where there may be earlier ones that were not read. */
  readonly first: Date;
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
  // Whoever has another token than a step's of Bitbucket has not taken the place of a pipeline: a pod of EKS, for one.
  const takings = [...usesOf].flatMap(([role, uses]) =>
    uses.flatMap(({ refused, step, at, accessKeyId }): Taking[] =>
      refused !== undefined || step === undefined
        ? []
        : [{ role, at, repository: step.repository, environment: step.environment, accessKeyId }],
    ),
  );
  const refused = [...usesOf].map(
    ([role, uses]) => [role, uses.filter((use) => use.refused !== undefined).length] as const,
  );
  const unread = read.flatMap((one) => one.unread);
  const first = unread.length > 0 ? since : firstOf(takings, until);
  return { last: lastOf(takings), first, refused: new Map(refused), unread };
}

function isUse(use: ReturnType<typeof roleUseOf>): use is RoleUse {
  return typeof use === 'object';
}

function lastOf(takings: readonly Taking[]): readonly Taking[] {
  const newest = [...takings].sort((a, b) => b.at.getTime() - a.at.getTime());
  const known = new Set<string>();
  return newest.filter(({ role, repository, environment }) => {
    const one = `${role} ${repository} ${environment}`;
    return !known.has(one) && known.add(one);
  });
}

/** @param until where there is none */
function firstOf(takings: readonly Taking[], until: Date): Date {
  return earliest(until, ...takings.map(({ at }) => at));
}

const givenSchema = z.object({
  repository: z.string(),
  environment: z.string().optional(),
  roles: z.array(z.object({ role: z.string(), accessKeyId: z.string() })),
});

/** @param first of those that were read so far */
type IsEnough = (last: readonly Taking[], first: Date) => boolean;

/** How far back it is looked, the latest first. */
const LOOKS = [DAY, 7 * DAY, 30 * DAY, 90 * DAY];

/**
 * Steps to which a provider gave credentials of roles, by its record; what each did with the last ones, by CloudTrail.
 *
 * @param isEnough that nothing older is looked for
 */
export async function givenByProvider(
  record: RecordEvents,
  history: EventHistory,
  asked: Asked,
  isEnough: IsEnough,
): Promise<Takings> {
  const { regions, until } = asked;
  const last: Taking[] = [];
  const given = await lastGiven(record, asked, isEnough);
  for (const taking of given.last) {
    let calls = 0;
    for (const region of regions) {
      const question = { by: 'AccessKeyId', is: taking.accessKeyId ?? '', since: taking.at, until, region } as const;
      calls += (await history.latest(question, 1)).events.length;
    }
    last.push({ ...taking, calls });
  }
  return { last, first: given.first, refused: new Map(), unread: [] };
}

async function lastGiven(
  record: RecordEvents,
  { roles, since, until }: Asked,
  isEnough: IsEnough,
): Promise<Pick<Takings, 'last' | 'first'>> {
  let last: readonly Taking[] = [];
  let first = until;
  let read = until;
  for (const look of LOOKS) {
    const from = earliest(read, new Date(Math.max(since.getTime(), after(until, -look).getTime())));
    const found = await Promise.all(roles.map((role) => givenIn(record, role, from, read)));
    last = lastOf([...last, ...found.flat()]);
    first = firstOf(found.flat(), first);
    if (isEnough(last, first)) break;
    read = from;
  }
  return { last, first };
}

async function givenIn(record: RecordEvents, role: string, from: Date, until: Date): Promise<readonly Taking[]> {
  const events = await record.find(`"secrets-given" "${role}"`, from, until);
  return events.flatMap(({ event, time, facts }): Taking[] => {
    const given = givenSchema.safeParse(facts).data;
    const session = given?.roles.find((one) => one.role === role);
    if (event !== 'secrets-given' || given === undefined || session === undefined) return [];
    const environment = given.environment === undefined ? undefined : cleaned(given.environment);
    const names = { repository: cleaned(given.repository), environment, accessKeyId: cleaned(session.accessKeyId) };
    return [{ role, at: new Date(time), ...names }];
  });
}
