import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createTrailFiles } from '../../functions/aws/trail-files';
import { startHost } from '../hosts/http/scripted-host';

const FILE = gzipSync(JSON.stringify({ Records: [{ eventName: 'CreateAccessKey' }, { eventName: 'CreateTags' }] }));

/** S3 that cuts its first answers off in the middle. */
async function filesOf(cut: number, packed = FILE) {
  const asked: string[] = [];
  const endpoint = await startHost((request, response) => {
    asked.push(`${request.method} ${request.url?.split('?')[0]}`);
    response.writeHead(200, { 'content-length': packed.length });
    if (asked.length > cut) response.end(packed);
    else response.write(packed.subarray(0, 20), () => response.socket?.destroy());
  });
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  const config = { maxAttempts: 1, retryMode: 'adaptive', endpoint, region: 'eu-west-1', credentials } as const;
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true } as const;
  return { asked, files: createTrailFiles({}, { ...config, requestHandler }) };
}

const isWanted = (record: string) => record.includes('AccessKey');

describe('a file of a trail', () => {
  it('that was cut off on its way is asked for again, and is not taken for damaged', async () => {
    const { asked, files } = await filesOf(2);
    expect(await files.records('trail', 'a.json.gz', isWanted)).toEqual({
      records: ['{"eventName":"CreateAccessKey"}'],
      hash: createHash('sha256').update(gunzipSync(FILE)).digest('hex'),
    });
    expect(asked).toEqual(Array.from({ length: 3 }, () => 'GET /trail/a.json.gz'));
  });

  it('that never comes whole is no answer', async () => {
    const { asked, files } = await filesOf(Number.POSITIVE_INFINITY);
    await expect(files.records('trail', 'a.json.gz', isWanted)).rejects.toMatchObject({ code: 'aws-uncertain' });
    expect(asked).toHaveLength(3);
  });

  it('that lies there cut off is damaged', async () => {
    const { asked, files } = await filesOf(0, FILE.subarray(0, 20));
    expect(await files.records('trail', 'a.json.gz', isWanted)).toEqual({
      records: [],
      damage: 'unexpected end of file',
    });
    expect(asked).toHaveLength(1);
  });

  it('that is no digest has no content, so that it is taken for none', async () => {
    const { files } = await filesOf(0, gzipSync(FILE).subarray(0, 12));
    expect(await files.digest('trail', 'digest.json.gz')).toEqual({ content: Buffer.alloc(0), signature: undefined });
  });
});
