import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { auth, hostileRequests, raw, stillServes } from './hostile-requests';
import { hostileTrust } from './hostile-trust';
import { ServedProvider } from './served';

const served = new ServedProvider();
hostileRequests(() => served.start(), { noSuchMethod: 405, comma: 'malformed' });
hostileTrust(() => served);

describe('the process', () => {
  it('refuses a token as one that began later, which cannot know whether it was used', async () => {
    const token = served.good();
    expect((await served.ask(token)).status).toBe(200);
    served.age = 0;
    await served.serve();
    const { status } = await served.ask(token);
    expect([status, served.reason]).toEqual([401, 'before-start']);
    served.age = 31_000;
    await served.serve();
  });

  it('two lengths, and a second request behind the first', async () => {
    const lengths = 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n';
    const smuggled = await raw(
      served,
      `POST / HTTP/1.1\r\nHost: x\r\n${auth(served.good())}${lengths}\r\n0\r\n\r\nGET`,
    );
    expect(smuggled).toMatch(/^HTTP\/1.1 400 /);
    const two = await raw(
      served,
      `GET / HTTP/1.1\r\nHost: x\r\n${auth('x')}\r\nGET / HTTP/1.1\r\nHost: x\r\n${auth(served.good())}\r\n`,
    );
    expect(two.match(/HTTP\/1.1/g)).toHaveLength(1);
    expect(two).not.toContain('DB_PASSWORD');
    await stillServes();
  });

  it('as many connections as there may be, which say nothing or little: in seconds it serves again', async () => {
    const sockets = Array.from({ length: 600 }, (_, at) =>
      connect(Number(new URL(served.url).port), '127.0.0.1', function (this: Socket) {
        if (at % 2 === 0) this.write('GET / HTTP/1.1\r\nHost: x\r\n');
      }).on('error', () => {}),
    );
    try {
      await expect
        .poll(
          () =>
            served.ask(served.good()).then(
              ({ status }) => status,
              () => 0,
            ),
          { timeout: 4_500, interval: 250 },
        )
        .toBe(200);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it('10 MB in a header and in a body', async () => {
    const many = await raw(served, `GET / HTTP/1.1\r\nHost: x\r\n${auth('x'.repeat(10_000_000))}\r\n`);
    expect(many).toMatch(/^(HTTP\/1.1 431 |$)/);
    await served.ask('x', { method: 'POST', body: 'x'.repeat(10_000_000) }).catch(() => undefined);
    await stillServes();
  });
});
