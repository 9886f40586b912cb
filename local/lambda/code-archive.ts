import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';

/** Where AWS Signer puts its signature into an archive. */
const SIGNATURE = 'META_INF/aws_signer_signature_v1.0.SF';
const END = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/** The files of a function's ZIP archive, by their paths. @throws Error for one that Lambda could not unzip either */
export function filesIn(archive: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = archive.lastIndexOf(littleEndian(END));
  if (end < 0) throw new Error('Could not unzip uploaded file. Please check your file, then try to upload again.');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error('The directory of the archive is broken');
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const name = archive.toString('utf8', at + 46, at + 46 + (nameLength ?? 0));
    if (!name.endsWith('/')) files.set(name, contentsOf(archive, at, name));
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

function contentsOf(archive: Buffer, entry: number, name: string): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const [checksum, size, header] = [16, 20, 42].map((offset) => archive.readUInt32LE(entry + offset));
  const local = header ?? 0;
  const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(from, from + (size ?? 0));
  if (method !== STORED && method !== DEFLATED) throw new Error(`${name} is compressed by a method ${method}`);
  const contents = method === STORED ? bytes : inflateRawSync(bytes);
  if (crc32(contents) !== checksum) throw new Error(`${name} is not what its checksum says`);
  return contents;
}

/**
 * Unpacks a function's code into a folder of its own.
 *
 * @param mustBeSigned whether the function has a code signing config. That there is a signature is enough here: whose it
 *   is, and whether it is true, only AWS Signer's own certificates could say.
 * @throws Error `CodeVerificationFailedException` for an archive without one
 */
export function unpackCode(archive: Buffer, mustBeSigned: boolean): string {
  const files = filesIn(archive);
  if (mustBeSigned && !files.has(SIGNATURE)) throw new Error(NOT_SIGNED);
  const folder = mkdtempSync(join(tmpdir(), 'local-code-'));
  for (const [name, contents] of files) {
    if (normalize(name).startsWith('..')) throw new Error(`${name} would lie outside of the function's code`);
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
  return folder;
}

/** What Lambda says of code that has no signature, where its code signing config enforces one. */
export const NOT_SIGNED =
  'CodeVerificationFailedException: Lambda cannot deploy the function. The function or layer might be signed using a ' +
  'signature that the client is not configured to accept. Check the provided signature for unsigned.';

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
