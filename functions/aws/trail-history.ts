import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { Time } from '../account/ports';
import { SECOND } from '../core/duration';
import type { TrailWrite } from '../report/evidence/evidence';
import type { TrailHistory } from '../report/evidence/ports';
import { TRAIL_ACTIONS, trailWriteOf } from '../report/evidence/trail-write';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';
import { homeOfIam } from './trail';

/** LookupEvents: two requests a second, for an account and region together. */
const PACE = SECOND / 2;

/** The TrailHistory port over the AWS SDK. */
export function createTrailHistory(time: Time, config: ClientConfig = reviewConfig()): TrailHistory {
  const local = new CloudTrailClient(config);
  let asked = Number.NEGATIVE_INFINITY;
  const inTurn = async () => {
    const wait = asked + PACE - time.now().getTime();
    if (wait > 0) await time.sleep(wait);
    asked = time.now().getTime();
  };

  const lookUp = async (client: CloudTrailClient, action: TrailWrite['action'], from: Date, to: Date) => {
    const found: TrailWrite[] = [];
    let NextToken: string | undefined;
    do {
      await inTurn();
      const page = await calling(`cloudtrail:LookupEvents of ${action}`, {}, () =>
        client.send(
          new LookupEventsCommand({
            LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: action }],
            StartTime: from,
            EndTime: to,
            NextToken,
          }),
        ),
      );
      for (const { EventId: eventId, EventTime: at, Username: by, CloudTrailEvent: record = '' } of page.Events ?? []) {
        if (eventId === undefined || at === undefined) continue;
        const write = trailWriteOf({ eventId, at, action, by, record });
        if (write !== undefined) found.push(write);
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found;
  };

  return {
    async writes(from, to) {
      const home = new CloudTrailClient({ ...config, region: homeOfIam(await local.config.region()) });
      const writes = new Map<string, TrailWrite>();
      // One after the other: the pace is the account's.
      for (const action of TRAIL_ACTIONS) {
        const client = action === 'PutSecretValue' ? local : home;
        for (const write of await lookUp(client, action, from, to)) writes.set(write.eventId, write);
      }
      return [...writes.values()].sort((a, b) => a.at.getTime() - b.at.getTime() || (a.eventId < b.eventId ? -1 : 1));
    },
  };
}
