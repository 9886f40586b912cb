import { CloudTrailClient, type Event } from '@aws-sdk/client-cloudtrail';
import type { Time } from '../account/ports';
import { MINUTE, SECOND } from '../core/duration';
import { OWN_CHANGES, OWN_CHANGES_IN_IAM, OWN_CHANGES_OF_PROVIDER, type OwnCall } from '../core/own-things';
import type { OwnChange, TrailWrite } from '../report/evidence/evidence';
import { type OwnStacks, ownChangeReader } from '../report/evidence/own-change';
import type { TrailHistory } from '../report/evidence/ports';
import { TRAIL_ACTIONS, trailWriteOf } from '../report/evidence/trail-write';
import { type ClientConfig, reviewConfig } from './client-config';
import { createEventHistory } from './event-history';
import { homeOfIam } from './trail';

/** LookupEvents: two requests a second, for an account and region together. */
const PACE = SECOND / 2;
/** For so long the changes to Keyturn itself are looked for: other programs make some of the calls by the thousand. */
const OWN_CHANGES_TAKE = 5 * MINUTE;

/** The TrailHistory port over the AWS SDK. */
export function createTrailHistory(time: Time, config: ClientConfig = reviewConfig()): TrailHistory {
  const history = createEventHistory(time, PACE, config);
  // Without one it is the region of the configuration.
  const home = async () => homeOfIam(await new CloudTrailClient(config).config.region());

  /** The pages of all calls of one name, youngest first. */
  async function* pagesOf(region: string | undefined, name: string, from: Date, to: Date) {
    for await (const page of history.pages({ by: 'EventName', is: name, since: from, until: to, region })) {
      yield page.flatMap(wrapped);
    }
  }

  return {
    async writes(from, to, actions = TRAIL_ACTIONS) {
      const inIam = await home();
      const writes = new Map<string, TrailWrite>();
      // One after the other: the pace is the account's.
      for (const action of actions) {
        const region = action === 'PutSecretValue' ? undefined : inIam;
        for await (const page of pagesOf(region, action, from, to)) {
          for (const write of page.flatMap((event) => trailWriteOf({ ...event, action }) ?? [])) {
            writes.set(write.eventId, write);
          }
        }
      }
      return inOrder(writes);
    },

    async ownChanges(own, from, to, only) {
      const read = ownChangeReader(own);
      const inIam = await home();
      const changes = new Map<string, OwnChange>();
      const unread: string[] = [];
      const ends = time.now().getTime() + OWN_CHANGES_TAKE;
      const calls = callsOn(own, inIam);
      for (const [region, name] of calls.filter((call) => only?.includes(call[1]) ?? true)) {
        for await (const page of pagesOf(region, name, from, to)) {
          for (const change of page.flatMap((event) => read(event) ?? [])) changes.set(change.eventId, change);
          if (page.length > 0 && time.now().getTime() > ends) {
            unread.push(name);
            break;
          }
        }
      }
      return { changes: inOrder(changes), unread };
    },
  };
}

/** Each call that changes one of these things, and the region that has it where that is not the reader's own. */
function callsOn(own: OwnStacks, inIam: string): readonly (readonly [region: string | undefined, name: OwnCall])[] {
  return [
    ...OWN_CHANGES_IN_IAM.map((name) => [inIam, name] as const),
    ...(own.provider === undefined ? [] : OWN_CHANGES_OF_PROVIDER.map((name) => [undefined, name] as const)),
    ...OWN_CHANGES.map((name) => [undefined, name] as const),
  ];
}

function wrapped({ EventId: eventId, EventTime: at, Username: by, CloudTrailEvent: record = '' }: Event) {
  return eventId === undefined || at === undefined ? [] : [{ eventId, at, by, record }];
}

function inOrder<Found extends { readonly eventId: string; readonly at: Date }>(
  found: ReadonlyMap<string, Found>,
): readonly Found[] {
  return [...found.values()].sort((a, b) => a.at.getTime() - b.at.getTime() || (a.eventId < b.eventId ? -1 : 1));
}
