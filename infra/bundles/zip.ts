import { crc32 } from 'node:zlib';

/** A file in an archive. */
export interface ZipEntry {
  /** Path with slashes, in ASCII. */
  readonly name: string;
  readonly contents: Uint8Array;
}

/** 1 January 1980, the first day that the format knows, so that the day of the build is not in the bytes. */
const DATE = (1 << 5) | 1;
/** Version 2.0 of the format, made by Unix: so the permissions count, of a file that everybody may read. */
const VERSION = 20;
const MADE_BY_UNIX = (3 << 8) | VERSION;
const READABLE_FILE = 0o100644 * 0x10000;

/**
 * A ZIP archive that has the same bytes for the same files on every machine: stored without compression, because what
 * zlib makes of them differs between its versions (APPNOTE.TXT, 4.3).
 */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, contents } of entries) {
    const path = Buffer.from(name);
    const described = description(path, contents);
    const file = Buffer.concat([numbers([4, 0x04034b50]), described, path, contents]);
    files.push(file);
    directory.push(
      numbers([4, 0x02014b50], [2, MADE_BY_UNIX]),
      described,
      // No comment, the first disk, a binary file.
      numbers([2, 0], [2, 0], [2, 0], [4, READABLE_FILE], [4, offset]),
      path,
    );
    offset += file.length;
  }
  const central = Buffer.concat(directory);
  const count = entries.length;
  const end = numbers(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, central.length],
    [4, offset],
    [2, 0],
  );
  return Buffer.concat([...files, central, end]);
}

/** What stands before a file and in the directory alike. */
function description(path: Buffer, contents: Uint8Array): Buffer {
  const size = contents.length;
  const checked = crc32(contents);
  return numbers(
    [2, VERSION],
    // No flags, not compressed.
    [2, 0],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, checked],
    [4, size],
    [4, size],
    [2, path.length],
    [2, 0],
  );
}

/** Numbers of so many bytes each, the lowest first. */
function numbers(...fields: readonly (readonly [bytes: number, value: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}
