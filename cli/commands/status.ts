import { Command } from 'commander';
import { type Standing, stand } from '../../functions/account/standing';
import { after, DAY, SECOND } from '../../functions/core/duration';
import { KeyturnError, toKeyturnError } from '../../functions/core/errors';
import { described } from '../../functions/core/findings/described';
import { standingOf } from '../../functions/core/forecast/standing';
import { type Exemption, exemptionOf } from '../../functions/core/key/exemption';
import { CLOCK_SKEW } from '../../functions/core/key/secret-state';
import { DEFAULT_MAX_ROTATIONS, secretName } from '../../functions/core/names';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { type AccountPorts, openAccount } from '../account';
import { exceptionDocument } from '../documents/exception';
import { type FetchedDocument, fetchedDocument } from '../documents/fetched';
import { findingDocument } from '../documents/foreseen';
import { type KeyDocument, keyDocument, STATUS_SCHEMA, type StatusDocument, THE_RECORD } from '../documents/status';
import { EXIT, EXIT_CODES } from '../exit-code';
import { findingsOfLatestRuns, LATEST_RUNS, receiptsOf, silentFunctions } from '../latest-runs';
import { Reading } from '../render/reading';
import { renderStatus } from '../render/status';
import type { Terminal } from '../terminal';
import { wholeNumber } from '../whole-number';

interface StatusOptions extends AccessOptions {
  readonly json?: true;
  readonly watch?: number | true;
  readonly maxRotations: number;
}

/** Seconds between two looks of `--watch`, when nobody says. */
const USUAL_WATCH = 30;

/** `keyturn status`: where every managed key stands, and what comes next. */
export function statusCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(
    new Command('status')
      .description(
        'Shows every managed key: the current access key, where it is delivered, who uses it, the keys before it, what ' +
          'comes next and when, and what stands in the way. It changes nothing, and reads no secret value.',
      )
      .argument('[id]', 'one managed key, with everything about it')
      .option(
        '--watch [seconds]',
        `look again every so many seconds, until Ctrl-C (default: ${USUAL_WATCH})`,
        wholeNumber,
      )
      .option('--max-rotations <n>', "the stack's maxRotations, for the dates", wholeNumber, DEFAULT_MAX_ROTATIONS)
      .option('--json', 'write one JSON document: dist/keyturn.status.v1.schema.json'),
  )
    .addHelpText('after', HELP)
    .action(async (id: string | undefined, options: StatusOptions) => {
      ended(await status(id, options, terminal));
    });
}

const HELP = `${EXIT_CODES}
Code 1 is for what needs a person: findings of severity "attention".

Examples:
  keyturn status
  keyturn status web-shop-production --region eu-west-1
  keyturn status --json | jq -r '.keys[] | select(.findings != []) | .id'
  keyturn status --watch 10`;

async function status(id: string | undefined, options: StatusOptions, terminal: Terminal): Promise<number> {
  const { watch, json } = options;
  for (;;) {
    const document = await statusDocument(id, options, terminal);
    const text = json ? JSON.stringify(document, undefined, 2) : renderStatus(document, { isOne: id !== undefined });
    if (watch !== undefined && terminal.watched && !json) terminal.stdout.write(CLEARED);
    terminal.stdout.write(`${text}\n`);
    if (watch === undefined) return exitCodeOfStatus(document);
    await terminal.time.sleep((watch === true ? USUAL_WATCH : watch) * SECOND);
  }
}

/** The cursor goes to the top left, and what is below it goes away. */
const CLEARED = '\u001b[H\u001b[J';

function exitCodeOfStatus({ keys, findings, silent, unseen }: StatusDocument): number {
  const all = [...findings, ...keys.flatMap((key) => key.findings)];
  if (silent.length > 0 || all.some(({ severity }) => severity === 'attention')) return EXIT.problems;
  return unseen.length > 0 ? EXIT.unreachable : EXIT.fine;
}

async function statusDocument(
  id: string | undefined,
  options: StatusOptions,
  terminal: Terminal,
): Promise<StatusDocument> {
  const access = accessOf(options);
  const reading = new Reading(terminal);
  try {
    reading.tell('Asking AWS who this is.');
    const { accountId, region } = await reach(access);
    const ports = openAccount(access);
    const now = terminal.time.now();
    reading.tell(`Reading the registry of ${accountId} in ${region}.`);
    const standing = await stand(ports, {
      only: id === undefined ? undefined : { id, maxRotations: options.maxRotations },
      onKey: (done, of) => reading.count('Looking at the keys', done, of),
    });
    reading.tell('Reading what the latest runs found.');
    const recorded = await recordedOf(ports, id, now, deployedAt(standing));
    assertKnown(id, standing, recorded);
    const accepted = await acceptedOf(ports, now);
    const fetched = id === undefined ? undefined : await fetchedOf(ports, id, now);
    const stands = standingOf(standing.keys, { now, maxRotations: options.maxRotations });
    const keys = stands.filter((each) => id === undefined || each.id === id).map(keyDocument);
    // Of a key that nobody can look at, and of an ID that no key has, the record may know more.
    const isBeside = (key: string | undefined) => key === undefined || stands.every((each) => each.id !== key);
    return {
      schema: STATUS_SCHEMA,
      account: accountId,
      region,
      at: now.toISOString(),
      keys: keys
        .map((key) => ({ ...key, fetched }))
        .map((key) => withException(withRecorded(key, recorded), accepted.exemptions, now)),
      findings: [
        ...problemsOf(standing, id),
        ...recorded.findings.filter(({ key }) => isBeside(key) && (id === undefined || key === id)),
      ],
      silent: [...recorded.silent],
      unseen: [
        ...unlooked(standing, id),
        ...standing.unseen
          .filter((each) => id === undefined || each.id === id)
          .map(({ id: unseen, error: { code, message } }) => ({ id: unseen, code, message })),
        ...recorded.unseen,
        ...(recorded.unseen.length > 0 ? [] : accepted.unseen),
      ],
    };
  } finally {
    reading.end();
  }
}

