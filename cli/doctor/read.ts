import { toKeyturnError } from '../../functions/core/errors';

/** What was read, or why it was not: nothing is guessed. */
export type Read<Value> =
  | { readonly is: 'read'; readonly value: Value }
  | {
      readonly is: 'unread';
      readonly why: 'denied' | 'no-answer' | 'refused' | 'not-asked';
      readonly message: string;
    };

/** Reads one source; one that cannot be read stops no other (K11). @param takes the right that it needs */
export async function reading<Value>(takes: string, read: () => Promise<Value>): Promise<Read<Value>> {
  try {
    return { is: 'read', value: await read() };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    if (code === 'aws-denied')
      return { is: 'unread', why: 'denied', message: `It takes ${takes}, which is denied here.` };
    const isSilent =
      code === 'aws-uncertain' || code === 'aws-throttled' || code === 'host-down' || code === 'rate-limited';
    return { is: 'unread', why: isSilent ? 'no-answer' : 'refused', message };
  }
}

export function notAsked<Value>(message: string): Read<Value> {
  return { is: 'unread', why: 'not-asked', message };
}
