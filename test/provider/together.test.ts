import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { providerConfig } from '../../functions/aws/client-config';
import { createSts, keepingConnections } from '../../functions/aws/sts';
import { Redacted } from '../../functions/core/key/credential';
import { Together } from '../../functions/provider/together';

/** What is read, and how often; each reading ends when the test says so. */
function source() {
  const ends: (() => void)[] = [];
  let value = 'old';
  return {
    ends,
    set: (now: string) => {
      value = now;
    },
    read: () => {
      const read = value;
      return new Promise<string>((resolve) => ends.push(() => resolve(read)));
    },
  };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('reads once for all that ask while another reading is under way', async () => {
  const together = new Together<string>();
  const { ends, read } = source();
  const answers = ['a', 'b', 'c', 'd'].map(() => together.get('secret', read));
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  expect(await Promise.all(answers)).toEqual(['old', 'old', 'old', 'old']);
});

it('gives nobody what was read before it was asked: the current version is that of now (K1)', async () => {
  const together = new Together<string>();
  const { ends, read, set } = source();
  const before = together.get('secret', read);
  set('new');
  const after = together.get('secret', read);
  ends[0]?.();
  await turn();
  ends[1]?.();
  expect(await Promise.all([before, after])).toEqual(['old', 'new']);
});

it('keeps nothing for those who come later, nor what failed', async () => {
  const together = new Together<string>();
  let asked = 0;
  const failing = () => {
    asked += 1;
    return Promise.reject(new Error('down'));
  };
  await expect(together.get('secret', failing)).rejects.toThrow('down');
  await expect(Promise.all([1, 2, 3].map(() => together.get('secret', failing)))).rejects.toThrow('down');
  await turn();
  expect(await together.get('secret', () => Promise.resolve('up'))).toBe('up');
  expect(asked).toBe(3);
});

it('waits for no other secret, and not for long for a reading that does not end', async () => {
  const together = new Together<string>();
  const never = together.get('secret', () => new Promise(() => undefined));
  expect(await together.get('other', () => Promise.resolve('x'))).toBe('x');
  const begun = Date.now();
  expect(await together.get('secret', () => Promise.resolve('y'))).toBe('y');
  expect(Date.now() - begun).toBeLessThan(1_000);
  expect(never).toBeInstanceOf(Promise);
});

it('key after key is proved by its own signature, over one connection (K2)', async () => {
  const sockets = new Set<unknown>();
  const keys: string[] = [];
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    keys.push(/Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    response.end(
      '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a</Arn>' +
        '<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sts = createSts('eu-west-1', keepingConnections({ ...providerConfig, region: 'eu-west-1', endpoint }));
  for (const accessKeyId of ['AKIAONE', 'AKIATWO', 'AKIATHREE']) {
    const more = { userName: 'a', accountId: '111122223333', createdAt: new Date(0) };
    await sts.identify({ accessKeyId, secretAccessKey: new Redacted('x'.repeat(40)), ...more });
  }
  expect(keys).toEqual(['AKIAONE', 'AKIATWO', 'AKIATHREE']);
  expect(sockets.size).toBe(1);
});
