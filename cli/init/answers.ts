import { type FirstConfig, type FirstKey, firstConfig } from '../../functions/core/config/first-config';
import type { FoundAccount, FoundKey, FoundUser } from '../../functions/core/config/initialized';
import { parseConfig } from '../../functions/core/config/parse-config';
import { idFrom } from '../../functions/core/config/usual-mistakes';
import { joined } from '../../functions/core/words';
import { counted } from '../render/wrapped';

/** Where the keys of one user go. */
export interface Destination {
  readonly repository: string;
  readonly environment?: string | undefined;
}

/** What a person has said, by flags or in answer to questions. */
export interface Answers {
  readonly users: readonly string[];
  readonly notify: readonly string[];
  /** By the name of the user. */
  readonly deliverTo: ReadonlyMap<string, Destination>;
  readonly connection?: FirstConfig['connection'];
}

/** The text of the first configuration. @param found undefined where nobody has looked */
export function configOf(answers: Answers, found: FoundAccount | undefined): string {
  const taken = new Set<string>();
  const keys = answers.users.map((user): FirstKey => {
    const known = found?.users.find(({ name }) => name === user);
    return {
      id: freeId(user, taken),
      user,
      notes: known === undefined ? [] : notesOf(known),
      target: answers.deliverTo.get(user),
    };
  });
  const about = found === undefined ? 'an account' : `the account ${found.id}`;
  return firstConfig({ ...answers, about, keys, ...trailOf(found) });
}

/** What is wrong with answers, in the words that the file would be answered with; undefined when they are sound. */
export function problemWith(answers: Partial<Answers>): string | undefined {
  const whole: Answers = { users: ['somebody'], notify: [], deliverTo: new Map(), ...answers };
  const [problem] = parseConfig(configOf(whole, undefined)).problems;
  return problem === undefined ? undefined : joined(problem);
}

function freeId(user: string, taken: Set<string>): string {
  const wanted = idFrom(user) || 'key';
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? wanted : `${wanted.slice(0, 60)}-${number}`;
    if (taken.has(id) || id === 'constructor') continue;
    taken.add(id);
    return id;
  }
}

function notesOf({ keys }: FoundUser): readonly string[] {
  if (keys.length === 0) return ['The user has no access key: the first run makes one.'];
  const both = keys.length === 1 ? [] : [TWO_KEYS];
  return [...keys.map((key) => `${upperFirst(describeKey(key))}.`), ...both];
}

const TWO_KEYS =
  'Two keys leave no room for a fresh one: Keyturn changes nothing until one of them is gone. "adopt: replace-idle" ' +
  'lets it take one away that nobody has used for a hundred days.';

/** `active key, 694 days old, last used on 2026-11-28 (s3 in eu-west-1)`. */
export function describeKey({ active, ageInDays, lastUsed, lastUsedService, lastUsedRegion }: FoundKey): string {
  const where = [lastUsedService, lastUsedRegion].filter((part) => part !== undefined).join(' in ');
  const used =
    lastUsed === 'never'
      ? 'never used'
      : lastUsed === 'unknown'
        ? 'last use unknown'
        : `last used on ${lastUsed.slice(0, 10)}${where === '' ? '' : ` (${where})`}`;
  const age = ageInDays === undefined ? 'of unknown age' : `${counted(ageInDays, 'day')} old`;
  return `${active ? 'active' : 'inactive'} key, ${age}, ${used}`;
}

/** Without a trail that logs, what starts a delivery within seconds is missing, and who made a key. */
function trailOf(found: FoundAccount | undefined): Pick<FirstConfig, 'trail' | 'trailNote'> {
  if (found === undefined) {
    return {
      trail: 'existing',
      trailNote:
        'Whether a CloudTrail trail logs management events already (existing), or the stack makes one (create).',
    };
  }
  const logging = found.trails.find(({ logsManagementEvents }) => logsManagementEvents);
  return logging === undefined
    ? { trail: 'create', trailNote: 'No CloudTrail trail logs management events here, so the stack makes one.' }
    : { trail: 'existing', trailNote: `The CloudTrail trail ${logging.name} logs management events here.` };
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
