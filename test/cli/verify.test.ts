import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SealKey } from '../../functions/account/ports';
import { type AuditEvent, attemptOfEvent } from '../../functions/core/audit';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import type { NotOursCode, ProblemCode, Verified } from '../../functions/core/seal/verified';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { otherSealKey, sealed } from '../support/seal-key';
import { typed } from './typed';

/** A copy of an archive: lines by file. */
type Copy = Map<string, string[]>;

const CONFIG = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [
    { id: 'shop', user: 'ci-shop', createUser: true, deliverTo: [{ connection: 'acme', repository: 'acme/shop' }] },
  ],
  audit: { archive: { years: 1 } },
};

let life: DeployedWorld;
let archive: Copy;
let folder: string;

/** Five days of a deployment, as its functions archived them. */
beforeAll(async () => {
  life = await DeployedWorld.open(synthesized(CONFIG));
  await life.until(3, 12);
  await life.run('rotate', { keys: ['shop'] });
  await life.until(5, 12);
  const { kms } = life.world.account;
  archive = archived();
  folder = mkdtempSync(join(tmpdir(), 'keyturn-verify-'));
  const { KeyId, PublicKey } = kms.getPublicKey({ KeyId: 'alias/keyturn-seal' });
  // As the AWS CLI writes it down.
  writeFileSync(
    join(folder, 'seal.json'),
    JSON.stringify({ KeyId, PublicKey: Buffer.from(PublicKey).toString('base64') }),
  );
}, 180_000);
afterAll(async () => {
  await life.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is in the bucket now. */
function archived(): Copy {
  const { s3 } = life.world.account;
  const Bucket = life.deployment.outputs.ArchiveBucketName ?? '';
  return new Map(
    s3
      .listObjectsV2({ Bucket, Prefix: 'events/' })
      .Contents.map(({ Key }) => [Key, s3.getObject({ Bucket, Key }).Body.toString().trimEnd().split('\n')]),
  );
}

async function verify(copy: Copy, ...more: readonly string[]) {
  const there = mkdtempSync(join(folder, 'copy-'));
  for (const [file, lines] of copy) {
    mkdirSync(dirname(join(there, file)), { recursive: true });
    writeFileSync(join(there, file), lines.map((line) => `${line}\n`).join(''));
  }
  return typed(['verify', there, '--public-key', 'seal.json', ...more], { folder });
}

/** What breaks the record, by code, and what is told as not ours. */
interface Told {
  readonly code: number;
  readonly found: readonly ProblemCode[];
  readonly notOurs: readonly NotOursCode[];
}

async function problemsOf(copy: Copy): Promise<Told> {
  const { code, stdout } = await verify(copy, '--json');
  const { problems, notOurs }: Verified = JSON.parse(stdout);
  const codes = <Code extends string>(found: readonly { readonly code: Code }[]) =>
    [...new Set(found.map((one) => one.code))].sort();
  return { code, found: codes(problems), notOurs: codes(notOurs) };
}

const INTACT: Told = { code: 0, found: [], notOurs: [] };

/** A copy of its own. */
function copied(): Copy {
  return new Map([...archive].map(([file, lines]) => [file, [...lines]]));
}

interface Found {
  readonly file: string;
  readonly at: number;
  readonly event: AuditEvent;
}

function* eventsOf(copy: Copy): Generator<Found> {
  for (const [file, lines] of copy) {
    for (const [at, line] of lines.entries()) yield { file, at, event: JSON.parse(line) };
  }
}

/** The one that an attacker would begin with: a change to a key, in the middle of its attempt. */
function created(copy: Copy): Found {
  return (
    [...eventsOf(copy)].filter(({ event }) => event.event === 'key-created').at(-1) ?? expect.fail('a key was created')
  );
}

function attempt(copy: Copy, of: AuditEvent): readonly Found[] {
  return [...eventsOf(copy)]
    .filter(({ event }) => attemptOfEvent(event) === attemptOfEvent(of))
    .sort((a, b) => a.event.sequence - b.event.sequence);
}

function manifest(copy: Copy): Found {
  const all = [...eventsOf(copy)].filter(({ event }) => event.event === 'manifest-written');
  return all[1] ?? all[0] ?? expect.fail('there is a manifest');
}

/** The one of the last day: no manifest names its attempt yet. */
function newestManifest(copy: Copy): Found {
  return [...eventsOf(copy)].filter(({ event }) => event.event === 'manifest-written').at(-1) ?? expect.fail();
}

function lastOf(copy: Copy): Found {
  const inOrder = [...eventsOf(copy)].sort((a, b) => (a.event.time < b.event.time ? -1 : 1));
  return inOrder.at(-1) ?? expect.fail('there is an event');
}

/** When its attempt began, as an attempt's name has it. */
function started(event: AuditEvent): string {
  return Date.parse(event.time).toString(36);
}

/** The first event of another attempt at that time. */
function again(event: AuditEvent): string {
  return `again-${started(event)}-1`;
}

function write(copy: Copy, { file, at }: Found, line: string | object): void {
  copy.get(file)?.splice(at, 1, typeof line === 'string' ? line : JSON.stringify(line));
}

function remove(copy: Copy, gone: readonly Found[]): void {
  for (const [file, lines] of copy) {
    const left = lines.filter((_, at) => !gone.some((one) => one.file === file && one.at === at));
    if (left.length === 0) copy.delete(file);
    else copy.set(file, left);
  }
}

function add(copy: Copy, file: string, line: string | object): void {
  copy.get(file)?.push(typeof line === 'string' ? line : JSON.stringify(line));
}

/** Changes the event that made a key. */
function changing(change: (event: AuditEvent) => object) {
  return (copy: Copy) => {
    const found = created(copy);
    write(copy, found, change(found.event));
  };
}

/** Writes its line otherwise. */
function rewriting(rewrite: (line: string) => string) {
  return (copy: Copy) => {
    const found = created(copy);
    const line = copy.get(found.file)?.[found.at] ?? expect.fail('it is there');
    const written = rewrite(line);
    expect(written).not.toBe(line);
    write(copy, found, written);
  };
}

const sealOf = (event: AuditEvent) => event.seal ?? expect.fail('the event is sealed');
const withSeal = (change: (seal: NonNullable<AuditEvent['seal']>) => object) =>
  changing((event) => ({ ...event, seal: { ...sealOf(event), ...change(sealOf(event)) } }));
/** Another first character. */
const other = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;

/** The same bytes in other letters: the last one of 64 bytes has four bits that say nothing. */
function respelled(base64url: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return `${base64url.slice(0, -1)}${letters[letters.indexOf(base64url.at(-1) ?? '') ^ 1]}`;
}

async function forged(event: AuditEvent, key: SealKey): Promise<AuditEvent> {
  const { seal: _seal, ...plain } = event;
  const [line] = await sealed([plain.key === undefined ? plain : { ...plain, key: 'other' }], key);
  return line ?? expect.fail('one event was sealed');
}

/** The key of the stack, in the hands of who has stolen a function's role. */
function stolen(): SealKey {
  const { kms } = life.world.account;
  const KeyId = kms.keyArn('alias/keyturn-seal');
  return {
    sign: async (text) => {
      const { Signature } = kms.sign({ KeyId, Message: Buffer.from(text), SigningAlgorithm: 'ECDSA_SHA_256' });
      return { key: KeyId, signature: Buffer.from(Signature).toString('base64url') };
    },
    publicKey: async () => ({ publicKey: Buffer.from(kms.getPublicKey({ KeyId }).PublicKey).toString('base64') }),
  };
}

/** A key of another account that calls itself by the name of ours. */
function liar(): SealKey {
  const { publicKey, sign } = otherSealKey('5ea15ea1-0000-4000-8000-00000000000f');
  return {
    publicKey,
    sign: async (text) => ({ ...(await sign(text)), key: life.world.account.kms.keyArn('alias/keyturn-seal') }),
  };
}

describe('an archive as the functions wrote it', () => {
  it('is intact, and the check says what it proves and what it does not', async () => {
    const { code, stdout } = await verify(archive);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Intact\.\n/);
    expect(stdout).toMatch(
      /wrote \d+ events in \d+ attempts,\nfrom 2026-01-01 to 2026-01-06; 5 days of them have a manifest\./,
    );
    expect(stdout).toContain('Not proved: what a stolen role of a function has signed');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each<[string, (copy: Copy) => void]>([
    [
      'lies in one file',
      (copy) => {
        const all = [...copy.values()].flat();
        copy.clear();
        copy.set('all.jsonl', all);
      },
    ],
    [
      'has its lines in another order',
      (copy) => {
        for (const lines of copy.values()) lines.reverse();
      },
    ],
    [
      'has every line twice, as a request does that was repeated',
      (copy) => {
        for (const [file, lines] of copy) copy.set(file, [...lines, ...lines]);
      },
    ],
    [
      'is written by another program: other blanks, other escapes, fields in another order, numbers with a power',
      (copy) => {
        for (const [file, lines] of copy) {
          const turned = lines.map((line) =>
            JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line)).reverse()))
              .replaceAll('"sequence":1,', '"sequence" :\t1e0,')
              .replaceAll('"sync"', '"s\\u0079nc"'),
          );
          copy.set(file, turned);
        }
      },
    ],
    [
      'has what was written before midnight in the folder of the next day, as Firehose sorts it',
      (copy) => {
        const midnight = [...eventsOf(copy)].filter(({ event }) => event.time.slice(11, 15) === '23:5');
        remove(copy, midnight);
        for (const { event } of midnight) {
          const next = new Date(Date.parse(event.time) + 1_200_000).toISOString().slice(5, 10).replace('-', '/');
          add(copy, inFolder(copy, next), event);
        }
      },
    ],
    [
      'begins later: its first days are kept elsewhere',
      (copy) => {
        for (const file of [...copy.keys()]) if (/\/01\/0[12]\//.test(file)) copy.delete(file);
      },
    ],
  ])('is intact when it %s', async (_what, change) => {
    const copy = copied();
    change(copy);
    expect(await problemsOf(copy)).toEqual(INTACT);
  });

  it('is proved by the key as PEM too', async () => {
    const { kms } = life.world.account;
    const { PublicKey } = kms.getPublicKey({ KeyId: 'alias/keyturn-seal' });
    const lines =
      Buffer.from(PublicKey)
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    writeFileSync(
      join(folder, 'seal.pem'),
      ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n'),
    );
    expect(await verify(archive, '--public-key', 'seal.pem')).toMatchObject({ code: 0 });
  });
});

