import { describe, expect, it } from 'vitest';
import { TrailFileRecords } from '../../functions/aws/trail-file-records';

const RECORDS = [
  { eventName: 'CreateAccessKey', requestParameters: { userName: 'ci-shop' }, resources: [{ a: [1, [2]] }] },
  { eventName: 'CreateTags', requestParameters: { value: '}]}"\\ {"eventName":"DeleteAccessKey"}' } },
  { eventName: 'PutSecretValue', userAgent: 'Grüße, 世界 🙂 \u2028' },
];
const FILE = Buffer.from(JSON.stringify({ Records: RECORDS }));

/** The records, when the file comes in pieces of so many bytes. */
function cut(file: Buffer, size: number): unknown[] {
  const cutter = new TrailFileRecords();
  const records: string[] = [];
  for (let at = 0; at < file.length; at += size) records.push(...cutter.push(file.subarray(at, at + size)));
  cutter.end();
  return records.map((record) => JSON.parse(record));
}

describe('the records of a trail’s file', () => {
  it('are the same in whatever pieces the file comes', () => {
    for (let size = 1; size <= FILE.length; size += 1) expect(cut(FILE, size), `${size}`).toEqual(RECORDS);
  });

  it('are none in an empty file, and whitespace makes no difference', () => {
    expect(cut(Buffer.from('{"Records":[]}'), 3)).toEqual([]);
    expect(cut(Buffer.from(` { "Records" :\n[ ${JSON.stringify(RECORDS[0])} ,\n{} ] }\n`), 5)).toEqual([
      RECORDS[0],
      {},
    ]);
  });

  it.each([
    ['nothing', '', /ends too early/],
    ['a page of words', '<html>not found</html>', /ends too early/],
    ['a file that was cut off', FILE.subarray(0, -2), /ends too early/],
    ['a file that was cut off in a text', FILE.subarray(0, 40), /ends too early/],
    ['another document', '{"logFiles":[{"s3Object":"x"}]}', /does not begin as a file of records does/],
    ['a list without a document', '[[{}]]', /does not begin as a file of records does/],
    ['a document with a second list', '{"Records":[{}],"more":[{}]}', /does not begin as a file of records does/],
    ['two documents', '{"Records":[{}]}{"Records":[{}]}', /something after its end/],
    ['a head without an end', `${' '.repeat(100)}{"Records":[]}`, /does not begin as a file of records does/],
    ['a record of megabytes', `{"Records":[{"a":"${'x'.repeat(5 * 1024 * 1024)}"}]}`, /record that is too long/],
  ])('are none of %s', (_what, file, why) => {
    expect(() => cut(Buffer.from(file), 50)).toThrow(why);
  });
});
