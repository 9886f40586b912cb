import { bold, dim, green, red, yellow } from 'yoctocolors';
import { TYPED } from '../invocation';
import type { Lived } from '../rehearsal/local-clock';
import type { NaiveReport } from '../rehearsal/naive';
import type { Report } from '../rehearsal/rehearse';
import type { SavedArchive } from '../rehearsal/save-archive';
import type { Addresses } from '../rehearsal/serve';
import type { Moment } from '../rehearsal/timeline';
import { table } from './table';

/** A command that is too long for one line, as a shell takes it in two. */
function inTwoLines(command: string): string {
  return command.length <= COLUMNS ? command : command.replace(/ (?=--[^ ]+ [^ ]+$)/, ' \\\n  ');
}

/** What people's terminals have. */
const COLUMNS = 80;

const COLOUR: Readonly<Record<string, (text: string) => string>> = {
  delivered: green,
  'not delivered': red,
  discarded: yellow,
  finding: yellow,
};

/** The history, the keys and the verdict of a rehearsal, for people. */
export function renderRehearsal(report: Report): string {
  return [
    bold(
      `${report.days} days of ${report.managedKeys} managed ${report.managedKeys === 1 ? 'key' : 'keys'}, from ${report.start.slice(0, 10)} (seed ${report.seed})`,
    ),
    '',
    ...withoutRepeats(report.timeline).map(renderMoment),
    '',
    bold('Keys'),
    table(
      ['managed key', 'user', 'access key', 'status', 'created', 'age', 'held by'],
      report.keys.map((key) => [
        key.key,
        key.user,
        key.accessKeyId,
        key.status,
        key.createdAt.slice(0, 10),
        `${key.ageDays} days`,
        key.heldBy.join(', ') || '-',
      ]),
    ),
    '',
    bold('Runs'),
    `${report.runs} function runs with ${report.awsCalls} AWS calls; ${report.passedOver} hourly ones were passed over, because nothing had been written since one that had nothing to do (--every-hour makes them all).`,
    `${counted(report.rotations, 'rotation')}, ${counted(report.deliveries, 'delivery', 'deliveries')}, ${counted(report.deactivations, 'deactivation')}, ${counted(report.deletions, 'deletion')}, ${counted(report.findings, 'finding')}.`,
    `Longest torn pair: ${report.longestTornMilliseconds} ms of simulated time. Simulated in ${report.realSeconds} s.`,
    '',
    bold('Promises'),
    table(
      ['', 'promise', 'evidence'],
      report.promises.map(({ promise, says, held, evidence }) => [
        `${held ? green('held') : red('BROKEN')} ${promise}`,
        says,
        evidence,
      ]),
    ),
    '',
    report.held
      ? green(bold('Every promise held that a year without accidents can test; the tests cover K9 and K11 to K14 too.'))
      : red(bold('A promise was broken.')),
  ].join('\n');
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

function renderMoment(moment: Moment): string {
  const colour = COLOUR[moment.event] ?? ((text: string) => text);
  const details = [
    moment.accessKeyId,
    moment.target === undefined ? undefined : `to ${moment.target}`,
    moment.tornMilliseconds === undefined ? undefined : `torn for ${moment.tornMilliseconds} ms`,
    moment.reason === undefined || moment.event === 'delivered' ? undefined : `(${moment.reason})`,
  ];
  const when = dim(moment.at.slice(0, 19).replace('T', ' '));
  const text = details.filter((detail) => detail !== undefined).join(' ');
  const message = moment.event === 'finding' ? `\n${' '.repeat(30)}${dim(moment.message ?? '')}` : '';
  return `day ${String(moment.day).padStart(3)}  ${when}  ${moment.key ?? '-'}  ${colour(moment.event.padEnd(11))} ${text}${message}`;
}

/** What the literal rules did, and the day on which they met IAM's limit. */
export function renderNaive({ rules, moments, failure }: NaiveReport): string {
  const lines = moments.map(
    ({ day, rule, happened }) => `day ${String(day).padStart(3)}  ${rule.padEnd(15)} ${happened}`,
  );
  const end =
    failure === undefined
      ? 'No rotation failed.'
      : `${red(bold(`Day ${failure.day}: ${failure.error}`))}: ${failure.message}\n${failure.why}`;
  return [bold(`Three literal rules: ${rules.join(', ')}`), '', ...lines, '', end].join('\n');
}

/** Where the archive was copied to, and how it is checked. */
export function renderSaved({ folder, publicKey, objects }: SavedArchive): string {
  return [
    '',
    '',
    bold('Archive'),
    `${objects.toLocaleString('en')} objects in ${folder}. Check them, change a byte, and check them again:`,
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

/** One line of 80 columns, and what does not fit there under it. */
function renderBriefly({ at, event, key, accessKeyId = '', target, reason, message }: Moment): string {
  const colour = COLOUR[event] ?? ((text: string) => text);
  const more = event === 'finding' ? [reason, message].filter((text) => text !== undefined).join(': ') : target;
  const first = `${dim(minuteOf(at))}  ${colour(event.padEnd(13))}  ${accessKeyId.padEnd(20)}  ${key ?? ''}`.trimEnd();
  return [
    first,
    ...(more === undefined ? [] : wrapped(more, COLUMNS - 18).map((line) => `${' '.repeat(18)}${dim(line)}`)),
  ].join('\n');
}

/** Words in lines that are no longer than this, but for words that are. */
function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
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
