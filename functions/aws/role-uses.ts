import {
  CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import type { Time } from '../account/ports';
import { SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { type RoleUse, roleUseOf } from '../core/hosts/role-use';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

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
  const ask = { client: new CloudTrailClient(config), since, until };
  const { events, why } = await readPages(ask, mostPages, time);
  const found = events.map(({ CloudTrailEvent = '' }) => roleUseOf(CloudTrailEvent, roleArn));
  return {
    uses: found.filter((use) => typeof use === 'object'),
    unattributed: found.filter((use) => use === 'of-no-role').length,
    unread: why === undefined ? undefined : { before: events.at(-1)?.EventTime ?? until, why },
  };
}

interface Ask {
  readonly client: CloudTrailClient;
  readonly since: Date;
  readonly until: Date;
}

/** @returns what was read, and why that is not all */
async function readPages(
  ask: Ask,
  most: number,
  time: Time,
): Promise<{ readonly events: readonly Event[]; readonly why?: string }> {
  const events: Event[] = [];
  let next: string | undefined;
  for (let pages = 0; pages < most; pages += 1) {
    if (pages > 0) await time.sleep(PACE);
    const page = await pageOf(ask, next).catch((thrown: unknown) => toKeyturnError(thrown));
    if (page instanceof Error) {
      if (pages === 0) throw page;
      return { events, why: page.message };
    }
    events.push(...(page.Events ?? []));
    next = page.NextToken;
    if (next === undefined) return { events };
  }
  return { events, why: `${most} pages were read` };
}

function pageOf({ client, since, until }: Ask, NextToken: string | undefined): Promise<LookupEventsCommandOutput> {
  return calling('cloudtrail:LookupEvents of AssumeRoleWithWebIdentity', {}, () =>
    client.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRoleWithWebIdentity' }],
        StartTime: since,
        EndTime: until,
        NextToken,
      }),
    ),
  );
}