/** @throws KeyturnError `invalid-request` for an id that nothing has */
function assertKnown(id: string | undefined, { survey, unseen }: Standing, { findings }: Recorded): void {
  if (findings.some(({ key }) => key === id)) return;
  if (id === undefined || survey.entries.some((entry) => entry.id === id) || unseen.length > 0) return;
  if (survey.problems.some((problem) => 'finding' in problem && problem.finding.key === id)) return;
  const ids = survey.entries.map((entry) => entry.id).sort();
  const there =
    ids.length === 0 ? 'The registry is empty: is it the right account and region?' : `There are: ${shown(ids)}.`;
  throw new KeyturnError('invalid-request', `There is no managed key "${id}". ${there}`);
}

const MOST_SHOWN = 20;

function shown(ids: readonly string[]): string {
  const more = ids.length - MOST_SHOWN;
  return ids.slice(0, MOST_SHOWN).join(', ') + (more > 0 ? `, and ${more} more` : '');
}

/** Keys whose secret could not be looked for. */
function unlooked({ survey }: Standing, id: string | undefined): StatusDocument['unseen'] {
  return survey.problems.flatMap((problem) => {
    if (!('entry' in problem) || (id !== undefined && problem.entry.id !== id)) return [];
    const { code, message } = problem.error;
    return [{ id: problem.entry.id, code, message }];
  });
}

/** When the first of the registered keys was written last: before it no run was to be expected. */
function deployedAt({ survey }: Standing): Date {
  const times = survey.managed.flatMap(({ changedAt }) => changedAt?.getTime() ?? []);
  return new Date(times.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...times));
}

/** What is wrong with entries and secrets, as the survey has it. */
function problemsOf({ survey }: Standing, id: string | undefined) {
  return survey.problems.flatMap((problem) => {
    if (!('finding' in problem)) return [];
    const found = findingDocument(described(problem.finding));
    return id === undefined || found.key === id ? [found] : [];
  });
}

type Recorded = Pick<StatusDocument, 'findings' | 'unseen'> & {
  readonly silent: readonly string[];
  readonly receipts: NonNullable<KeyDocument['delivered']['receipts']> | undefined;
};

/** The record is a source of its own: without it the rest is shown all the same. */
async function recordedOf(
  { record }: AccountPorts,
  id: string | undefined,
  now: Date,
  deployed: Date,
): Promise<Recorded> {
  try {
    const events = await record.find(LATEST_RUNS, after(now, -1.5 * DAY), after(now, CLOCK_SKEW));
    const receipts = id === undefined ? undefined : await receiptsOf(record, id, now);
    return {
      findings: [...findingsOfLatestRuns(events, now)],
      silent: silentFunctions(events, now, deployed),
      unseen: [],
      receipts,
    };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    return { findings: [], silent: [], unseen: [{ id: THE_RECORD, code, message }], receipts: undefined };
  }
}

/** Who fetched a key last from a provider. Few have one, so that nothing is missing where its record may not be read. */
async function fetchedOf({ provided }: AccountPorts, id: string, now: Date): Promise<FetchedDocument | undefined> {
  try {
    const look = await provided.lastGiven(secretName(id), now);
    return look && fetchedDocument(look);
  } catch (thrown) {
    return { unread: toKeyturnError(thrown).message };
  }
}

interface Accepted extends Pick<StatusDocument, 'unseen'> {
  readonly exemptions: readonly Exemption[];
}

async function acceptedOf({ exemptions }: AccountPorts, now: Date): Promise<Accepted> {
  try {
    return { exemptions: await exemptions.read(now), unseen: [] };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    return { exemptions: [], unseen: [{ id: 'accepted exceptions', code, message }] };
  }
}

function withException(key: KeyDocument, exemptions: readonly Exemption[], now: Date): KeyDocument {
  const exemption = exemptionOf(exemptions, key.id, now);
  return { ...key, exception: exemption && exceptionDocument(exemption) };
}

function withRecorded(key: KeyDocument, { findings, receipts }: Recorded): KeyDocument {
  const codes = new Set(key.findings.map(({ code }) => code));
  const more = findings.filter((found) => found.key === key.id && !codes.has(found.code));
  return { ...key, delivered: { ...key.delivered, receipts }, findings: [...key.findings, ...more] };
}
