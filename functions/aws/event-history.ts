import { CloudTrailClient, type Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { Time } from '../account/ports';
import { toKeyturnError } from '../core/errors';
import { type ClientConfig, reviewConfig } from './client-config';
import { clientOfRegion } from './client-of-region';
import { calling } from './failure';

/** One question to the event history, which takes one attribute. */
export interface HistoryQuestion {
  readonly by: 'EventName' | 'AccessKeyId';
  readonly is: string;
  readonly since: Date;
  readonly until: Date;
  /** @default - that of the configuration */
  readonly region?: string | undefined;
}

export interface LatestEvents {
  /** Newest first. */
  readonly events: readonly Event[];
  /** Why these are not all. @default - they are */
  readonly why?: string | undefined;
}

/** CloudTrail's event history of management events, which goes back 90 days. Each throws KeyturnError `aws-*`. */
export interface EventHistory {
  /** Pages of 50 events at most, newest first. */
  pages(question: HistoryQuestion): AsyncGenerator<readonly Event[]>;
  /** So many pages; what was read stays where a later one fails. @throws KeyturnError when not even the first was read */
  latest(question: HistoryQuestion, mostPages: number): Promise<LatestEvents>;
}

/**
 * @param pace ms between two requests to a region: AWS takes two a second of an account there, from everybody who asks
 */
export function createEventHistory(time: Time, pace: number, config: ClientConfig = reviewConfig()): EventHistory {
  interface Place {
    readonly client: CloudTrailClient;
    readonly turn: () => Promise<void>;
  }
  const clientIn = clientOfRegion((where) => new CloudTrailClient({ ...config, ...where }));
  const places = new Map<string, Place>();
  /** One line for each region, also where one question names it and another leaves it to the configuration. */
  const placeOf = async (region: string | undefined): Promise<Place> => {
    const client = clientIn(region);
    const name = await client.config.region();
    const place = places.get(name) ?? { client, turn: turns(time, pace) };
    places.set(name, place);
    return place;
  };

  async function* pages({ by, is, since, until, region }: HistoryQuestion): AsyncGenerator<readonly Event[]> {
    const place = await placeOf(region);
    let NextToken: string | undefined;
    do {
      await place.turn();
      const where = region === undefined ? '' : ` in ${region}`;
      const page = await calling(`cloudtrail:LookupEvents of ${is}${where}`, {}, () =>
        place.client.send(
          new LookupEventsCommand({
            LookupAttributes: [{ AttributeKey: by, AttributeValue: is }],
            StartTime: since,
            EndTime: until,
            NextToken,
          }),
        ),
      );
      NextToken = page.NextToken;
      yield page.Events ?? [];
    } while (NextToken !== undefined);
  }

  return {
    pages,
    async latest(question, mostPages) {
      const events: Event[] = [];
      let read = 0;
      try {
        for await (const page of pages(question)) {
          events.push(...page);
          read += 1;
          if (read === mostPages) return { events, why: `${mostPages} pages were read` };
        }
      } catch (thrown) {
        if (read === 0) throw thrown;
        return { events, why: toKeyturnError(thrown).message };
      }
      return { events };
    },
  };
}

/** Waits until it is the caller's turn: whoever asks at the same time stands in line. */
function turns(time: Time, pace: number): () => Promise<void> {
  let asked = Number.NEGATIVE_INFINITY;
  let line = Promise.resolve();
  const next = async () => {
    const wait = asked + pace - time.now().getTime();
    if (wait > 0) await time.sleep(wait);
    asked = time.now().getTime();
  };
  return () => {
    line = line.then(next);
    return line;
  };
}
