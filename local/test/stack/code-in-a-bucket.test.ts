import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { filesIn, unpackCode } from '../../lambda/code-archive';
import { start } from '../test-world';
import { assembly, lambdaFunction, ROLE } from './assembly';

const CODE = 'exports.handler = async (event) => event;\n';
const SIGNATURE = 'META_INF/aws_signer_signature_v1.0.SF';

/** A ZIP archive as any tool makes it: compressed, and with an empty folder in it. */
function archived(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const [name, text] of Object.entries({ 'folder/': '', ...files })) {
    const [path, contents] = [Buffer.from(name), Buffer.from(text)];
    const bytes = deflateRawSync(contents);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(contents), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(contents.length, 18);
    common.writeUInt16LE(path.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(Buffer.concat(parts).length, 10);
    directory.push(Buffer.from('PK\x01\x02\x00\x00', 'latin1'), common, rest, path);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, path, bytes);
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(files).length + 1, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(Buffer.concat(parts).length, 12);
  return Buffer.concat([...parts, ...directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

const SIGNING = { CodeSigningConfigArn: 'arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-1' };

/** A function whose code is the object `code.zip` of the bucket `own`. */
async function deployed(code: Buffer | undefined, properties = {}) {
  const world = await start();
  world.account.s3.createBucket('own');
  if (code !== undefined) world.account.s3.putObject({ Bucket: 'own', Key: 'code.zip', Body: new Uint8Array(code) });
  const own = { Code: { S3Bucket: 'own', S3Key: 'code.zip' }, ...properties };
  return world.deploy(await assembly({ Resources: { Function: lambdaFunction('', own), Role: ROLE } }));
}

describe('code in a bucket of the account', () => {
  test('is what the function has', async () => {
    const { functions } = await deployed(archived({ 'index.js': CODE }));
    expect(readFileSync(join(functions[0]?.codeDirectory ?? '', 'index.js'), 'utf8')).toBe(CODE);
  });

  test('has to be there', async () => {
    await expect(deployed(undefined)).rejects.toThrow('Error occurred while GetObject. S3 Error Code: NoSuchKey.');
  });

  test('has to be signed where the function has a code signing config', async () => {
    await expect(deployed(archived({ 'index.js': CODE }), SIGNING)).rejects.toThrow('CodeVerificationFailedException');
    const { functions } = await deployed(archived({ 'index.js': CODE, [SIGNATURE]: 'signed' }), SIGNING);
    expect(functions).toHaveLength(1);
  });

  test('and an asset never is', async () => {
    const world = await start();
    const Resources = { Function: lambdaFunction('echo', SIGNING), Role: ROLE };
    await expect(world.deploy(await assembly({ Resources }, { echo: CODE }))).rejects.toThrow(
      'CodeVerificationFailedException',
    );
  });
});

describe('an archive', () => {
  test('is refused when it is none, is broken, or leads elsewhere', () => {
    expect(() => filesIn(Buffer.from('no archive'))).toThrow('Could not unzip uploaded file');
    const broken = archived({ 'index.js': CODE });
    broken.write('PK\x01\x00', broken.indexOf('PK\x01\x02', 0, 'latin1'), 'latin1');
    expect(() => filesIn(broken)).toThrow('directory of the archive is broken');
    const changed = archived({ 'index.js': CODE });
    changed.writeUInt32LE(0, changed.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 16);
    expect(() => filesIn(changed)).toThrow('index.js is not what its checksum says');
    expect(() => unpackCode(archived({ '../index.js': CODE }), false)).toThrow("outside of the function's code");
  });
});