describe('who tampers with an archive is found (K7)', () => {
  it.each<[string, (copy: Copy) => void | Promise<void>, readonly ProblemCode[], (readonly NotOursCode[])?]>([
    [
      'changes the access key of an event',
      changing((event) => ({ ...event, accessKeyId: 'AKIAZZZZZZZZZZZZZZZZ' })),
      ['false-seal'],
    ],
    ['changes the user', changing((event) => ({ ...event, user: 'ci-other' })), ['false-seal']],
    ['changes the managed key', changing((event) => ({ ...event, key: 'other' })), ['false-seal']],
    ['changes the time', changing((event) => ({ ...event, time: '2026-01-01T03:00:00.001Z' })), ['false-seal']],
    ['changes an outcome', changing((event) => ({ ...event, outcome: 'failed' })), ['false-seal']],
    ['changes the reason', changing((event) => ({ ...event, reason: 'due' })), ['false-seal']],
    [
      'changes the policy in force',
      changing((event) => ({ ...event, policy: { ...event.policy, rotateAfter: 91 } })),
      ['false-seal'],
    ],
    ['changes the name of the event', changing((event) => ({ ...event, event: 'key-stored' })), ['false-seal']],
    ['changes the account', changing((event) => ({ ...event, account: '444455556666' })), ['false-seal']],
    ['changes the region', changing((event) => ({ ...event, region: 'eu-west-2' })), ['false-seal']],
    ['gives it to another function', changing((event) => ({ ...event, function: 'sync' })), ['false-seal']],
    ['gives it to another code', changing((event) => ({ ...event, functionVersion: '9.9.9+evil' })), ['false-seal']],
    [
      'gives it another number',
      changing((event) => ({ ...event, sequence: 99, id: `${attemptOfEvent(event)}-99` })),
      [],
      ['false-seal'],
    ],
    [
      'gives it to another attempt',
      changing((event) => ({ ...event, id: `another-attempt-${event.sequence}` })),
      [],
      ['false-seal'],
    ],
    ['takes a field away', changing(({ user: _user, ...event }) => event), ['false-seal']],
    ['adds a field that nobody knows', changing((event) => ({ ...event, approvedBy: 'the board' })), ['false-seal']],
    ['changes the signature', withSeal(({ signature }) => ({ signature: other(signature) })), ['false-seal']],
    [
      'changes which event came before',
      withSeal(({ previous = '' }) => ({ previous: other(previous) })),
      ['false-seal'],
    ],
    ['puts a key of its own in', withSeal(({ publicKey }) => ({ publicKey: other(publicKey) })), ['false-seal']],
    [
      'changes the certificate',
      withSeal(({ certificate }) => ({ certificate: { ...certificate, signature: other(certificate.signature) } })),
      ['false-seal'],
    ],
    [
      'names another KMS key',
      withSeal(({ certificate }) => ({ certificate: { ...certificate, key: `${certificate.key}0` } })),
      ['other-key'],
    ],
    [
      'writes a letter of it that is half a one',
      changing((event) => ({ ...event, message: '\ud800' })),
      ['false-seal'],
    ],
    [
      'spells the signature otherwise',
      withSeal(({ signature }) => ({ signature: respelled(signature) })),
      ['false-seal'],
    ],
    ['takes the seal away', changing(({ seal: _seal, ...event }) => event), ['unsealed']],
    [
      'writes a field twice, so that a program which takes the first one reads something else',
      rewriting((line) => line.replace('"user":', '"user":"ci-other","user":')),
      ['ambiguous'],
    ],
    [
      'writes a field twice inside another one, under a name in other letters',
      rewriting((line) => line.replace('"policy":{', '"policy":{"rotate\\u0041fter":999,')),
      ['ambiguous'],
    ],
    [
      'adds digits to a number that some programs round off',
      rewriting((line) => line.replace('"rotateAfter":90', '"rotateAfter":90.00000000000000001')),
      ['ambiguous'],
    ],
    ['cuts it off', rewriting((line) => line.slice(0, 300)), [], ['not-an-event']],
    ['makes it longer than any event', rewriting((line) => `${line}${' '.repeat(2 ** 21)}`), [], ['not-an-event']],
    [
      'says that it is of a version to come',
      changing((event) => ({ ...event, schema: 'keyturn.audit/v9' })),
      [],
      ['newer-schema'],
    ],
    [
      'puts the seal of one event on another',
      (copy) => {
        const found = created(copy);
        const [first] = attempt(copy, found.event);
        write(copy, found, { ...found.event, seal: first?.event.seal });
      },
      ['false-seal'],
    ],
  ])('who %s', async (_what, tamper, found, notOurs = []) => {
    const copy = copied();
    await tamper(copy);
    // The event is gone besides: its attempt has a hole.
    expect(await problemsOf(copy)).toEqual({ code: 1, found: [...found, 'missing-event'].sort(), notOurs });
  });

  it.each<[string, (copy: Copy) => void | Promise<void>, readonly ProblemCode[]]>([
    ['takes one event out', (copy) => remove(copy, [created(copy)]), ['missing-event']],
    [
      'takes the first event of an attempt out',
      (copy) => remove(copy, attempt(copy, created(copy).event).slice(0, 1)),
      ['missing-event'],
    ],
    [
      'cuts the end of an attempt off',
      (copy) => remove(copy, attempt(copy, created(copy).event).slice(-2)),
      ['missing-attempt'],
    ],
    ['takes a whole attempt out', (copy) => remove(copy, attempt(copy, created(copy).event)), ['missing-attempt']],
    ['takes a file out', (copy) => void copy.delete(created(copy).file), ['missing-attempt']],
    [
      'takes a day out',
      (copy) => {
        for (const file of [...copy.keys()]) if (file.includes('/01/03/')) copy.delete(file);
      },
      ['broken-manifests', 'missing-attempt', 'missing-day', 'missing-manifest'],
    ],
    [
      'takes a manifest out',
      (copy) => remove(copy, [manifest(copy)]),
      ['broken-manifests', 'missing-event', 'missing-manifest'],
    ],
    [
      'takes a manifest out with its attempt',
      (copy) => remove(copy, attempt(copy, manifest(copy).event)),
      ['broken-manifests', 'missing-attempt', 'missing-manifest'],
    ],
    [
      'takes an attempt out, and its line in the manifest',
      (copy) => {
        const gone = attempt(copy, created(copy).event);
        const name = attemptOfEvent(created(copy).event);
        for (const found of [...eventsOf(copy)].filter(({ event }) => event.event === 'manifest-written')) {
          const ends = found.event.facts?.ends as readonly string[];
          if (ends.some((end) => end.startsWith(name))) {
            write(copy, found, {
              ...found.event,
              facts: { ...found.event.facts, ends: ends.filter((end) => !end.startsWith(name)) },
            });
          }
        }
        remove(copy, gone);
      },
      ['broken-manifests', 'false-seal', 'missing-event', 'missing-manifest'],
    ],
    [
      'seals another event of the same ID with a stolen role',
      async (copy) => add(copy, created(copy).file, await forged(created(copy).event, stolen())),
      ['conflicting-id'],
    ],
    [
      'puts another event in its place with a stolen role',
      async (copy) => write(copy, created(copy), await forged(created(copy).event, stolen())),
      ['added-event', 'broken-chain'],
    ],
    [
      'moves a file to another day',
      (copy) => {
        const { file } = created(copy);
        copy.set(file.replace(/\/01\/\d\d\//, '/01/05/'), copy.get(file) ?? []);
        copy.delete(file);
      },
      ['wrong-day'],
    ],
    [
      'adds an event to the end of an attempt with a stolen role',
      async (copy) => {
        const last = attempt(copy, created(copy).event).at(-1)?.event ?? expect.fail('it has an end');
        const { seal: _seal, ...plain } = last;
        const sequence = last.sequence + 1;
        const id = `${attemptOfEvent(last)}-${sequence}`;
        add(copy, created(copy).file, await forged({ ...plain, id, sequence, event: 'key-deleted' }, stolen()));
      },
      ['added-event', 'broken-chain'],
    ],
    [
      'adds a whole attempt to a day that is over with a stolen role',
      async (copy) => {
        const { event, file } = created(copy);
        add(copy, file, await forged({ ...event, id: `added-${started(event)}-1`, sequence: 1 }, stolen()));
      },
      ['unnamed-attempt'],
    ],
    [
      'changes the last event of an attempt that no manifest names yet',
      (copy) => {
        const found = lastOf(copy);
        write(copy, found, { ...found.event, outcome: 'failed' });
      },
      ['false-seal'],
    ],
    [
      'takes one part of a manifest away and leaves the other',
      async (copy) => {
        const { event, file } = newestManifest(copy);
        const { seal: _seal, ...plain } = event;
        const part = { ...event.facts, part: 1, parts: 2 };
        const gone = attempt(copy, event);
        add(copy, file, await forged({ ...plain, id: again(plain), sequence: 1, facts: part }, stolen()));
        remove(copy, gone);
      },
      ['missing-manifest'],
    ],
  ])('who %s', async (_what, tamper, found) => {
    const copy = copied();
    await tamper(copy);
    expect(await problemsOf(copy)).toEqual({ code: 1, found: [...found].sort(), notOurs: [] });
  });

  it('is told to people by what it means and where it is', async () => {
    const copy = copied();
    const found = created(copy);
    write(copy, found, { ...found.event, user: 'ci-other' });
    const { code, stdout } = await verify(copy);
    expect(code).toBe(1);
    expect(stdout).toContain('Not intact: 2 things are wrong.');
    expect(stdout).toContain(
      `false-seal: the seal is of another text: somebody has changed the event\n  ${found.file}:${found.at + 1}\n`,
    );
    expect(stdout).toContain(`missing-event: missing from its attempt\n  ${found.event.id}\n`);
  });
});

/** What a second run of delete would have sealed at the same time. */
async function sealedTwice(copy: Copy): Promise<void> {
  const { event, file } = newestManifest(copy);
  add(copy, file, await forged({ ...event, id: again(event), sequence: 1, run: 'again' }, stolen()));
}

/** What a run has left that died when it had recorded one of the two parts of its manifest. */
async function sealedHalf(copy: Copy): Promise<void> {
  const { event, file } = newestManifest(copy);
  const time = new Date(Date.parse(event.time) - 60_000).toISOString();
  const half = { ...event, id: again(event), sequence: 1, run: 'again', time };
  add(copy, file, await forged({ ...half, facts: { ...event.facts, part: 1, parts: 2 } }, stolen()));
}

describe('what somebody else puts beside the record is not ours, and does not break it (K7)', () => {
  it.each<[string, (copy: Copy) => void | Promise<void>, readonly NotOursCode[]]>([
    [
      'a line of a workload that logs into the wrong group',
      (copy) => add(copy, created(copy).file, 'nothing happened here'),
      ['not-an-event'],
    ],
    ['the JSON of one', (copy) => add(copy, created(copy).file, { level: 'INFO', message: 'hello' }), ['not-an-event']],
    ['a line that is no text', (copy) => add(copy, created(copy).file, '\ufffe\u0000'), ['not-an-event']],
    [
      'a forged event without a seal',
      (copy) => add(copy, created(copy).file, { ...unsealed(copy), id: 'forged-abc-1', sequence: 1 }),
      ['unsealed'],
    ],
    [
      'one that says to be of an attempt that has ended',
      (copy) => {
        const { event, file } = created(copy);
        add(copy, file, { ...unsealed(copy), id: `${attemptOfEvent(event)}-77`, sequence: 77 });
      },
      ['unsealed'],
    ],
    ['a true one without its seal, beside it', (copy) => add(copy, created(copy).file, unsealed(copy)), ['unsealed']],
    [
      'one that says to be from before the seal, in the folder of a later day',
      (copy) =>
        add(copy, inFolder(copy, '01/05'), { ...unsealed(copy), id: 'forged-abc-1', time: '2025-12-31T23:00:00Z' }),
      ['unsealed'],
    ],
    [
      'one that says to be of a day to come',
      (copy) => add(copy, created(copy).file, { ...unsealed(copy), id: 'forged-abc-1', time: '2027-01-01T00:00:00Z' }),
      ['unsealed'],
    ],
    [
      'an event of another version',
      (copy) => add(copy, created(copy).file, { schema: 'keyturn.audit/v9' }),
      ['newer-schema'],
    ],
    [
      'a true event with another text, beside it',
      (copy) => add(copy, created(copy).file, { ...created(copy).event, outcome: 'failed' }),
      ['false-seal'],
    ],
    [
      'a true event with a field twice, beside it',
      (copy) =>
        add(copy, created(copy).file, JSON.stringify(created(copy).event).replace('"user":', '"user":"x","user":')),
      ['ambiguous'],
    ],
    [
      'an event that another key has sealed',
      async (copy) =>
        add(
          copy,
          created(copy).file,
          await forged(created(copy).event, otherSealKey('5ea15ea1-0000-4000-8000-00000000000e')),
        ),
      ['other-key'],
    ],
    [
      'one that a key has sealed which calls itself by the name of ours',
      async (copy) => add(copy, created(copy).file, await forged(created(copy).event, liar())),
      ['false-seal'],
    ],
    [
      'a true event once more, on a later day',
      (copy) => add(copy, inFolder(copy, '01/05'), created(copy).event),
      ['replayed'],
    ],
    [
      'a true event once more, on a day before',
      (copy) => add(copy, inFolder(copy, '01/02'), created(copy).event),
      ['replayed'],
    ],
    [
      'a true event of a day that is kept elsewhere',
      (copy) => {
        const line = created(copy).event;
        for (const file of [...copy.keys()]) if (/\/01\/0[1-4]\//.test(file)) copy.delete(file);
        add(copy, inFolder(copy, '01/05'), line);
      },
      ['replayed'],
    ],
    [
      'an unsealed event of a day that is kept elsewhere',
      (copy) => {
        const line = unsealed(copy);
        for (const file of [...copy.keys()]) if (/\/01\/0[1-4]\//.test(file)) copy.delete(file);
        add(copy, inFolder(copy, '01/05'), line);
      },
      ['unsealed'],
    ],
    [
      'a day of its own before all others',
      (copy) => void copy.set('events/2025/12/24/000000Z-0.jsonl', ['ho ho ho']),
      ['not-an-event'],
    ],
  ])('%s', async (_what, put, notOurs) => {
    const copy = copied();
    await put(copy);
    expect(await problemsOf(copy)).toEqual({ code: 0, found: [], notOurs });
  });

  it('is told first of all and with its places; with --strict the exit code tells it too', async () => {
    const copy = copied();
    const { file } = created(copy);
    for (let line = 0; line < 7; line++) add(copy, file, `line ${line}`);
    const { code, stdout } = await verify(copy);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Intact\. 7 lines beside it are not ours\.\n/);
    expect(stdout).toMatch(
      /not-an-event: no audit event\n(?: {2}events\/\S+\n){5} {2}and 2 more \(--json names all\)\n/,
    );
    expect((await verify(copy, '--strict')).code).toBe(1);
    expect((await verify(archive, '--strict')).code).toBe(0);
  });

  it('beside a time without a stack, which breaks nothing; with --strict the exit code tells it', async () => {
    const copy = copied();
    const key = otherSealKey('5ea15ea1-0000-4000-8000-00000000000f');
    const { arn: KeyId, publicKey: PublicKey } = await key.publicKey();
    writeFileSync(join(folder, 'second.json'), JSON.stringify({ KeyId, PublicKey }));
    const time = '2026-01-14T09:30:00.000Z';
    const { seal: _seal, ...first } =
      [...eventsOf(copy)].find(({ event }) => event.sequence === 1)?.event ?? expect.fail();
    const run = 'deployed-again';
    const again = { ...first, id: `${run}-${Date.parse(time).toString(36)}-1`, run, time };
    copy.set(
      'events/2026/01/14/093000Z-0.jsonl',
      (await sealed([again], key)).map((event) => JSON.stringify(event)),
    );
    const keys = ['--public-key', 'second.json'];
    const { code, stdout } = await verify(copy, ...keys);
    expect({ code, verdict: stdout.split('\n')[0] }).toEqual({ code: 0, verdict: 'Intact.' });
    expect(stdout).toMatch(/No stack of ours between 2026-01-\d\d \d\d:\d\d UTC and 2026-01-14 09:30 UTC:/);
    expect((await verify(copy, ...keys, '--strict')).code).toBe(1);
  });

  it('also when it went the way of all lines, through the log group and the archive function', async () => {
    const { logs } = life.world.account;
    const line = created(archive);
    const stream = `${line.event.function}/2026-01`;
    const timestamp = life.world.clock.now();
    const texts = ['a workload logs here', JSON.stringify(unsealed(archive)), JSON.stringify(line.event)];
    logs.putLogEvents({
      logGroupName: AUDIT_LOG_GROUP,
      logStreamName: stream,
      logEvents: texts.map((message) => ({ timestamp, message })),
    });
    await life.until(7, 12);
    expect(await problemsOf(archived())).toEqual({
      code: 0,
      found: [],
      notOurs: ['not-an-event', 'replayed', 'unsealed'],
    });
  });

  it('hides nothing: what is missing is missing, whatever stands in its place', async () => {
    const copy = copied();
    const found = created(copy);
    write(copy, found, 'nothing happened here');
    expect(await problemsOf(copy)).toEqual({ code: 1, found: ['missing-event'], notOurs: ['not-an-event'] });
  });
});

/** The event that made a key, without its seal. */
function unsealed(copy: Copy): AuditEvent {
  const { seal: _seal, ...event } = created(copy).event;
  return event;
}

function inFolder(copy: Copy, day: string): string {
  return [...copy.keys()].find((name) => name.includes(`/${day}/`)) ?? expect.fail(`${day} has a file`);
}

describe('what may happen to a healthy deployment is no tampering', () => {
  it('two runs of delete at once seal the same day', async () => {
    const copy = copied();
    await sealedTwice(copy);
    expect(await problemsOf(copy)).toEqual(INTACT);
  });

  it('a run dies when it has recorded one part of a manifest, and another one writes all of it', async () => {
    const copy = copied();
    const { event } = newestManifest(copy);
    await sealedHalf(copy);
    // The one that makes up for it names what it saw last.
    const half = [...eventsOf(copy)].find(({ event: one }) => one.id === again(event))?.event;
    const own = attempt(copy, event);
    const plain = own.map(({ event: { seal: _seal, ...one } }) => ({
      ...one,
      facts: one.id === event.id ? { ...one.facts, previous: half?.seal?.signature } : one.facts,
    }));
    for (const [at, line] of (await sealed(plain, stolen())).entries()) write(copy, own[at] ?? expect.fail(), line);
    expect(await problemsOf(copy)).toEqual(INTACT);
  });

  it('is deployed again with a key of its own: each key proves its part', async () => {
    const copy = copied();
    const next = otherSealKey('5ea15ea1-0000-4000-8000-00000000000d');
    const last = [...eventsOf(copy)]
      .map(({ event }) => event)
      .sort((a, b) => (a.time < b.time ? -1 : 1))
      .at(-1);
    const day = (ago: number) => new Date(Date.parse(last?.time ?? '') + ago * 86_400_000).toISOString();
    const { seal: _seal, ...plain } = manifest(copy).event;
    const facts = { day: day(1).slice(0, 10), part: 1, parts: 1, attempts: 0, events: 0, ends: [] };
    const [again] = await sealed(
      [{ ...plain, id: `anew-${Date.parse(day(1)).toString(36)}-1`, sequence: 1, time: day(1), facts }],
      next,
    );
    copy.set(`events/${day(1).slice(0, 10).replaceAll('-', '/')}/anew.jsonl`, [JSON.stringify(again)]);
    expect(await problemsOf(copy)).toEqual({ code: 0, found: [], notOurs: ['other-key'] });
    writeFileSync(
      join(folder, 'next.json'),
      JSON.stringify({ KeyId: 'next', PublicKey: (await next.publicKey()).publicKey }).replace(
        '"next"',
        JSON.stringify((await next.publicKey()).arn),
      ),
    );
    const { stdout } = await verify(copy, '--public-key', 'seal.json', 'next.json', '--json');
    const { problems }: Verified = JSON.parse(stdout);
    expect(problems.filter(({ code }) => code === 'broken-manifests')).toEqual([]);
  });

  it('the archive is switched on in the middle of a day', async () => {
    const copy = copied();
    const noon = [...eventsOf(copy)].filter(({ event }) => event.time < '2026-01-02T03:10:00.000Z');
    remove(copy, noon);
    expect(await problemsOf(copy)).toEqual(INTACT);
  });

  it('a run of the version before the seal is still at work when the first seal is made', async () => {
    const copy = copied();
    const [first] = [...eventsOf(copy)].map(({ event }) => event).sort((a, b) => (a.time < b.time ? -1 : 1));
    const { seal: _seal, ...event } = first ?? expect.fail('there is an event');
    const time = new Date(Date.parse(event.time) + 15 * 60_000).toISOString();
    add(copy, [...copy.keys()][0] ?? '', { ...event, id: 'old-version-abc-9', sequence: 9, time });
    const { code, stdout } = await verify(copy);
    expect(code).toBe(0);
    expect(stdout).toContain('1 event from before the seal: nobody can prove who wrote them.');
  });
});

describe('an archive that somebody has made one of before the seal', () => {
  it('is not intact when its first days are stripped of their seals: the next manifest names them', async () => {
    const copy = copied();
    for (const found of [...eventsOf(copy)].filter(({ event }) => event.time < '2026-01-04')) {
      const { seal: _seal, ...event } = found.event;
      write(copy, found, event);
    }
    expect(await problemsOf(copy)).toEqual({ code: 1, found: ['unsealed'], notOurs: ['unsealed'] });
  });

  it('proves nothing when no seal is left', async () => {
    const copy = copied();
    for (const found of [...eventsOf(copy)]) {
      const { seal: _seal, ...event } = found.event;
      write(copy, found, event);
    }
    const { code, stderr } = await verify(copy);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/no event in its \d+ files stands in its place with a seal/),
    });
  });
});

