import { bold, dim, green, red, yellow } from 'yoctocolors';
import type { ForeseenDocument, ObstacleDocument } from '../documents/foreseen';
import type { PlanDocument } from '../documents/plan';
import { away, day, deed } from './words';
import { counted, wrapped } from './wrapped';

/** What will happen, day by day, in 80 columns. */
export function renderPlan(document: PlanDocument): string {
  const { account, region, from, days, configuration, keys, foreseen, before, obstacles, shortfalls, unseen } =
    document;
  const what = configuration === 'deployed' ? 'as deployed' : `as in ${configuration}`;
  const lines = withoutImplied(foreseen);
  return [
    bold(`${counted(days, 'day')} from ${day(from)}, ${counted(keys.length, 'managed key')}`),
    dim(`${account} ${region}, ${what}${before === undefined ? '' : '; + is new, - does not come any more'}`),
    ...(lines.length === 0 && before === undefined ? ['', 'Nothing will happen in these days.'] : []),
    ...byDay(before === undefined ? lines.map((seen) => ({ seen, mark: ' ' })) : changed(lines, before), from),
    ...(obstacles.length === 0 ? [] : ['', bold('What stands in the way')]),
    ...obstacles.map((obstacle) => told(obstacle, document)),
    ...(shortfalls.length === 0 ? [] : ['', bold('What auditors will count')]),
    ...shortfalls.map((shortfall) => counts(shortfall, keys.length)),
    ...(unseen.length === 0 ? [] : ['', bold('Could not be looked at')]),
    ...unseen.map(({ id, message }) => wrapped(`${id}: ${message}`, '  ')),
    '',
    sumOf(document),
  ].join('\n');
}

interface Marked {
  readonly seen: ForeseenDocument;
  readonly mark: string;
}

/** A rotation is delivered on its day: that goes without saying. */
function withoutImplied(foreseen: readonly ForeseenDocument[]): readonly ForeseenDocument[] {
  const rotated = new Set(foreseen.flatMap((seen) => (seen.does === 'rotate' ? [`${seen.key} ${day(seen.at)}`] : [])));
  return foreseen.filter(({ does, key, at }) => does !== 'deliver' || !rotated.has(`${key} ${day(at)}`));
}

/** Both plans in the order of time: what only one of them has is marked. */
function changed(now: readonly ForeseenDocument[], before: readonly ForeseenDocument[]): readonly Marked[] {
  const was = withoutImplied(before);
  const name = ({ at, key, does }: ForeseenDocument) => JSON.stringify([day(at), key, does]);
  const [names, formerNames] = [new Set(now.map(name)), new Set(was.map(name))];
  return [
    ...was.filter((seen) => !names.has(name(seen))).map((seen) => ({ seen, mark: '-' })),
    ...now.map((seen) => ({ seen, mark: formerNames.has(name(seen)) ? ' ' : '+' })),
  ].sort((a, b) => a.seen.at.localeCompare(b.seen.at));
}

const COLOURS: Readonly<Record<string, (text: string) => string>> = { '+': green, '-': red };

function byDay(marked: readonly Marked[], from: string): readonly string[] {
  const days = new Map<string, Marked[]>();
  for (const each of marked) days.set(day(each.seen.at), [...(days.get(day(each.seen.at)) ?? []), each]);
  return [...days].flatMap(([date, all]) => [
    '',
    `${bold(date)} ${dim(away(all[0]?.seen.at ?? from, from))}`,
    ...all.map(({ seen, mark }) => lineOf(seen, mark)),
  ]);
}

function lineOf(seen: ForeseenDocument, mark: string): string {
  const { key, reason, latest } = seen;
  const why = reason === undefined || reason === 'idle' || reason === 'due' ? '' : ` (${reason})`;
  const held = latest === undefined ? '' : ` (in use: by ${day(latest)})`;
  const whole = `${mark} ${key}: ${deed(seen)}${why}${held}`;
  const colour = COLOURS[mark] ?? ((text: string) => text);
  if (whole.length <= 80) return colour(whole);
  return colour(`${mark} ${key}:\n${wrapped(`${deed(seen)}${why}${held}`, '    ')}`);
}

function told({ code, severity, message, from, until }: ObstacleDocument, { from: start, days }: PlanDocument): string {
  const colour = severity === 'attention' ? red : yellow;
  const isToTheEnd = Date.parse(until) - Date.parse(start) >= (days - 1.5) * 86_400_000;
  const when = isToTheEnd ? `from ${day(from)} on` : `${day(from)} to ${day(until)}`;
  return `${colour(code)} ${dim(when)}\n${wrapped(message, '  ')}`;
}

function counts({ keys, control, verdict, message }: PlanDocument['shortfalls'][number], of: number): string {
  const whose = keys.length === of ? '' : ` ${dim(keys.join(', '))}`;
  const colour = verdict === 'fail' ? red : yellow;
  return `${colour(control)}${whose}\n${wrapped(message, '  ')}`;
}

function sumOf({ foreseen, obstacles }: PlanDocument): string {
  const count = (does: ForeseenDocument['does']) =>
    foreseen.filter((seen) => seen.does === does && seen.observed !== true).length;
  const deeds = `${counted(count('rotate'), 'rotation')}, ${counted(count('deactivate'), 'deactivation')}, ${counted(count('delete'), 'deletion')}.`;
  const waiting = obstacles.filter(({ severity }) => severity === 'attention').length;
  return waiting === 0
    ? green(deeds)
    : `${deeds} ${red(`${counted(waiting, 'thing needs', 'things need')} a person.`)}`;
}
