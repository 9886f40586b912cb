import { expect, it } from 'vitest';
import { credentialOf, failureOf, START } from '../bitbucket/bitbucket-world';
import { FunctionPlace, TIMEOUT } from '../conformance/function';

it('K1: a function that is late does not write any more, because a newer key may be there by then', async () => {
  const place = await FunctionPlace.open();
  await place.deliver(1);
  place.slow = 2 * TIMEOUT;

  expect((await failureOf(place.deliver(2))).code).toBe('host-down');
  await place.settled();

  expect(place.held().accessKeyId).toBe(credentialOf(1).accessKeyId);
});

it('K1: every call says until when it may write, which is as long as its answer is waited for', async () => {
  const place = await FunctionPlace.open();
  const asked: string[] = [];
  place.behaves = ({ notAfter }) => {
    asked.push(notAfter);
    return { schema: 'keyturn.delivery/v1', error: { code: 'rate-limited', message: 'later', retryAfter: 5 } };
  };
  await failureOf(place.deliver(1));

  expect(asked).toEqual([0, 5, 10, 15].map((seconds) => new Date(START + TIMEOUT + seconds * 1_000).toISOString()));
});

it('a receipt counts every try as time in which the place may have been torn', async () => {
  const place = await FunctionPlace.open();
  const receipt = place.behaves;
  let left = 1;
  place.behaves = (request, write) =>
    left-- > 0
      ? { schema: 'keyturn.delivery/v1', error: { code: 'rate-limited', message: 'later', retryAfter: 5 } }
      : receipt(request, write);

  expect((await place.deliver(1)).tornFor).toBe(5_000);
});
