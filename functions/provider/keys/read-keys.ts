import { get as getPlain, type IncomingMessage } from 'node:http';
import { get } from 'node:https';

/** Milliseconds from connecting to the last byte. */
const TIMEOUT = 3_000;
const LONGEST = 65_536;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Reads an issuer's list of keys, from where it is and from nowhere else: no redirect, no proxy, no answer without end.
 *
 * @throws Error that says what was wrong with the answer
 */
export function readKeys(url: string): Promise<string> {
  const { protocol, hostname } = new URL(url);
  const isPlain = protocol === 'http:';
  if (isPlain && !LOOPBACK.includes(hostname)) return Promise.reject(new Error('not encrypted'));
  return new Promise((done, failed) => {
    const options = {
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT),
      headers: { accept: 'application/json' },
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
      rejectUnauthorized: true,
    };
    const request = (isPlain ? getPlain : get)(url, options, (answer) => {
      textOf(answer).then(done, failed);
    });
    request.once('error', failed);
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new Error(`status ${answer.statusCode}`);
  }
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    // Leaving the loop ends the connection.
    if (length > LONGEST) throw new Error('too long');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}
