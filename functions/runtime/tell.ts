import type { AuditRecord, Log, Notifier } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { after } from '../core/duration';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import type { Described } from '../core/findings/described';
import { notificationOf, type Sender } from '../core/findings/notification';
import {
  factsOfTold,
  isForPeople,
  isForPeopleUnremembered,
  notYetTold,
  oneOfEachCause,
  TOLD_FOR,
  type Trigger,
} from '../core/findings/telling';
import type { Journal } from './journal';
import { within } from './within';

interface TellProps extends Sender {
  readonly findings: readonly Described[];
  readonly trigger: Trigger;
  readonly record: AuditRecord;
  readonly journal: Journal;
  readonly notifier: Notifier;
  readonly log: Log;
  /** The longest that the record and the notifier may take, each, in milliseconds. */
  readonly patienceAtEnd?: number | undefined;
  /** The managed key that a finding is about, its user and its policy, where they are known. */
  readonly about: (key: string | undefined) => Pick<AuditEvent, 'key' | 'user' | 'policy'>;
}

/**
 * Tells people what is for them, once a day a key and cause; the record is the memory of that. What cannot be sent is
 * logged and written down, never thrown.
 *
 * @returns how many findings were for people and could not be told
 */
export async function tell(props: TellProps): Promise<number> {
  const { findings, trigger, now, function: by, journal, notifier, log, patienceAtEnd, about } = props;
  const forPeople = findings.filter((finding) => isForPeople(finding, trigger, now, by));
  if (forPeople.length === 0) return 0;
  const told = await remembered(props);
  const news =
    told === undefined
      ? forPeople.filter((finding) => isForPeopleUnremembered(finding, trigger, now))
      : notYetTold(forPeople, told, by);
  if (news.length === 0) return 0;
  const { subject, text } = notificationOf(
    news.map((finding) => ({ ...finding, user: finding.user ?? about(finding.key).user })),
    props,
  );
  let failure: KeyturnError | undefined;
  try {
    await within(patienceAtEnd, notifier.notify(subject, text));
  } catch (thrown) {
    failure = toKeyturnError(thrown);
    log.error('notification could not be sent', { code: failure.code, reason: failure.message });
  }
  for (const finding of oneOfEachCause(news, by)) {
    journal.write({
      ...(failure === undefined
        ? { event: 'people-told', outcome: 'ok' }
        : { event: 'people-not-told', outcome: 'failed', code: failure.code, message: finding.message }),
      reason: finding.code,
      ...about(finding.key),
      ...factsOfTold(finding),
    });
  }
  return failure === undefined ? 0 : news.length;
}

/**
 * What people were told within the day; undefined when the record does not say it, or when it cannot be written: what
 * people are told now would be forgotten, and so may be what they were told before.
 */
async function remembered({
  journal,
  record,
  log,
  now,
  patienceAtEnd,
}: TellProps): Promise<readonly AuditEvent[] | undefined> {
  try {
    const asked = journal.keep().then(() => record.told(after(now, -TOLD_FOR)));
    return await within(patienceAtEnd, asked);
  } catch (thrown) {
    log.warn('the record does not say what people were told', { code: toKeyturnError(thrown).code });
    return undefined;
  }
}
