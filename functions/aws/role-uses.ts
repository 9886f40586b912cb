import type { Time } from '../account/ports';
import { SECOND } from '../core/duration';
import { type RoleUse, roleUseOf } from '../core/hosts/role-use';
import { type ClientConfig, reviewConfig } from './client-config';
import { createEventHistory } from './event-history';

/** LookupEvents: two requests a second, for an account and region together. The other one is left to the runs. */
const PACE = SECOND;
/** Pages of 50 calls: a person waits a minute, and is told what was not read. */
const MOST_PAGES = 60;

export interface RoleUses {
  /** Newest first. */
  readonly uses: readonly RoleUse[];
  /** Calls of which CloudTrail does not say which role they asked for. */
  readonly unattributed: number;
  /** Not there where everything was read. */
  readonly unread?: { readonly before: Date; readonly why: string } | undefined;
}

/**
 * Who took a role with a token, from CloudTrail's event history of the region. The history can be asked by one attribute,
 * and the role is none that a refused call has, so all such calls are read, newest first.
 *
 * @param range.mostPages @default 60
 * @throws KeyturnError when not even the first page was read
 */
export async function roleUses(
  roleArn: string,
  {
    since,
    until,
    mostPages = MOST_PAGES,
  }: { readonly since: Date; readonly until: Date; readonly mostPages?: number | undefined },
  time: Time,
  config: ClientConfig = reviewConfig(),
): Promise<RoleUses> {
  const question = { by: 'EventName', is: 'AssumeRoleWithWebIdentity', since, until } as const;
  const { events, why } = await createEventHistory(time, PACE, config).latest(question, mostPages);
  const found = events.map(({ CloudTrailEvent = '' }) => roleUseOf(CloudTrailEvent, roleArn));
  return {
    uses: found.filter((use) => typeof use === 'object'),
    unattributed: found.filter((use) => use === 'of-no-role').length,
    unread: why === undefined ? undefined : { before: events.at(-1)?.EventTime ?? until, why },
  };
}
