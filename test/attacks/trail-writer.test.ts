import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Report, reportSchema } from '../../functions/report/judge/model';
import { TrailFiles } from '../../local/account/trail-files';
import { functionNameOf } from '../../local/stack/deployment';
import { Attacked } from './attacked';

const BUCKET = 'trail-of-acme';
const DAY = 86_400_000;

/** Who may write into the bucket of the account's trail, and cover what the event history has forgotten (K7). */
describe('K7: who may write into the trail’s bucket', () => {
  let attacked: Attacked;
  let names: readonly string[] = [];
  const s3 = () => attacked.deployed.world.account.s3;
  const unpacked = (Key: string) => gunzipSync(s3().getObject({ Bucket: BUCKET, Key }).Body).toString();
  const put = (Key: string, text: string) => {
    const { Metadata } = s3().getObject({ Bucket: BUCKET, Key });
    s3().putObject({ Bucket: BUCKET, Key, Body: new Uint8Array(gzipSync(text)), Metadata });
  };
  /** What the function reports of the month, whatever it reported before. */
  const report = async (): Promise<Report> => {
    const { deployment, world } = attacked.deployed;
    const Bucket = deployment.outputs.ArchiveBucketName ?? '';
    const { functionError } = await world.invoke(functionNameOf(deployment, 'ReportFunction'), { month: '2026-01' });
    expect(functionError).toBeUndefined();
    const reports = s3().listObjectsV2({ Bucket, Prefix: 'reports/' }).Contents;
    const [youngest] = reports.filter(({ Key }) => Key.endsWith('report.json')).slice(-1);
    const { Body } = s3().getObject({ Bucket, Key: youngest?.Key ?? '' });
    for (const { Key } of reports) s3().bucket(Bucket).remove(Key, s3().bucket(Bucket).find(Key, undefined).versionId);
    return reportSchema.parse(JSON.parse(Body.toString()));
  };
  const told = ({ attention }: Report) =>
    attention.filter(({ kind }) => kind === 'tampering').map(({ title }) => title.replace(/ \(.*/, ''));

  beforeAll(async () => {
    attacked = await Attacked.open({
      audit: { archive: { years: 1 }, report: {}, trailFiles: { bucket: BUCKET } },
    });
    const { world } = attacked.deployed;
    s3().createBucket(BUCKET);
    const files = new TrailFiles(world.account, {
      bucket: BUCKET,
      digests: true,
      since: new Date('2026-01-01T00:00:00Z'),
    });
    await world.runUntil(new Date(world.clock.now() + DAY));
    world.clock.advanceBy(95 * DAY);
    files.deliver();
    names = s3()
      .listObjectsV2({ Bucket: BUCKET, Prefix: 'AWSLogs/111122223333/CloudTrail/' })
      .Contents.map(({ Key }) => Key)
      .filter((name) => name.includes('/2026/01/'));
  }, 300_000);
  afterAll(() => attacked.close());

  it('has nothing to hide: every file is proved', async () => {
    expect(names.length).toBeGreaterThan(0);
    expect(told(await report())).toEqual([]);
  });

  it('takes the creation of a key out of a file', async () => {
    const [Key = ''] = names.filter((name) => unpacked(name).includes('"CreateAccessKey"'));
    const before = unpacked(Key);
    put(Key, before.replaceAll('"CreateAccessKey"', '"CreateTags"'));
    const { summary, attention, ...rest } = await report();
    put(Key, before);
    expect(told({ summary, attention, ...rest })).toEqual(['1 file of the trail is not what CloudTrail wrote']);
    expect(summary.verdict).not.toMatch(/^compliant/);
  });

  it('deletes the file, and takes its name out of the digest as well', async () => {
    const Key = names.filter((name) => name.includes('/eu-west-1/')).at(-1) ?? '';
    const date = /\/eu-west-1\/(.*)\//.exec(Key)?.[1];
    const [digest = ''] = s3()
      .listObjectsV2({ Bucket: BUCKET, Prefix: `AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/${date}/` })
      .Contents.map((one) => one.Key)
      .filter((name) => unpacked(name).includes(Key));
    const [file, named] = [unpacked(Key), unpacked(digest)];
    s3().deleteObject({ Bucket: BUCKET, Key });
    const deleted = told(await report());
    put(digest, JSON.stringify({ ...JSON.parse(named), logFiles: [] }));
    const covered = told(await report());
    put(digest, named);
    s3().putObject({ Bucket: BUCKET, Key, Body: new Uint8Array(gzipSync(file)) });
    expect([deleted, covered]).toEqual([['1 file of the trail is gone'], ['1 digest of the trail was replaced']]);
    expect(told(await report())).toEqual([]);
  });
});
