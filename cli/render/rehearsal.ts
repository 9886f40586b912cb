import { bold, dim, green, red, yellow } from 'yoctocolors';
import { TYPED } from '../invocation';
import type { Lived } from '../rehearsal/local-clock';
import type { NaiveReport } from '../rehearsal/naive';
import type { KeyRow, Report } from '../rehearsal/rehearse';
import type { SavedArchive } from '../rehearsal/save-archive';
import type { Addresses } from '../rehearsal/serve';
import type { Moment } from '../rehearsal/timeline';
import { hanging } from './hanging';
import { renderPromise } from './promise';
import { renderWayOut } from './way-out';
import { COLUMNS } from './wrapped';

/** A command that is too long for one line, as a shell takes it in two. */
function inTwoLines(command: string): string {
  return command.length <= COLUMNS ? command : command.replace(/ (?=--[^ ]+ [^ ]+$)/, ' \\\n  ');
}

const COLOUR: Readonly<Record<string, (text: string) => string>> = {
  delivered: green,
  'not delivered': red,
  discarded: yellow,
  finding: yellow,
};

/** The history, the keys and the verdict of a rehearsal, for people, in 80 columns. */
export function renderRehearsal(report: Report): string {
  const { days, managedKeys, start, seed, keys, promises, wayOut } = report;
  return [
    ...hanging(
      `${counted(days, 'day')} of ${counted(managedKeys, 'managed key')}, from ${start.slice(0, 10)} (seed ${seed})`,
    ).map(bold),
    '',
    ...withoutRepeats(report.timeline).flatMap(renderMoment),
    '',
    bold('Keys'),
    ...(managedKeys === 0 ? ['None is managed, so that nothing is said of any below.'] : keys.flatMap(renderKey)),
    ...renderWayOut(wayOut),
    '',
    bold('Runs'),
    ...hanging(
      `${report.runs} function runs with ${report.awsCalls} AWS calls; ${report.passedOver} hourly ones were passed over, because nothing had been written since one that had nothing to do (--every-hour makes them all).`,
    ),
    ...hanging(
      `${counted(report.rotations, 'rotation')}, ${counted(report.deliveries, 'delivery', 'deliveries')}, ${counted(report.deactivations, 'deactivation')}, ${counted(report.deletions, 'deletion')}, ${counted(report.findings, 'finding')}.`,
    ),
    `Longest torn pair: ${report.longestTornMilliseconds} ms of simulated time. Simulated in ${report.realSeconds} s.`,
    '',
    bold('Promises'),
    ...promises.flatMap(renderPromise),
    '',
    ...verdictOf(report),
  ].join('\n');
}

function verdictOf({ held, promises }: Report): readonly string[] {
  if (promises.length === 0) return [yellow(bold('Nothing was tried: there is no key, no role and no endpoint.'))];
  return held ? hanging(HELD).map((line) => green(bold(line))) : [red(bold('A promise was broken.'))];
}

const HELD = 'Every promise held that a year without accidents can test; the tests cover K9 and K11 to K14 too.';

/** One key in its line, and who has it under that. */
function renderKey(row: KeyRow): readonly string[] {
  const { key, user, accessKeyId, status, createdAt, ageDays, heldBy } = row;
  return [
    ...hanging(`${key}  ${accessKeyId}  ${status}, of ${createdAt.slice(0, 10)}, ${counted(ageDays, 'day')} old`, '  '),
    ...hanging(`  user ${user}${heldBy.length === 0 ? '' : `; held by ${heldBy.join(', ')}`}`, '    ').map((line) =>
      dim(line),
    ),
  ];
}

/** Trouble that lasts is met by every run; people read it once, with how often it came again. */
function withoutRepeats(timeline: readonly Moment[]): readonly Moment[] {
  const repeats = new Map<string, number>();
  const name = ({ event, key, accessKeyId, target, reason }: Moment) =>
    JSON.stringify([event, key, accessKeyId, target, reason]);
  const lasting = (moment: Moment) => moment.event === 'finding' || moment.event === 'not delivered';
  for (const moment of timeline.filter(lasting)) repeats.set(name(moment), (repeats.get(name(moment)) ?? 0) + 1);
  const told = new Set<string>();
  return timeline.flatMap((moment) => {
    if (!lasting(moment)) return [moment];
    const same = name(moment);
    if (told.has(same)) return [];
    told.add(same);
    const more = (repeats.get(same) ?? 1) - 1;
    return more === 0 ? [moment] : [{ ...moment, reason: `${moment.reason ?? 'failed'}, and ${more} more times` }];
  });
}

