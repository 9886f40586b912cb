import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rehearse } from '../../../cli/rehearsal/rehearse';
import { type SavedArchive, saveArchive } from '../../../cli/rehearsal/save-archive';
import type { AuditEvent } from '../../../functions/core/audit';
import { dayOf } from '../../../functions/core/seal/manifest';
import type { NotOursCode, ProblemCode, Verified } from '../../../functions/core/seal/verified';
import { EVERY } from '../../deep/sample';
import { synthesized } from '../../support/deployed-world';
import { typed } from '../typed';

/** A year; of a sample the half of one, with two rotations. */
const DAYS = EVERY === 1 ? 366 : 200;
const LAST = dayOf(Date.UTC(2026, 0, DAYS));

let archive: SavedArchive;

/** A year of the deployed bundles, and the archive as it lies in the local S3 then. */
beforeAll(async () => {
  const cdkOut = synthesized('docs/examples/archive.yaml');
  let bucket = '';
  await rehearse({
    cdkOut,
    days: DAYS,
    seed: 'archived',
    onDeployed: ({ ArchiveBucketName = '' }) => {
      bucket = ArchiveBucketName;
    },
    onEnd: async (world) => {
      archive = await saveArchive(world, bucket, mkdtempSync(join(tmpdir(), 'keyturn-year-')), process.cwd());
    },
  });
  rmSync(cdkOut, { recursive: true, force: true });
}, 300_000);
afterAll(() => rmSync(archive.folder, { recursive: true, force: true }));

async function verify(folder: string): Promise<Verified & { readonly code: number }> {
  const { code, stdout, stderr } = await typed(['verify', folder, '--public-key', archive.publicKey, '--json']);
  if (stdout === '') throw new Error(stderr);
  return { code, ...JSON.parse(stdout) };
}

it('of the deployed bundles is intact from its first day to its last (K7)', async () => {
  const { code, days, events, attempts, isFromStart, before, problems, notOurs } = await verify(archive.folder);
  expect({ code, days, isFromStart, before, problems, notOurs }).toEqual({
    code: 0,
    days: { first: '2026-01-01', last: LAST, withManifest: DAYS - 1 },
    isFromStart: true,
    before: 0,
    problems: [],
    notOurs: [],
  });
  expect(attempts).toBeGreaterThan(3 * DAYS);
  expect(events).toBeGreaterThan(2 * attempts);
});

/** A copy of the year that somebody tampers with. */
class Copy {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyturn-tampered-'));

  constructor() {
    cpSync(archive.folder, this.folder, { recursive: true });
  }

  /** Files of a day, or of a month. */
  files(day: string): readonly string[] {
    const all = readdirSync(this.folder, { recursive: true, encoding: 'utf8' });
    return all
      .filter((file) => file.startsWith(`events/${day}`) && file.endsWith('.jsonl'))
      .map((file) => join(this.folder, file));
  }

  /** Where the first event of a kind is, of all since a day. */
  find(wanted: AuditEvent['event'], since = '2026/06'): { readonly file: string; readonly line: string } {
    for (const file of this.files('2026')
      .filter((name) => name >= join(this.folder, 'events', since))
      .sort()) {
      const line = readFileSync(file, 'utf8')
        .split('\n')
        .find((text) => text.includes(`"event":"${wanted}"`));
      if (line !== undefined) return { file, line };
    }
    throw new Error(`no ${wanted} since ${since}`);
  }

  replace({ file, line }: { readonly file: string; readonly line: string }, by: string): void {
    writeFileSync(file, readFileSync(file, 'utf8').replace(`${line}\n`, by));
  }
}

describe('of which somebody', () => {
  it.each<[string, (copy: Copy) => void, readonly ProblemCode[], readonly NotOursCode[]]>([
    [
      'flips a byte of an access key',
      (copy) => {
        const found = copy.find('key-deactivated');
        copy.replace(found, `${found.line.replace(/"accessKeyId":"AKIA./, '"accessKeyId":"AKIA_')}\n`);
      },
      ['false-seal', 'missing-event'],
      [],
    ],
    ['takes an event out', (copy) => copy.replace(copy.find('target-delivered'), ''), ['missing-event'], []],
    [
      'takes a day out',
      (copy) => {
        for (const file of copy.files('2026/07/14')) rmSync(file);
      },
      ['broken-manifests', 'missing-attempt', 'missing-day', 'missing-manifest'],
      [],
    ],
    [
      'moves what happened on a day to another one',
      (copy) => {
        for (const file of copy.files('2026/07/14')) renameSync(file, file.replace('/07/14/', '/07/16/'));
      },
      ['wrong-day'],
      [],
    ],
    [
      'writes a field twice',
      (copy) => {
        const found = copy.find('key-created');
        copy.replace(found, `${found.line.replace('"outcome":', '"outcome":"failed","outcome":')}\n`);
      },
      ['ambiguous', 'missing-event'],
      [],
    ],
    [
      'takes a manifest out',
      (copy) => copy.replace(copy.find('manifest-written'), ''),
      ['broken-manifests', 'missing-event', 'missing-manifest'],
      [],
    ],
    [
      'puts lines of its own beside it, and a true one on another day',
      (copy) => {
        const { line } = copy.find('key-created');
        const [file = ''] = copy.files('2026/07/18');
        appendFileSync(file, `a workload logs into the wrong group\n${line}\n${line.replace(/,"seal":.*/, '}')}\n`);
      },
      [],
      ['not-an-event', 'replayed', 'unsealed'],
    ],
  ])('%s', async (_what, tamper, problemCodes, notOursCodes) => {
    const copy = new Copy();
    try {
      tamper(copy);
      const { code, problems, notOurs } = await verify(copy.folder);
      const codes = (found: readonly { readonly code: string }[]) => [...new Set(found.map((one) => one.code))].sort();
      expect({ code, problems: codes(problems), notOurs: codes(notOurs) }).toEqual({
        code: problemCodes.length > 0 ? 1 : 0,
        problems: problemCodes,
        notOurs: notOursCodes,
      });
    } finally {
      rmSync(copy.folder, { recursive: true, force: true });
    }
  });
});
