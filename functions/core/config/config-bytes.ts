import type { Words } from '../words';

/** The text of a file, or why it has none; the place counts in bytes from the file's beginning. */
export type ConfigText = { readonly text: string } | { readonly words: Words; readonly before: string };

const SAVE = 'save it as UTF-8';

/** Reads the bytes of a configuration as UTF-8, with or without a byte order mark. */
export function configTextOf(bytes: Uint8Array): ConfigText {
  if (isUtf16(bytes)) {
    const message = 'expected UTF-8, found UTF-16, as Windows PowerShell writes it by ">"';
    return { words: { message, cure: `${SAVE} (there: Set-Content -Encoding utf8)` }, before: '' };
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const words = { message: 'expected a text, found a file of bytes', cure: 'name the YAML file' };
    return { words, before: '' };
  }
  try {
    // An editor that counts from 1 does not count the mark.
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch {
    const before = soundBeginning(bytes);
    return { words: { message: 'expected UTF-8, found a byte of another encoding', cure: SAVE }, before };
  }
}

/** By its mark, or because every other byte of its beginning is zero, as of any text in Latin letters. */
function isUtf16([first = 1, second = 1, third = 1, fourth = 1]: Uint8Array): boolean {
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const isLittle = first !== 0 && second === 0 && third !== 0 && fourth === 0;
  const isBig = first === 0 && second !== 0 && third === 0 && fourth !== 0;
  return isMarked || isLittle || isBig;
}

/** What stands before the first byte that is not UTF-8. */
function soundBeginning(bytes: Uint8Array): string {
  const [beginning = ''] = new TextDecoder().decode(bytes).split('\uFFFD', 1);
  return beginning;
}

/**
 * Why a file cannot be read.
 *
 * @param code of Node.js's error
 * @param start how to make a first one, and how to name another one
 */
export function unreadable(code: string, start: { readonly make: string; readonly name: string }): Words {
  if (code === 'ENOENT') {
    return {
      message: 'expected a configuration, found no such file',
      cure: `${start.make}, or name another file (${start.name})`,
    };
  }
  const found: Readonly<Record<string, string>> = {
    EISDIR: 'a folder',
    ENOTDIR: 'a file where its path has a folder',
    EACCES: 'one that you may not read',
    EPERM: 'one that you may not read',
  };
  return {
    message: `expected a readable file, found ${found[code] ?? `the error ${code}`}`,
    cure: `name another file (${start.name})`,
  };
}