/** In one line where that fits; what a finding says stands under it. */
function renderMoment(moment: Moment): readonly string[] {
  const { day, at, key = '-', event, message } = moment;
  const colour = COLOUR[event] ?? ((text: string) => text);
  const details = [
    moment.accessKeyId,
    moment.target === undefined ? undefined : `to ${moment.target}`,
    moment.tornMilliseconds === undefined ? undefined : `torn for ${moment.tornMilliseconds} ms`,
    moment.reason === undefined || event === 'delivered' ? undefined : `(${moment.reason})`,
  ];
  const when = `day ${String(day).padStart(3)}  ${minuteOf(at)}`;
  const text = [event, ...details].filter((detail) => detail !== undefined).join(' ');
  const [first = '', ...more] = hanging(`${when}  ${key}  ${text}`, UNDER_DAY);
  const said = event === 'finding' && message !== undefined ? hanging(UNDER_DAY + message, UNDER_DAY) : [];
  return [first.replace(`  ${event}`, `  ${colour(event)}`), ...more, ...said.map((line) => dim(line))];
}

const UNDER_DAY = ' '.repeat(9);

/** What the literal rules did, and the day on which they met IAM's limit. */
export function renderNaive({ rules, moments, failure }: NaiveReport): string {
  const lines = moments.map(
    ({ day, rule, happened }) => `day ${String(day).padStart(3)}  ${rule.padEnd(15)} ${happened}`,
  );
  const end =
    failure === undefined
      ? 'No rotation failed.'
      : [
          red(bold(`Day ${failure.day}: ${failure.error}`)),
          ...hanging(failure.message),
          ...failure.why.split('\n').flatMap((line) => hanging(line)),
        ].join('\n');
  return [...hanging(`Three literal rules: ${rules.join(', ')}`).map(bold), '', ...lines, '', end].join('\n');
}

/** Where the archive was copied to, and how it is checked. */
export function renderSaved({ folder, publicKey, objects }: SavedArchive): string {
  return [
    '',
    '',
    bold('Archive'),
    ...hanging(
      `${objects.toLocaleString('en')} objects in ${folder}. Check them, change a byte, and check them again:`,
    ),
    `  ${TYPED.keyturn} verify ${folder} --public-key ${publicKey}`,
  ].join('\n');
}

/** What time it is in a local world. */
export function renderClock(now: Date): string {
  return `It is ${minuteOf(now.toISOString())} UTC in the local world.`;
}

/** What happened while a local world was moved on. */
export function renderLived({ from, to, timeline, ...counts }: Lived): string {
  const moments = withoutRepeats(timeline).map(renderBriefly);
  return [
    ...(moments.length === 0 ? [] : [...moments, '']),
    `${minuteOf(from)} to ${minuteOf(to)} UTC: ${counted(counts.runs, 'run')}, ${counted(counts.rotations, 'rotation')},`,
    `${counted(counts.deliveries, 'delivery', 'deliveries')}, ${counted(counts.deactivations, 'deactivation')}, ${counted(counts.deletions, 'deletion')}, ${counted(counts.findings, 'finding')}.`,
  ].join('\n');
}

const UNDER_MINUTE = ' '.repeat(18);

/** One line of 80 columns, and what does not fit there under it. */
function renderBriefly({ at, event, key, accessKeyId = '', target, reason, message }: Moment): string {
  const colour = COLOUR[event] ?? ((text: string) => text);
  const more = event === 'finding' ? [reason, message].filter((text) => text !== undefined).join(': ') : target;
  const first = `${dim(minuteOf(at))}  ${colour(event.padEnd(13))}  ${accessKeyId.padEnd(20)}  ${key ?? ''}`.trimEnd();
  return [
    first,
    ...(more === undefined ? [] : hanging(UNDER_MINUTE + more, UNDER_MINUTE).map((line) => dim(line))),
  ].join('\n');
}

function minuteOf(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}

function counted(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : more}`;
}

/** How to look around in a local account that keeps running. */
export function renderServing({ accountUrl, bitbucketUrl, environmentFile, commands, token }: Addresses): string {
  return [
    bold('The local AWS account and Bitbucket are running. End with Ctrl-C.'),
    '',
    `AWS        ${accountUrl}`,
    `Bitbucket  ${bitbucketUrl}`,
    `           Authorization: Bearer ${token}`,
    '',
    bold('In another terminal, first:'),
    `. ${environmentFile}`,
    '',
    bold('Then, for example:'),
    ...commands.map(inTwoLines),
  ].join('\n');
}