describe('a former key that cannot be read', () => {
  it('is named, and the others are enough where no seal needs it', async () => {
    writeFileSync(join(folder, 'former.json'), '{"KeyId":"');
    const { code, stdout, stderr } = await verify(archive, '--public-key', 'former.json', 'absent.pem', 'seal.json');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /^former\.json: expected .+ No seal needed it\.\nabsent\.pem: .+ No seal needed it\.\n$/,
      ),
    });
    expect(stdout).toMatch(/^Intact\.\n/);
  });

  it('leaves no verdict where a seal may need it', async () => {
    writeFileSync(join(folder, 'former.json'), '{"KeyId":"');
    const copy = copied();
    add(
      copy,
      created(copy).file,
      await forged(created(copy).event, otherSealKey('5ea15ea1-0000-4000-8000-00000000000e')),
    );
    const { code, stdout, stderr } = await verify(copy, '--public-key', 'seal.json', 'former.json');
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^former\.json: .+ has lines that another key has sealed, 1 in all: it may be this one\.\n$/,
      ),
    });
  });
});

it('the key of a provider counts for its endpoint alone', async () => {
  const there = mkdtempSync(join(folder, 'copy-'));
  writeFileSync(join(there, 'all.jsonl'), [...archive.values()].flat().join('\n'));
  const { code, stderr } = await typed(['verify', there, '--provider-public-key', 'seal.json'], { folder });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(/nothing is proved.*--provider-public-key/),
  });
});

