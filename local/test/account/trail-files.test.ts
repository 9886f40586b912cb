import { createHash, createPublicKey, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { CreateUserCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { TrailFiles, type TrailFilesOptions } from '../../account/trail-files';
import { DAY, HOUR, world } from './world';

const bucket = 'trail-bucket';
const MINUTE = HOUR / 60;

async function trailWorld(options: Partial<TrailFilesOptions> = {}) {
  const here = await world();
  const { s3 } = here.account;
  s3.createBucket(bucket);
  const files = new TrailFiles(here.account, { bucket, ...options });
  const names = (Prefix = '') => s3.listObjectsV2({ Bucket: bucket, Prefix }).Contents.map(({ Key }) => Key);
  const read = (Key = '') => JSON.parse(gunzipSync(s3.getObject({ Bucket: bucket, Key }).Body).toString());
  const use = async (name: string) => {
    await here.iam.send(new CreateUserCommand({ UserName: name }));
    await here.secrets.send(new CreateSecretCommand({ Name: name }));
  };
  return { ...here, files, names, read, use };
}

describe('the files of a trail', () => {
  it('are there minutes later, a file for some minutes and a region, under the day of their delivery', async () => {
    const { clock, files, names, read, use } = await trailWorld({ delay: 15 * MINUTE });
    const midnight = (Math.floor(clock.now() / DAY) + 1) * DAY;
    clock.advanceTo(midnight - 10 * MINUTE);
    await use('early');
    clock.advanceTo(midnight - 2 * MINUTE);
    await use('late');
    clock.advanceTo(midnight + 9 * MINUTE);
    files.deliver();
    const date = (at: number) => new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
    const root = (region: string) =>
      `AWSLogs/111122223333/CloudTrail/${region}/${date(midnight)}/111122223333_CloudTrail`;
    expect(names()).toEqual([]);
    clock.advanceTo(midnight + 16 * MINUTE);
    files.deliver();
    const stamp = (minutes: string) => `${date(midnight).replaceAll('/', '')}T${minutes}Z`;
    expect(names().map((name) => name.replace(/_[0-9a-f]{16}\.json\.gz$/, ''))).toEqual([
      `${root('eu-west-1')}_eu-west-1_${stamp('0010')}`,
      `${root('eu-west-1')}_eu-west-1_${stamp('0015')}`,
      `${root('us-east-1')}_us-east-1_${stamp('0010')}`,
      `${root('us-east-1')}_us-east-1_${stamp('0015')}`,
    ]);
    const [, ofSecret, , ofUser] = names().map((name) =>
      read(name).Records.map(({ eventName }: { eventName: string }) => eventName),
    );
    expect([ofSecret, ofUser]).toEqual([
      ['CreateTags', 'CreateSecret', 'CreateTags'],
      ['CreateTags', 'CreateUser', 'CreateTags'],
    ]);
  });

  it('have the trail’s prefix and the organization before the account, and nothing from before the trail', async () => {
    const { clock, files, names, use, account } = await trailWorld({ prefix: 'logs', organization: 'o-exampleorgid' });
    await use('web');
    clock.advanceBy(HOUR);
    files.deliver();
    expect(names()).toHaveLength(2);
    expect(names('logs/AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-1/')).toHaveLength(1);
    const since = new Date(clock.now());
    new TrailFiles(account, { bucket, prefix: 'younger', since }).deliver();
    expect(names('younger/')).toEqual([]);
  });

  it('with validation have a digest of every hour, which names what was delivered in it', async () => {
    const { clock, files, names, read, use } = await trailWorld({ digests: true });
    await use('web');
    clock.advanceBy(3 * HOUR);
    files.deliver();
    const digests = names('AWSLogs/111122223333/CloudTrail-Digest/us-east-1/').map(read);
    expect(digests.length).toBeGreaterThanOrEqual(2);
    expect(digests.flatMap(({ logFiles }) => logFiles.map(({ s3Object }: { s3Object: string }) => s3Object))).toEqual(
      names('AWSLogs/111122223333/CloudTrail/us-east-1/'),
    );
  });

  it('sign each digest by the region’s key, over the one before it and the hashes of its files', async () => {
    const { account, clock, files, names, use } = await trailWorld({ digests: true });
    await use('web');
    clock.advanceBy(3 * HOUR);
    files.deliver();
    const [{ Value, Fingerprint } = { Value: Buffer.alloc(0), Fingerprint: '' }] =
      account.digestKeys.listPublicKeys('us-east-1').PublicKeyList;
    const publicKey = createPublicKey({ key: Value, format: 'der', type: 'pkcs1' });
    const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
    const unpacked = (Key: string) => {
      const { Body, Metadata } = account.s3.getObject({ Bucket: bucket, Key });
      return { text: gunzipSync(Body).toString(), signature: Metadata.signature ?? '' };
    };
    let previous: { text: string; signature: string } | undefined;
    for (const key of names('AWSLogs/111122223333/CloudTrail-Digest/us-east-1/')) {
      const { text, signature } = unpacked(key);
      const digest = JSON.parse(text);
      const signed = [digest.digestEndTime, `${bucket}/${key}`, hashOf(text), previous?.signature ?? 'null'].join('\n');
      expect(digest.digestEndTime).toMatch(/:\d\dZ$/);
      expect(digest.digestPublicKeyFingerprint).toBe(Fingerprint);
      expect(verify('sha256', Buffer.from(signed), publicKey, Buffer.from(signature, 'hex'))).toBe(true);
      expect(digest.previousDigestHashValue).toBe(previous === undefined ? null : hashOf(previous.text));
      for (const { s3Object, hashValue } of digest.logFiles) expect(hashOf(unpacked(s3Object).text)).toBe(hashValue);
      previous = { text, signature };
    }
    expect(previous).toBeDefined();
    expect(account.digestKeys.fingerprint('eu-west-1')).not.toBe(Fingerprint);
  });
});
