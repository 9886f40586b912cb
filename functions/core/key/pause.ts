import { DAY } from '../duration';
import { TAG } from '../names';
import { clipped } from '../one-line';
import { cleaned } from '../outside-text';
import { writtenInstant } from '../written-instant';
import type { SecretState } from './secret-state';

/** The longest pause that is honoured without being questioned. */
export const LONGEST_PAUSE = 90 * DAY;

/** What a person wrote to hold a key back. */
export interface Pause {
  readonly until: Date;
  /** @default - nobody is named */
  readonly by?: string;
  /** @default - no reason is given */
  readonly why?: string;
  /** Longer than a pause should be. */
  readonly long: boolean;
}

/**
 * What pauses a key now, or undefined when nothing does. A pause that cannot be read still pauses: an exemption must
 * never fail open (K14).
 */
export function pauseOf(secret: SecretState, now: Date): Pause | 'unreadable' | undefined {
  const value = secret.tags[TAG.paused];
  if (value === undefined) return undefined;
  const written = readPause(value);
  if (written === undefined) return 'unreadable';
  const { until } = written;
  if (until <= now) return undefined;
  return { ...written, long: until.getTime() - now.getTime() > LONGEST_PAUSE };
}

/** When the pause ends, or ended, that a secret's tag tells of; undefined without one that can be read. */
export function pauseEnd(secret: SecretState): Date | undefined {
  return readPause(secret.tags[TAG.paused] ?? '')?.until;
}

/** Secrets Manager: characters of a tag's value. */
const TAG_CHARACTERS = 255;

/**
 * The tag's value for a pause: `<until> <by> <why>`, in characters that every service takes in a tag
 * (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html). The record has the whole reason.
 *
 * @param by one word
 */
export function pauseTag({
  until,
  by,
  why,
}: {
  readonly until: Date;
  readonly by: string;
  readonly why: string;
}): string {
  const words = [until.toISOString(), inTag(by, '-'), inTag(why, ' ').replace(/ +/g, ' ').trim()].join(' ');
  return clipped(words, TAG_CHARACTERS);
}

function inTag(text: string, instead: string): string {
  return text.replace(/[^\p{L}\p{N} +\-=._:/@]/gu, instead);
}

/** `2027-04-01 18:00:00 +02:00`: an instant has three words at most. */
const LONGEST_INSTANT = 3;

/** `<until> <by> <why>`; undefined where it is not certain that the end is the one that is meant. */
function readPause(value: string): Omit<Pause, 'long'> | undefined {
  const words = value.trim().split(/\s+/);
  for (let length = LONGEST_INSTANT; length > 0; length--) {
    const end = writtenInstant(words.slice(0, length).join(' '));
    if (end === undefined) continue;
    const [by, ...why] = words.slice(length);
    if (end.isDay && saysHour(words.slice(length))) return undefined;
    return { until: end.at, by: said(by), why: said(...why) };
  }
  return undefined;
}

/** What a person wrote in a tag, which goes into mails and the record. */
function said(...words: readonly (string | undefined)[]): string | undefined {
  return cleaned(words.join(' ')) || undefined;
}

/** An hour of the day as people write it: `18:00`, `6pm`, `18h30`, `18Z`, `at 18`. */
const HOUR_OF_DAY =
  /^[+-]?\d|(^| )(\d{1,2}:\d\d|\d{1,2}([.:h]\d\d)?(h|[ap]\.?m\.?|z|utc|gmt)( |$)|(at|@) ?\d|noon|midday)/i;

/** Whether what follows a date may be the hour that it lacks: the date alone would end the pause before what was meant. */
function saysHour(words: readonly string[]): boolean {
  return HOUR_OF_DAY.test(words.join(' '));
}
