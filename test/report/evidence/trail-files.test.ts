import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import { DEPLOYMENT_PARAMETERS } from '../../../functions/core/names';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { LARGEST_FILE } from '../../../functions/report/evidence/read-trail-files';
import { deliveredAt } from '../../../functions/report/evidence/trail-proof';
import { makeReport } from '../../../functions/report/judge/make-report';
import { DigestKeys } from '../../../local/account/digest-keys';
import { TrailFiles, type TrailFilesOptions } from '../../../local/account/trail-files';
import { newScene } from '../../support/dispose';
import type { Scene } from '../../support/scene';
import { START } from '../../support/stage';
import { failing, gather } from './gathered';

const BUCKET = 'trail-bucket';
/** When the life began, as everything that is cut into days has it. */
const at = (day: number, more = 0) => new Date(START + day * DAY + more);

interface TrailLife {
  readonly scene: Scene;
  readonly files: TrailFiles;
  /** Names of the files, with this in their names. */
  readonly names: (part: string) => readonly string[];
}

/** What a deployment says of itself. */
function deploy(scene: Scene, trail: unknown, names = 'Keyturn-KeyRotation'): void {
  const things = { version: 1, stacks: ['Keyturn'], names, topic: scene.topicArn, keys: [], trail };
  const write = (Name: string, document: unknown) =>
    scene.account.ssm.putParameter({ Name, Type: 'String', Value: JSON.stringify(document), Overwrite: true }, 'me');
  write(DEPLOYMENT_PARAMETERS.things, things);
  write(DEPLOYMENT_PARAMETERS.rights, { version: 1, rights: [] });
}

/**
 * A key that was rotated on day 0, a key that somebody made by hand for an unmanaged user on day 2, and one for the
 * managed one on day 4; on day 97 the event history has forgotten all of them.
 */
async function lived(options: Partial<TrailFilesOptions> = {}, place: object = {}): Promise<TrailLife> {
  const scene = await newScene();
  const { s3, trails } = scene.account;
  s3.createBucket(BUCKET);
  const files = new TrailFiles(scene.account, { bucket: BUCKET, digests: true, ...options });
  trails.createTrail({
    Name: 'management',
    S3BucketName: BUCKET,
    S3KeyPrefix: options.prefix,
    IsMultiRegionTrail: true,
    EnableLogFileValidation: options.digests ?? true,
  });
  scene.manage('shop');
  await scene.rotate();
  await scene.sync();
  const until = (instant: Date) => scene.clock.advanceTo(instant.getTime());
  until(at(2));
  scene.addUser('by-hand');
  scene.createKey('by-hand');
  until(at(4));
  scene.createKey('ci-shop');
  until(at(97));
  files.deliver();
  deploy(scene, { bucket: BUCKET, ...place });
  const names = (part: string) => {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = s3.listObjectsV2({ Bucket: BUCKET, ContinuationToken: token });
      found.push(...page.Contents.map(({ Key }) => Key).filter((key) => key.includes(part)));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  };
  return { scene, files, names };
}

const CREATED = /CloudTrail\/us-east-1\//;
const sources = ({ trail }: Evidence) => trail?.spans?.map(({ source }) => source);
const calls = ({ trail }: Evidence) => trail?.writes.map(({ action, user, secret }) => `${action} ${user ?? secret}`);
const EVERYTHING = [
  'CreateAccessKey ci-shop',
  'PutSecretValue keyturn/shop',
  'CreateAccessKey by-hand',
  'CreateAccessKey ci-shop',
];

/** Puts something else in the place of a file. */
function replace(
  { scene, names }: TrailLife,
  part: RegExp,
  body: (before: Uint8Array) => Uint8Array<ArrayBuffer>,
  day: Date,
): string {
  const date = day.toISOString().slice(0, 10).replaceAll('-', '/');
  const [Key = ''] = names(`/${date}/`).filter((name) => part.test(name));
  const before = scene.account.s3.getObject({ Bucket: BUCKET, Key });
  scene.account.s3.putObject({ Bucket: BUCKET, Key, Body: body(before.Body) });
  return Key.slice(Key.lastIndexOf('/') + 1);
}

