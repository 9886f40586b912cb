import type { EventHistory } from '../../functions/aws/event-history';
import type { RecordEvents } from '../../functions/aws/record-events';
import type { SecretLook } from '../../functions/aws/secret-look';
import { after, latest, SECOND } from '../../functions/core/duration';
import type { ImaginedKey } from '../../functions/core/forecast/imagined-key';
import { standingOf } from '../../functions/core/forecast/standing';
import { keyCallOf } from '../../functions/core/key/key-call';
import { currentKey, storedVersions } from '../../functions/core/key/secret-state';
import { iamRecordsRegion } from '../../functions/core/partitions';
import { reading } from '../doctor/read';
import { deployedRolePath, rolesThatRead } from './readers';
import type { SeenExit, SeenKey } from './seen';

/** Calls of a page of CloudTrail's event history. */
const PAGE = 50;

export interface GatherPorts {
  readonly history: EventHistory;
  readonly record: RecordEvents;
  readonly look: Pick<SecretLook, 'policy'>;
}

export interface Gathering {
  readonly region: string;
  /** More regions, as somebody has named them. */
  readonly regions: readonly string[];
  readonly since: Date;
  readonly until: Date;
  /** Of one access key in one region. */
  readonly mostCalls: number;
  /** Told after each question to CloudTrail. */
  readonly onAnswer: (done: number, of: number) => void;
}

export interface Gathered {
  readonly exits: readonly SeenExit[];
  readonly regions: readonly string[];
  readonly unread: readonly { readonly source: string; readonly message: string }[];
}

/** Reads what the access keys of some managed keys did. What cannot be read is told, and hides nothing else (K11). */
export async function gather(keys: readonly ImaginedKey[], ports: GatherPorts, asked: Gathering): Promise<Gathered> {
  const unread = new Map<string, string>();
  const read = async <Value>(source: string, takes: string, ask: () => Promise<Value>): Promise<Value | undefined> => {
    const found = await reading(takes, ask);
    if (found.is === 'read') return found.value;
    unread.set(source, found.message);
    return undefined;
  };
  const ofRecord = () => deletedKeys(ports.record, asked);
  const deleted = (await read('the audit record, for deleted keys', 'logs:FilterLogEvents', ofRecord)) ?? [];
  const rings = keys.map((key) => ({ key, ring: ringOf(key, deleted, asked) }));
  const regions = regionsOf(
    rings.map(({ key }) => key),
    asked,
  );
  const histories = new Histories(ports.history, asked, regions, rings.flatMap(({ ring }) => ring).length);
  const exits = await Promise.all(
    rings.map(async ({ key, ring }): Promise<SeenExit> => {
      const ofSecret = async () => {
        const policy = await ports.look.policy(key.secret.arn);
        return { readers: rolesThatRead(policy), rolePath: deployedRolePath(policy) };
      };
      const secret = await read(`the policy of ${key.secret.name}`, 'secretsmanager:GetResourcePolicy', ofSecret);
      const all = await Promise.all(ring.map((each) => histories.of(each)));
      return {
        id: key.entry.id,
        user: key.entry.user,
        targets: key.entry.targets,
        readers: secret?.readers,
        rolePath: secret?.rolePath,
        keys: all.map(({ seen }) => seen),
        readBack: latestOf([asked.since, ...all.map(({ readBack }) => readBack)]),
        since: asked.since,
        regions,
      };
    }),
  );
  const inAll = [...unread, ...histories.failed].map(([source, message]) => ({ source, message }));
  return { exits, regions, unread: inAll };
}

type Ringed = Omit<SeenKey, 'calls'>;

/** What the questions to CloudTrail have in common. */
class Histories {
  /** By what was asked. */
  readonly failed = new Map<string, string>();
  #done = 0;
  readonly #of: number;

  constructor(
    private readonly history: EventHistory,
    private readonly asked: Gathering,
    private readonly regions: readonly string[],
    keys: number,
  ) {
    this.#of = keys * regions.length;
  }

