import { describe, expect, it } from 'vitest';
import { formsOf } from '../../../cli/rehearsal/witness/forms';
import { credentialOf, failureOf } from '../bitbucket/bitbucket-world';
import { FunctionPlace } from '../conformance/function';

const SCHEMA = 'keyturn.delivery/v1';
const secret = credentialOf(1).secretAccessKey.reveal();

const SPELLED: readonly (readonly [string, string])[] = [
  ...formsOf(secret).map(({ name, text }) => [name, text] as const),
  ...formsOf(secret).map(({ name, text }) => [`${name}, over two lines`, text.replace(/^.{9}/, '$&\n')] as const),
  ...[8, 11].map((width) => [`in groups of ${width}`, secret.replace(new RegExp(`.{${width}}`, 'g'), '$& ')] as const),
  ['as bytes in hex', [...Buffer.from(secret)].map((byte) => byte.toString(16)).join(' ')],
  ['as bytes', [...Buffer.from(secret)].join(', ')],
  ['in small letters', secret.toLowerCase()],
];

async function placeThatSays(answer: object): Promise<FunctionPlace> {
  const place = await FunctionPlace.open();
  place.behaves = (_request, write) => {
    write();
    return { schema: SCHEMA, ...answer };
  };
  return place;
}

describe('what a function says in words of its own', () => {
  it.each(SPELLED)('K6: never carries the secret on that it has read: %s', async (_how, spelled) => {
    for (const text of [spelled, `no ${spelled} here`, `no (${spelled.slice(0, 100)}), sorry`]) {
      const refusing = await placeThatSays({ error: { code: 'host-rejected', message: text } });
      const { message, code } = await failureOf(refusing.deliver(1));
      expect(code).toBe('host-rejected');
      expect(message).toContain("Look at the function's own log.");
      expect(message).not.toContain(spelled.slice(0, 9));

      const writing = await placeThatSays({ receipt: { wrote: [text.slice(0, 128)] } });
      expect((await writing.deliver(1)).wrote).toEqual(["what only the function's own log tells"]);
    }
  });

  it.each([
    'the vault takes 5 writes a minute',
    'updated /ci/release-signer',
    "the place /teams/payments/web-shop-2 is not there (404), says the vault's API; ask its team.",
  ])('goes on where it is short and harmless: %s', async (text) => {
    const refusing = await placeThatSays({ error: { code: 'host-rejected', message: text } });
    expect((await failureOf(refusing.deliver(1))).message.endsWith(`: ${text}`)).toBe(true);
    const writing = await placeThatSays({ receipt: { wrote: [text] } });
    expect((await writing.deliver(1)).wrote).toEqual([text]);
  });

  it.each([
    ['a line that turns', 'no \u202e here'],
    ['a line of its own', 'no\u2028here'],
    ['half a character', 'no \ud83d'],
    ['a long text', 'no '.repeat(67)],
    ['a token', 'no ghp16C7e42F292c here'],
    ['nothing', ''],
  ])('does not go on where it is %s', async (_what, text) => {
    const place = await placeThatSays({ error: { code: 'host-rejected', message: text } });
    expect((await failureOf(place.deliver(1))).message).toMatch(/: the function's words are not passed on/);
  });
});