describe('what cannot be checked is said, and is no verdict', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['no folder', ['verify', 'nowhere', '--public-key', 'seal.json'], /nowhere: expected a folder/],
    ['no events', ['verify', '.', '--public-key', 'seal.json'], /expected files that end in \.jsonl/],
    ['no key', ['verify', '.'], /expected --public-key or --provider-public-key, found neither/],
    [
      'a key that is none',
      ['verify', '.', '--public-key', 'none.pem'],
      /none\.pem: expected a file with the answer of "aws kms get-public-key"/,
    ],
    ['a key that is not there', ['verify', '.', '--public-key', 'absent.pem'], /absent\.pem/],
  ])('%s', async (_what, args, said) => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    writeFileSync(
      join(empty, 'seal.json'),
      JSON.stringify(await stolen().publicKey())
        .replace('publicKey', 'PublicKey')
        .replace('{', '{"KeyId":"k",'),
    );
    writeFileSync(join(empty, 'none.pem'), 'no key');
    const { code, stderr } = await typed(args, { folder: empty });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(said) });
  });
});

describe('a copy of what came to an event bus', () => {
  /** As EventBridge hands an event to a rule's target, and a log group keeps it. */
  const handedOn = (line: string, source = 'keyturn'): string => {
    const detail = JSON.parse(line);
    return JSON.stringify({ version: '0', id: detail.id, 'detail-type': detail.event, source, resources: [], detail });
  };
  const came = (change: (line: string, at: number) => string): Copy => {
    const lines = [...archive.values()].flat().map(change);
    return new Map([['security.jsonl', lines]]);
  };

  it('is checked as the archive is', async () => {
    const { code, stdout } = await verify(came((line) => handedOn(line)));
    expect(stdout).toMatch(/intact/i);
    expect(code).toBe(0);
  });

  it('shows what somebody else has put there in Keyturn’s name, and what is missing', async () => {
    const { code, found } = await problemsOf(
      came((line, at) => handedOn(at === 3 ? line.replace('"outcome":"ok"', '"outcome":"held"') : line)),
    );
    expect({ code, found }).toEqual({ code: 1, found: expect.arrayContaining(['false-seal']) });
    const copy = came((line) => handedOn(line));
    copy.get('security.jsonl')?.splice(2, 1);
    expect((await problemsOf(copy)).code).toBe(1);
  });

  it('takes no event of another source for one', async () => {
    const { code } = await problemsOf(came((line, at) => handedOn(line, at === 3 ? 'acme' : 'keyturn')));
    expect(code).toBe(1);
  });
});
