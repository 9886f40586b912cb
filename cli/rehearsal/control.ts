import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import type { World } from '../../local/world';
import type { Places } from './hosts/register';
import type { Lived } from './local-clock';
import { type Audit, auditOf, countsOf, Timeline } from './timeline';

/** Bytes of a request; what is asked here is an instant. */
const LONGEST = 1_000;
const moveSchema = z.object({ to: z.iso.datetime().transform((text) => new Date(text)) });

/** Where people reach into a local world that is served. */
export interface Control {
  /** For `KEYTURN_LOCAL`: the address, and behind a # the token, which nothing else knows. */
  readonly local: string;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Puts a world's clock, and where its CI hosts are, on a loopback port of its own, for whoever has the token. */
export async function startControl(world: World, places: Places): Promise<Control> {
  const token = randomBytes(24).toString('base64url');
  const clock = new ServedClock(world, places);
  const server = createServer((incoming, outgoing) => {
    const isKnown = sameText(incoming.headers.authorization ?? '', `Bearer ${token}`);
    const answering = isKnown
      ? clock.answer(incoming, outgoing)
      : refused(401, 'the token is not the one of this world');
    void Promise.resolve(answering).then(({ status, body }) => {
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  // To live through years takes minutes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    local: `http://127.0.0.1:${(server.address() as AddressInfo).port}#${token}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

class ServedClock {
  readonly #audits: Audit[] = [];
  readonly #timeline: Timeline;
  #isMoving = false;

  constructor(
    private readonly world: World,
    places: Places,
  ) {
    this.#timeline = new Timeline(world.clock.now(), places);
    world.onLog(({ line }) => {
      const audit = auditOf(line);
      if (audit === undefined) return;
      this.#audits.push(audit);
      this.#timeline.heard(audit);
    });
  }

  async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Answer> {
    if (incoming.url === '/hosts' && incoming.method === 'GET') return { status: 200, body: this.world.origins };
    if (incoming.url !== '/clock') return refused(404, 'there is nothing here but /clock and /hosts');
    if (incoming.method === 'GET') return { status: 200, body: { now: this.#now() } };
    if (incoming.method !== 'POST') return refused(405, '/clock takes GET and POST');
    const wanted = moveSchema.safeParse(json(await bodyOf(incoming)));
    if (!wanted.success) return refused(400, 'expected {"to": "<instant>"}, such as 2027-03-01T00:00:00Z');
    const { to } = wanted.data;
    if (this.#isMoving) return refused(409, 'The clock is being moved already; wait until it has arrived.');
    if (to.getTime() < this.world.clock.now()) {
      const message = `${to.toISOString()} has passed: it is ${this.#now()} in the local world, and its time goes forward only. Give a later instant, or start another world.`;
      return refused(400, message);
    }
    const calledOff = new AbortController();
    outgoing.once('close', () => calledOff.abort());
    return { status: 200, body: await this.#move(to, calledOff.signal) };
  }

  async #move(to: Date, signal: AbortSignal): Promise<Lived> {
    const [from, heard, told] = [this.#now(), this.#audits.length, this.#timeline.moments.length];
    this.#isMoving = true;
    try {
      await this.world.moveOn(to, signal);
    } finally {
      this.#isMoving = false;
    }
    const counts = countsOf(this.#audits.slice(heard));
    return { from, to: this.#now(), ...counts, timeline: this.#timeline.moments.slice(told) };
  }

  #now(): string {
    return new Date(this.world.clock.now()).toISOString();
  }
}

function refused(status: number, error: string): Answer {
  return { status, body: { error } };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming) {
    text += String(chunk);
    if (text.length > LONGEST) return '';
  }
  return text;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
