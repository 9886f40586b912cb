import { type Standing, stand } from '../../functions/account/standing';
import { type ClientConfig, reviewConfig } from '../../functions/aws/client-config';
import { createEventHistory, type EventHistory } from '../../functions/aws/event-history';
import { createSecretLook } from '../../functions/aws/secret-look';
import { after, DAY, SECOND } from '../../functions/core/duration';
import { KeyturnError } from '../../functions/core/errors';
import { quoted } from '../../functions/core/findings/commands';
import type { ImaginedKey } from '../../functions/core/forecast/imagined-key';
import { type AccessOptions, accessOf, reach } from '../access';
import { type AccountPorts, openAccount } from '../account';
import { EXITS_SCHEMA, type ExitsDocument } from '../documents/exits';
import { Reading } from '../render/reading';
import type { Terminal } from '../terminal';
import { readAddresses } from './addresses';
import { exitDocument } from './exit-document';
import { gather } from './gather';
import type { Place } from './resources';
import type { SeenExit } from './seen';

/** What says how much is read of whom. */
export interface ExitsOptions extends AccessOptions {
  readonly regions?: readonly string[];
  readonly mostCalls: number;
  /** A file with the addresses of the pipelines. */
  readonly pipelines?: string;
}

/** Who uses the keys, and what more can be asked about them. */
export interface ReadExits {
  readonly document: ExitsDocument;
  /** What the document was decided by. */
  readonly exits: readonly SeenExit[];
  readonly keys: readonly ImaginedKey[];
  readonly ports: AccountPorts;
  readonly config: ClientConfig;
  readonly history: EventHistory;
  readonly place: Place;
  readonly since: Date;
  readonly until: Date;
}

/** CloudTrail's event history. */
const HISTORY = 90 * DAY;
/** LookupEvents: two requests a second, for an account and region together. The other one is left to the runs. */
const PACE = SECOND;

/**
 * Reads from CloudTrail who uses some managed keys, and what could take over.
 *
 * @param ids all where none is named
 * @param more asked while it is still told what is read
 */
export async function readExits<More>(
  ids: readonly string[],
  options: ExitsOptions,
  terminal: Terminal,
  more: (read: ReadExits, reading: Reading) => Promise<More>,
): Promise<More> {
  const { pipelines, regions = [], mostCalls } = options;
  const isPipelines = pipelines === undefined ? undefined : readAddresses(pipelines, terminal.folder);
  const access = accessOf(options);
  const config = reviewConfig(access);
  const reading = new Reading(terminal);
  try {
    reading.tell('Asking AWS who this is.');
    const { accountId: account, region, arn } = await reach(access);
    reading.tell('Reading the registry.');
    const ports = openAccount(access);
    const standing = await stand(ports, { onKey: (done, of) => reading.count('Looking at the keys', done, of) });
    const unseen = wanted(ids, standing);
    const keys = standing.keys.filter(({ entry }) => ids.length === 0 || ids.includes(entry.id));
    const until = terminal.time.now();
    const since = after(until, -HISTORY);
    const history = createEventHistory(terminal.time, PACE, config);
    const onAnswer = (done: number, of: number) => reading.count("Reading CloudTrail's event history", done, of);
    const edges = { history, record: ports.record, look: createSecretLook(config) };
    const gathered = await gather(keys, edges, { region, regions, since, until, mostCalls, onAnswer });
    const place = { partition: arn.split(':')[1] ?? 'aws', account };
    const document: ExitsDocument = {
      schema: EXITS_SCHEMA,
      account,
      region,
      at: until.toISOString(),
      since: since.toISOString(),
      regions: [...gathered.regions],
      keys: gathered.exits.map((seen) => exitDocument(seen, place, isPipelines)),
      unread: [...unseen, ...gathered.unread],
    };
    return await more({ document, exits: gathered.exits, keys, ports, config, history, place, since, until }, reading);
  } finally {
    reading.end();
  }
}

/** Keys that could not be looked at. @throws KeyturnError `invalid-request` for an ID that none has */
function wanted(ids: readonly string[], { survey, unseen }: Standing): ExitsDocument['unread'] {
  const lost = survey.problems.flatMap((problem) =>
    'entry' in problem
      ? [{ source: `the key ${problem.entry.id}`, message: problem.error.message }]
      : problem.finding.key === undefined || survey.managed.some(({ entry }) => entry.id === problem.finding.key)
        ? []
        : [{ source: `the key ${problem.finding.key}`, message: `It cannot be looked at (${problem.finding.code}).` }],
  );
  const all = [...lost, ...unseen.map(({ id, error }) => ({ source: `the key ${id}`, message: error.message }))];
  const known = new Set(survey.entries.map((entry) => entry.id));
  const unknown = ids.find((id) => !known.has(id) && !all.some(({ source }) => source === `the key ${id}`));
  if (unknown !== undefined) {
    const message = `No managed key here has the ID ${quoted(unknown)}: "keyturn status" lists them.`;
    throw new KeyturnError('invalid-request', message);
  }
  return all.filter(({ source }) => ids.length === 0 || ids.some((id) => source === `the key ${id}`));
}
