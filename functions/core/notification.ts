import type { Finding } from './plan';

/** What a notification says of the run that sends it. */
export interface Sender {
  readonly run: string;
  readonly function: string;
  readonly now: Date;
}

/** A message for people. The subject has at most 100 characters. */
export interface Notification {
  readonly subject: string;
  readonly text: string;
}

/** What people are told about findings. @param findings at least one */
export function notificationOf(findings: readonly Finding[], { run, function: name, now }: Sender): Notification {
  const about = [...new Set(findings.map((finding) => finding.key ?? 'the run'))];
  const subject = `Keyturn: ${findings.length} finding${findings.length === 1 ? '' : 's'} for ${about.slice(0, 2).join(', ')}${about.length > 2 ? ', …' : ''}`;
  const text = findings.map((finding) => `[${finding.code}] ${finding.message}`).join('\n\n');
  return { subject, text: `${text}\n\nRun ${run} of ${name}, ${now.toISOString()}` };
}