  async of(key: Ringed): Promise<{ readonly seen: SeenKey; readonly readBack: Date | undefined }> {
    const all = await Promise.all(this.regions.map((region) => this.#inRegion(key.accessKeyId, region)));
    const calls = all.flatMap((one) => one.calls).sort((a, b) => b.at.getTime() - a.at.getTime());
    return { seen: { ...key, calls }, readBack: latestOf(all.map(({ readBack }) => readBack)) };
  }

  async #inRegion(
    accessKeyId: string,
    region: string,
  ): Promise<Pick<SeenKey, 'calls'> & { readBack: Date | undefined }> {
    const source = `CloudTrail in ${region}`;
    // Whoever is refused once is refused each time.
    const found = this.failed.has(source)
      ? undefined
      : await reading('cloudtrail:LookupEvents', () => {
          const { since, until, mostCalls } = this.asked;
          return this.history.latest(
            { by: 'AccessKeyId', is: accessKeyId, since, until, region },
            Math.ceil(mostCalls / PAGE),
          );
        });
    this.#done += 1;
    this.asked.onAnswer(this.#done, this.#of);
    if (found?.is !== 'read') {
      if (found !== undefined) this.failed.set(source, found.message);
      return { calls: [], readBack: undefined };
    }
    const { events, why } = found.value;
    const last = events.at(-1)?.EventTime;
    if (why !== undefined) {
      const message = `Its calls were read back to ${last?.toISOString().slice(0, 10)} (${why}): --most-calls asks for more.`;
      this.failed.set(`the older calls of ${accessKeyId} in ${region}`, message);
    }
    const calls = events.flatMap(({ CloudTrailEvent = '' }) => keyCallOf(CloudTrailEvent) ?? []);
    // Of the second of the last one there may be more.
    const readBack = why === undefined ? this.asked.since : last && after(last, SECOND);
    return { calls, readBack: calls.length === events.length ? readBack : undefined };
  }
}

/** From when on all of them were read. */
function latestOf(instants: readonly (Date | undefined)[]): Date | undefined {
  const known = instants.filter((one) => one !== undefined);
  return known.length === instants.length ? known.reduce((a, b) => latest(a, b)) : undefined;
}

interface Deleted {
  readonly key: string;
  readonly accessKeyId: string;
}

/** Keys that were deleted while the event history goes back: it has their calls still. */
async function deletedKeys(record: RecordEvents, { since, until }: Gathering): Promise<readonly Deleted[]> {
  const events = await record.find('{ $.event = "key-deleted" }', since, until);
  return events.flatMap(({ event, key, accessKeyId }) =>
    event !== 'key-deleted' || key === undefined || accessKeyId === undefined ? [] : [{ key, accessKeyId }],
  );
}

/** The current and the earlier keys of a user that can be in the event history. */
function ringOf(key: ImaginedKey, deleted: readonly Deleted[], { until }: Gathering): readonly Ringed[] {
  const { entry, secret, lastUsed } = key;
  const [standing] = standingOf([key], { now: until, maxRotations: 1 });
  const others = (standing?.others ?? []).map(({ accessKeyId, is }) => ({ accessKeyId, is }));
  const current = currentKey(secret)?.accessKeyId;
  const listed = [
    ...(standing?.current === undefined || current === undefined
      ? []
      : [{ accessKeyId: current, is: 'current' as const }]),
    ...others,
  ].map((one) => ({ ...one, lastUsed: lastUsed.get(one.accessKeyId) }));
  const known = new Set(listed.map(({ accessKeyId }) => accessKeyId));
  const gone = [
    ...storedVersions(secret).map(({ accessKeyId }) => accessKeyId),
    ...deleted.flatMap((one) => (one.key === entry.id ? [one.accessKeyId] : [])),
  ].filter((accessKeyId) => !known.has(accessKeyId));
  return [...listed, ...[...new Set(gone)].map((accessKeyId) => ({ accessKeyId, is: 'gone' as const }))];
}

/** The stack's own, the one with IAM's records, those that keys were delivered for or used in, and what somebody named. */
function regionsOf(keys: readonly ImaginedKey[], { region, regions }: Gathering): readonly string[] {
  const found = keys.flatMap(({ entry, lastUsed }) => [
    ...entry.targets.map((target) => ('region' in target ? target.region : undefined)),
    ...[...lastUsed.values()].map((used) => used.region),
  ]);
  const known = [region, iamRecordsRegion(region), ...found, ...regions].filter((one) => one !== undefined);
  return [...new Set(known)].filter((one) => one === region || iamRecordsRegion(one) === iamRecordsRegion(region));
}