describe('the files of the trail', () => {
  it('tell what is older than the event history, of keys in IAM’s region and of secrets in the own one', async () => {
    const { scene } = await lived();
    const evidence = await gather(scene);

    expect(evidence.failures).toEqual([]);
    expect(calls(evidence)).toEqual(EVERYTHING);
    const history = new Date(evidence.gatheredAt.getTime() - 90 * DAY);
    expect(evidence.trail?.spans).toEqual([
      { from: at(0, -HOUR), to: history, source: 'trail-files' },
      { from: history, to: new Date(evidence.gatheredAt.getTime() - 15 * MINUTE), source: 'event-history' },
    ]);
    const report = makeReport(evidence);
    expect(report.trailSpans?.map(({ source }) => source)).toEqual(['trail-files', 'event-history', 'absent']);
    expect(report.summary.changesMatched).toBe(2);
    expect(report.changes.filter(({ result }) => result === 'without-keyturn').map(({ user }) => user)).toEqual([
      'by-hand',
      'ci-shop',
    ]);
    expect(report.summary.headline).not.toMatch(/out of CloudTrail's reach/);
  });

  it('are read for nothing that the event history shows, and where the deployment names no trail', async () => {
    const { scene } = await lived();
    scene.calls.length = 0;
    await gather(scene, { since: at(60) });
    expect(scene.calls.filter(({ service }) => service === 's3')).toEqual([]);
    deploy(scene, undefined);
    const evidence = await gather(scene);
    expect(scene.calls.filter(({ service }) => service === 's3')).toEqual([]);
    expect(evidence.trail?.writes).toEqual([]);
    const { limits, trailSpans } = makeReport(evidence);
    expect(trailSpans?.map(({ source }) => source)).toEqual(['absent', 'event-history', 'absent']);
    expect(limits.map(({ message }) => message).join()).toMatch(/name them in audit.trailFiles/);
  });

  it('are found under the trail’s prefix and the organization', async () => {
    const options = { prefix: 'logs/all', organization: 'o-exampleorgid' };
    const { scene } = await lived(options, options);
    const evidence = await gather(scene);

    expect(calls(evidence)).toEqual(EVERYTHING);
    scene.calls.length = 0;
    await gather(scene);
    const asked = scene.calls.flatMap(({ service, input: { Prefix } }) => (service === 's3' && Prefix) || []);
    expect(asked.every((prefix) => String(prefix).startsWith('logs/all/AWSLogs/o-exampleorgid/111122223333/'))).toBe(
      true,
    );
  });

  it('tell of a period that the event history has nothing of at all', async () => {
    const { scene } = await lived();
    const evidence = await gather(scene, { since: at(1), until: at(3) });

    expect(evidence.failures).toEqual([]);
    expect(sources(evidence)).toEqual(['trail-files']);
    expect(calls(evidence)).toEqual(['CreateAccessKey by-hand']);
    expect(evidence.trail).toMatchObject({ from: at(1, -HOUR), to: at(3, HOUR) });
  });

  it('tell of changes to Keyturn itself too', async () => {
    const { scene, files } = await lived();
    files.deliver();
    scene.account.invoke(scene.admin, 'logs', 'PutRetentionPolicy', {
      logGroupName: '/keyturn/audit',
      retentionInDays: 1,
    });
    scene.clock.advanceBy(91 * DAY);
    files.deliver();
    const { ownHistory } = await gather(scene, { since: at(96) });

    expect(ownHistory?.changes).toMatchObject([
      { call: 'PutRetentionPolicy', thing: '/keyturn/audit', through: 'hand' },
    ]);
    expect(ownHistory?.from).toEqual(at(96, -HOUR));
  });

  it('have each event once, however many files and places have it', async () => {
    const { scene, names } = await lived();
    const [Key = ''] = names('/CloudTrail/us-east-1/').filter((name) => CREATED.test(name));
    const { Body } = scene.account.s3.getObject({ Bucket: BUCKET, Key });
    const again = Key.replace(/T(\d{4})Z/, 'T2359Z');
    scene.account.s3.putObject({ Bucket: BUCKET, Key: again, Body: new Uint8Array(Body) });
    const evidence = await gather(scene);
    expect(calls(evidence)).toEqual(EVERYTHING);
  });

  it('tell nothing of the time before the trail was made, up to its first file', async () => {
    const { scene, names } = await lived({ since: at(3) });
    const evidence = await gather(scene);

    expect(calls(evidence)).toEqual(['CreateAccessKey ci-shop']);
    const [absent, rest] = evidence.trail?.spans ?? [];
    expect(absent).toMatchObject({ from: at(0, -HOUR), source: 'absent' });
    // The first digest is the first word of each region.
    expect(absent?.to).toEqual(at(3, HOUR));
    expect(rest).toMatchObject({ source: 'trail-files' });
    for (const digest of names('/CloudTrail-Digest/')) scene.account.s3.deleteObject({ Bucket: BUCKET, Key: digest });
    const { trail } = await gather(scene);
    // From one file to the next nobody knows, and of secrets there is none.
    expect(trail?.spans?.map(({ source }) => source)).not.toContain('trail-files');
    expect(makeReport(await gather(scene)).summary.eventsWithoutTrail).toBe(0);
  });

  it('hold no secret (K6)', async () => {
    const { scene } = await lived();
    const text = JSON.stringify(await gather(scene));
    for (const secret of scene.material) expect(text).not.toContain(secret);
  });
});

/** Puts another text, or another signature, in the place of the digest that names the files of a day. */
function replaceDigest(
  life: TrailLife,
  change: { logFiles?: []; signature?: (text: string) => string },
  day: Date,
): string {
  const { scene, names } = life;
  const date = day.toISOString().slice(0, 10).replaceAll('-', '/');
  const read = (Key: string) => {
    const { Body, Metadata } = scene.account.s3.getObject({ Bucket: BUCKET, Key });
    return { Key, Metadata, text: gunzipSync(Body).toString() };
  };
  const found = names(`/CloudTrail-Digest/us-east-1/${date}/`)
    .map(read)
    .find(({ text }) => /s3Object/.test(text));
  const { Key = '', Metadata = {}, text = '{}' } = found ?? {};
  const { logFiles } = change;
  const signature = change.signature?.(text) ?? Metadata.signature ?? '';
  const written = logFiles === undefined ? text : JSON.stringify({ ...JSON.parse(text), logFiles });
  const object = { Bucket: BUCKET, Key, Body: new Uint8Array(gzipSync(written)), Metadata: { ...Metadata, signature } };
  scene.account.s3.putObject(object);
  return Key.slice(Key.lastIndexOf('/') + 1);
}

const FIRST_FILE = { Records: [] };
const dateOf = (day: Date) => day.toISOString().slice(0, 10).replaceAll('-', '/');
const decisiveOf = ({ trailProof }: Evidence) => trailProof?.unproved.map(({ isDecisive }) => isDecisive === true);
const tamperingIn = (evidence: Evidence) =>
  evidence.trailProof?.tampering.map(
    ({ region, file, why }) => `${why} ${region} ${file.slice(file.lastIndexOf('/') + 1)}`,
  );

describe('the digests of the trail', () => {
  it('prove every file: nothing was changed, nothing is unproved', async () => {
    const { scene } = await lived();
    const evidence = await gather(scene);
    expect(evidence.trailProof).toEqual({ tampering: [], unproved: [] });
    const { attention, limits } = makeReport(evidence);
    expect(attention.filter(({ kind }) => kind === 'tampering')).toEqual([]);
    expect(limits.map(({ source }) => source)).not.toContain('trail-files');
    expect(
      scene.calls
        .filter(({ action }) => action === 'ListPublicKeys')
        .map(({ region }) => region)
        .sort(),
    ).toEqual(['eu-west-1', 'us-east-1']);
  });

  it('tell of a whole file with other records in the place of one, which accounts for nothing', async () => {
    const life = await lived();
    const name = replace(life, CREATED, () => new Uint8Array(gzipSync(JSON.stringify(FIRST_FILE))), at(2));
    const evidence = await gather(life.scene);
    expect(tamperingIn(evidence)).toEqual([`file-changed us-east-1 ${name}`]);
    const { attention, summary } = makeReport(evidence);
    expect(attention.find(({ kind }) => kind === 'tampering')).toMatchObject({
      severity: 'high',
      title: expect.stringMatching(/^1 file of the trail is not what CloudTrail wrote \(us-east-1, /),
      detail: expect.stringContaining(name),
    });
    expect(summary.verdict).not.toMatch(/^compliant/);
  });

  it('tell of a file that was deleted while another of its day is still there', async () => {
    const { scene, names } = await lived();
    scene.clock.advanceBy(0);
    const [Key = ''] = names(`/CloudTrail/us-east-1/${at(4).toISOString().slice(0, 10).replaceAll('-', '/')}/`);
    scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
    const evidence = await gather(scene);
    expect(tamperingIn(evidence)).toEqual([`file-deleted us-east-1 ${Key.slice(Key.lastIndexOf('/') + 1)}`]);
    expect(
      makeReport(evidence)
        .attention.map(({ title }) => title)
        .join(),
    ).toContain('1 file of the trail is gone');
  });

  it('tell of a digest that was changed together with its file: CloudTrail did not sign it', async () => {
    const life = await lived();
    replace(life, CREATED, () => new Uint8Array(gzipSync(JSON.stringify(FIRST_FILE))), at(2));
    const name = replaceDigest(life, { logFiles: [] }, at(2));
    const found = tamperingIn(await gather(life.scene)) ?? [];
    expect(found).toContain(`digest-changed us-east-1 ${name}`);
  });

  it('tell of a digest whose successors are gone too, by its signature alone', async () => {
    const life = await lived();
    const name = replaceDigest(life, { logFiles: [] }, at(2));
    const all = life.names('/CloudTrail-Digest/us-east-1/');
    const key = all.find((one) => one.endsWith(name)) ?? '';
    for (const later of all.filter((one) => one > key))
      life.scene.account.s3.deleteObject({ Bucket: BUCKET, Key: later });
    const found = tamperingIn(await gather(life.scene)) ?? [];
    expect(found).toContain(`digest-not-signed us-east-1 ${name}`);
  });

  it('tell of a digest that is gone', async () => {
    const life = await lived();
    const date = at(2).toISOString().slice(0, 10).replaceAll('-', '/');
    const [Key = ''] = life.names(`/CloudTrail-Digest/us-east-1/${date}/`);
    life.scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
    const evidence = await gather(life.scene);
    expect(tamperingIn(evidence)).toEqual([`digest-deleted us-east-1 ${Key.slice(Key.lastIndexOf('/') + 1)}`]);
  });

  it('tell of one that another key has signed', async () => {
    const life = await lived();
    const keys = new DigestKeys();
    const name = replaceDigest(life, { signature: (text) => keys.sign('us-east-1', text) }, at(2));
    const evidence = await gather(life.scene);
    expect(tamperingIn(evidence)).toEqual([`digest-not-signed us-east-1 ${name}`]);
    // What it named is not proved by it.
    expect(evidence.trailProof?.unproved).toEqual([expect.objectContaining({ region: 'us-east-1', files: 1 })]);
  });

  it('are needed for a proof: without them the files are read, and a limit says so', async () => {
    const { scene } = await lived({ digests: false });
    const evidence = await gather(scene);
    expect(evidence.trailProof?.tampering).toEqual([]);
    const { limits } = makeReport(evidence);
    expect(decisiveOf(evidence)).not.toContain(true);
    expect(limits).toContainEqual({
      source: 'trail-files',
      message: expect.stringMatching(
        /^\d+ files of the trail in us-east-1 are not proved .*log file validation was off/,
      ),
    });
  });

  it('prove nothing where their keys may not be read, which is told, and is nobody’s deed', async () => {
    const { scene } = await lived();
    scene.awsFault = failing(['ListPublicKeys'], {
      kind: 'error',
      status: 400,
      code: 'AccessDeniedException',
      message: 'no',
    });
    const evidence = await gather(scene);
    expect(evidence.failures).toEqual([]);
    expect(evidence.trailProof?.tampering).toEqual([]);
    expect(new Set(decisiveOf(evidence))).toEqual(new Set([true]));
    const { limits, summary } = makeReport(evidence);
    expect(limits.map(({ message }) => message).join()).toMatch(/public keys could not be read/);
    expect(summary.verdict).not.toMatch(/^compliant/);
  });

  describe('K7: that are gone do not end the proof', () => {
    const unpacked = (records: object) => new Uint8Array(gzipSync(JSON.stringify(records)));
    const DELETED = /digests are missing/;

    it('with all of them, and a file that was changed', async () => {
      const life = await lived();
      replace(life, CREATED, () => unpacked(FIRST_FILE), at(2));
      for (const Key of life.names('/CloudTrail-Digest/')) life.scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
      const evidence = await gather(life.scene);
      const { limits, summary } = makeReport(evidence);
      expect(evidence.trailProof?.unproved).toContainEqual(
        expect.objectContaining({
          region: 'us-east-1',
          files: 1,
          isDecisive: true,
          why: expect.stringMatching(DELETED),
        }),
      );
      expect(limits.map(({ message }) => message).join()).toMatch(DELETED);
      expect(summary.verdict).not.toMatch(/^compliant/);
    });

    it('with those of an hour and younger, and a file of that hour that was changed', async () => {
      const life = await lived();
      replace(life, CREATED, () => unpacked(FIRST_FILE), at(4));
      const hour = deliveredAt(life.names(`/CloudTrail/us-east-1/${dateOf(at(4))}/`)[0] ?? '') ?? at(4);
      for (const Key of life.names('/CloudTrail-Digest/us-east-1/')) {
        if ((deliveredAt(Key) ?? at(0)) >= hour) life.scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
      }
      // Which trails there are is not even asked: an older digest is CloudTrail's.
      life.scene.account.trails.deleteTrail({ Name: 'management' });
      const evidence = await gather(life.scene);
      expect(decisiveOf(evidence)).toContain(true);
      expect(evidence.trailProof?.unproved[0]).toMatchObject({ files: 1, why: expect.stringMatching(DELETED) });
    });

    it('with those of an hour and younger, and the files of these hours too, on a day that has others', async () => {
      const life = await lived();
      const [Key = ''] = life.names(`/CloudTrail/us-east-1/${dateOf(at(4))}/`);
      const early = Key.replace(/T(\d{4})Z/, 'T0001Z');
      life.scene.account.s3.putObject({ Bucket: BUCKET, Key: early, Body: unpacked(FIRST_FILE) });
      life.scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
      const hour = deliveredAt(Key) ?? at(4);
      for (const digest of life.names('/CloudTrail-Digest/us-east-1/')) {
        if ((deliveredAt(digest) ?? at(0)) >= hour) life.scene.account.s3.deleteObject({ Bucket: BUCKET, Key: digest });
      }
      const evidence = await gather(life.scene, { until: at(5) });
      const ofDay = evidence.trailProof?.unproved.filter(({ from }) => dateOf(from) === dateOf(at(4)));
      expect(ofDay).toEqual([expect.objectContaining({ isDecisive: true, why: expect.stringMatching(DELETED) })]);
    });

    it('and where nobody may say whether there should be some, no yes is left', async () => {
      const { scene, names } = await lived();
      for (const Key of names('/CloudTrail-Digest/')) scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
      scene.awsFault = failing(['DescribeTrails'], { kind: 'error', status: 400, code: 'AccessDeniedException' });
      const evidence = await gather(scene);
      expect(decisiveOf(evidence)).toContain(true);
      expect(evidence.trailProof?.unproved[0]?.why).toMatch(/whether log file validation is on could not be read/);
    });

    it.each([3, 30])('but files from before validation was on, day %i, are a limit', async (day) => {
      const { scene, names } = await lived();
      const { s3 } = scene.account;
      for (const Key of names('/CloudTrail-Digest/')) s3.deleteObject({ Bucket: BUCKET, Key });
      const later = new TrailFiles(scene.account, { bucket: BUCKET, digests: true, since: at(day) });
      later.deliver();
      const evidence = await gather(scene, { until: at(5) });
      const before = evidence.trailProof?.unproved.filter(({ from }) => from < at(3, -DAY)) ?? [];
      expect(before.length).toBeGreaterThan(0);
      expect(before.filter(({ isDecisive }) => isDecisive)).toEqual([]);
    });
  });

  it('are no reason for an alarm where the bucket keeps its files for a shorter time than them', async () => {
    const { scene, names } = await lived();
    const isOld = (name: string) => (/\/(\d{4}\/\d\d\/\d\d)\//.exec(name)?.[1] ?? '') < dateOf(at(3));
    for (const Key of names('/CloudTrail/').filter(isOld)) scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
    const evidence = await gather(scene);
    expect(evidence.trailProof?.tampering).toEqual([]);
    const gone = evidence.trail?.spans?.filter(({ why = '' }) => /is gone/.test(why)) ?? [];
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.filter(({ isLost }) => isLost)).toEqual([]);
  });

  it('are no reason for an alarm where the bucket keeps them for a shorter time than its files', async () => {
    const { scene, names } = await lived();
    const isOld = (name: string) => (/\/(\d{4}\/\d\d\/\d\d)\//.exec(name)?.[1] ?? '') < dateOf(at(3));
    for (const Key of names('/CloudTrail-Digest/').filter(isOld)) {
      scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
    }
    const evidence = await gather(scene);
    expect(evidence.trailProof?.tampering).toEqual([]);
    // Nothing tells that from somebody's deed, so that there is no yes.
    expect(decisiveOf(evidence)).toContain(true);
  });

  it('are no reason for an alarm where the bucket keeps nothing older', async () => {
    const { scene, names } = await lived();
    const gone = at(3).toISOString().slice(0, 10).replaceAll('-', '/');
    for (const Key of names('/').filter((name) => (/\/(\d{4}\/\d\d\/\d\d)\//.exec(name)?.[1] ?? '') < gone)) {
      scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
    }
    const evidence = await gather(scene);
    expect(evidence.trailProof?.tampering).toEqual([]);
    expect(makeReport(evidence).summary.headline).toMatch(/out of CloudTrail's reach|Cannot tell|Not compliant/);
  });
});

describe('what of the trail’s files cannot be read', () => {
  const DENIED = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;

  it.each(['ListObjectsV2', 'GetObject'])(
    'is told where %s is denied, and is nothing that did not happen',
    async (call) => {
      const { scene } = await lived();
      scene.awsFault = failing([call], DENIED);
      const evidence = await gather(scene);

      expect(evidence.failures).toEqual([
        {
          source: 'trail-files',
          message: expect.stringMatching(/Access was denied. Reading it takes s3:ListBucket and s3:GetObject/),
        },
      ]);
      expect(sources(evidence)?.[0]).toBe('absent');
      const { summary, limits, trailSpans } = makeReport(evidence);
      expect(trailSpans?.[0]).toMatchObject({ source: 'absent', why: expect.stringContaining('Access was denied') });
      expect(limits).toContainEqual({
        source: 'trail-files',
        message: expect.stringMatching(/^Access was denied.* changes without Keyturn do not show\.$/),
      });
      // What is in the record is held against nobody because of it.
      expect(summary.eventsWithoutTrail).toBe(0);
    },
  );

  it('is told of a bucket that is not there, and of a prefix under which there is nothing', async () => {
    const { scene } = await lived();
    deploy(scene, { bucket: 'another-bucket' });
    const missing = await gather(scene);
    expect(missing.failures).toEqual([{ source: 'trail-files', message: expect.stringContaining('NoSuchBucket') }]);
    deploy(scene, { bucket: BUCKET, prefix: 'wrong' });
    const empty = await gather(scene);
    expect(empty.failures).toEqual([]);
    expect(empty.trail?.spans?.[0]).toMatchObject({
      source: 'absent',
      why: expect.stringContaining(
        `There is no file of us-east-1 in s3://${BUCKET}/wrong/AWSLogs/111122223333/CloudTrail/`,
      ),
    });
    expect(sources(empty)).not.toContain('trail-files');
  });

  it.each<[string, (before: Uint8Array) => Uint8Array<ArrayBuffer>, RegExp]>([
    [
      'cut off',
      (before) => new Uint8Array(before.subarray(0, 30)),
      /is not what CloudTrail wrote, and damaged: unexpected end of file/,
    ],
    [
      'not packed',
      (before) => new Uint8Array(gunzipSync(before)),
      /is not what CloudTrail wrote, and damaged: incorrect header check/,
    ],
    [
      'another document',
      () => new Uint8Array(gzipSync('{"hello":[]}')),
      /is not what CloudTrail wrote, and damaged: it does not begin as a file of records does/,
    ],
    [
      'with a record that is none',
      () => new Uint8Array(gzipSync('{"Records":[{"eventName":"CreateAccessKey"}]}')),
      /is not what CloudTrail wrote/,
    ],
    ['too large', () => new Uint8Array(LARGEST_FILE + 1), /was not read: it has 67,108,865 bytes/],
  ])('a file that is %s is named, and the others are read', async (_how, body, why) => {
    const life = await lived();
    const name = replace(life, CREATED, body, at(2));
    const evidence = await gather(life.scene);

    expect(evidence.failures).toEqual([]);
    expect(calls(evidence)).toEqual(EVERYTHING.filter((call) => call !== 'CreateAccessKey by-hand'));
    const absent = evidence.trail?.spans?.filter(({ from, source }) => source === 'absent' && from > at(0)) ?? [];
    expect(absent).toEqual([
      { from: at(2, -4 * HOUR), to: at(3, -3 * HOUR), source: 'absent', why: expect.stringMatching(why), isLost: true },
    ]);
    expect(absent[0]?.why).toContain(name);
    // It was read before, or is not what was there: nobody is told a yes by what is left.
    const { limits, summary } = makeReport({ ...evidence, trailProof: undefined });
    expect(summary.verdict).not.toMatch(/^compliant/);
    expect(summary.headline).not.toMatch(/^Compliant/);
    expect(limits.map(({ message }) => message).join()).toContain(name);
  });

  it('a file in Glacier is named, and its day is unknown', async () => {
    const { scene, names } = await lived();
    const [frozen = ''] = names(`/CloudTrail/us-east-1/${at(2).toISOString().slice(0, 10).replaceAll('-', '/')}/`);
    scene.awsFault = ({ action, input }) =>
      action === 'GetObject' && input.Key === frozen
        ? { kind: 'error', status: 403, code: 'InvalidObjectState' }
        : undefined;
    const { trail, failures } = await gather(scene);

    expect(failures).toEqual([]);
    expect(trail?.spans?.filter(({ source }) => source === 'absent').map(({ why }) => why)).toContainEqual(
      expect.stringMatching(/_us-east-1_.*\.json\.gz was not read: .*InvalidObjectState/),
    );
  });

  it('a file that is gone shows by the digest that names it, and without digests nobody knows', async () => {
    const { scene, names } = await lived();
    const [Key = ''] = names(`/CloudTrail/us-east-1/${at(2).toISOString().slice(0, 10).replaceAll('-', '/')}/`);
    scene.account.s3.deleteObject({ Bucket: BUCKET, Key });
    const gone = await gather(scene);
    expect(gone.trail?.spans?.map(({ why }) => why)).toContainEqual(
      `${Key.slice(Key.lastIndexOf('/') + 1)} is gone, which a digest of the trail names.`,
    );
    for (const digest of names('/CloudTrail-Digest/us-east-1/')) {
      scene.account.s3.deleteObject({ Bucket: BUCKET, Key: digest });
    }
    const unproved = await gather(scene);
    expect(unproved.trail?.spans?.map(({ why }) => why)).toContainEqual(
      expect.stringContaining('There is no file of us-east-1'),
    );
  });

  it('what is older than what can be read in time is told', async () => {
    const { scene } = await lived();
    // Every file takes some seconds.
    scene.awsFault = ({ action }) => {
      if (action === 'GetObject') scene.clock.advanceBy(MINUTE / 6);
      return undefined;
    };
    const evidence = await gather(scene);
    expect(evidence.failures).toEqual([
      { source: 'trail-files', message: expect.stringContaining('takes longer than a report may') },
    ]);
    expect(sources(evidence)).toEqual(['absent', 'trail-files', 'event-history']);
  });

  it('what is older than as many files as are read is told', async () => {
    const { scene, names } = await lived();
    const most = names('/CloudTrail/').length;
    expect((await gather(scene, {}, undefined, { files: most })).failures).toEqual([]);
    const { failures, trail } = await gather(scene, {}, undefined, { files: most - 1 });
    expect(failures).toEqual([
      {
        source: 'trail-files',
        message: `The trail's files were not read any further: there are more than ${most - 1}.`,
      },
    ]);
    // The oldest day is the one that has them.
    expect(trail?.spans?.map(({ source }) => source)).toEqual(['absent', 'trail-files', 'event-history']);
    expect(trail?.spans?.[1]?.from).toEqual(at(1, -3 * HOUR));
  });
});
