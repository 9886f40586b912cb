import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Notifier } from '../account/ports';
import { clipped } from '../core/one-line';
import { clientConfig } from './client-config';
import { calling } from './failure';

/** SNS: a subject has less than 100 characters, a message 256 KB; so many characters have 192 KB at most. */
const LONGEST_SUBJECT = 99;
const LONGEST_TEXT = 64 * 1024;

/** The Notifier port over an SNS topic. */
export function createNotifier(topicArn: string): Notifier {
  const client = new SNSClient(clientConfig);
  return {
    async notify(subject, text) {
      await calling('sns:Publish', {}, () =>
        client.send(
          new PublishCommand({
            TopicArn: topicArn,
            Subject: printable(subject).slice(0, LONGEST_SUBJECT),
            Message: clipped(text, LONGEST_TEXT),
          }),
        ),
      );
    },
  };
}

/** SNS refuses subjects with line breaks or control characters. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
