import { afterAll, describe, expect, it } from 'vitest';
import { sampled } from '../../deep/sample';
import { type Change, namedFor, placeOf, without } from './change';
import { ScratchTree } from './scratch-tree';

/** A host that there is under another name: what a person writes who adds one like it. */
function renamed(text: string): string {
  return text
    .replaceAll('bitbucket', 'gitmirror')
    .replaceAll('Bitbucket', 'Gitmirror')
    .replaceAll('BITBUCKET', 'GITMIRROR');
}

/** A register with one more line: beside each entry of the host that there is, and beside what it imports for it. */
function registered(text: string): string {
  const entry = /^( *)bitbucket(?:: (\w+))?,$/m.exec(text) ?? /\[(\w*)(bitbucketHost)\b/.exec(text);
  if (entry === null) throw new Error('The register has no entry that this test knows.');
  const [line, , name = 'bitbucket'] = entry;
  const from = new RegExp(`^import [^;]*\\b${name}\\b[^;]* from '([^']+)';$`, 'm').exec(text)?.[1] ?? '';
  const entries = line.startsWith('[') ? `[${name}, ${renamed(name)}` : `${line}\n${renamed(line)}`;
  return `import { ${renamed(name)} } from '${renamed(from)}';\n${text.replace(line, entries)}`;
}

describe('a host is added by touching what CONTRIBUTING names', () => {
  const tree = new ScratchTree(['functions', 'infra', 'local/hosts', 'cli/rehearsal', 'test/hosts']);
  afterAll(() => tree.remove());
  const named = namedFor('a host');
  /** Files that list the hosts: the only ones outside a host's own that one more host changes. */
  const registers = named
    .flatMap((folder) => tree.files(folder))
    .filter((file) => /\/(register|delivery-target)\.ts$/.test(file));
  const rooms = named.flatMap((folder) => tree.files(folder)).filter((file) => /\/bitbucket[/.-]/.test(file));

  const change: Change = new Map([
    ...rooms.map((file) => [renamed(file), renamed(tree.read(file))] as const),
    ...registers.map((file) => [file, registered(tree.read(file))] as const),
  ]);

  it('and nothing else', () => {
    expect(new Set([...change.keys()].map((file) => placeOf(file, named)))).toEqual(new Set(named));
    expect(tree.problemsWith(change)).toEqual([]);
  });

  // The local hosts know nothing of Keyturn, so no type of the product asks for a line in their register.
  it.each(sampled(registers.filter((file) => !file.startsWith('local/'))))(
    'and does not compile without its line in %s',
    (file) => {
      expect(tree.problemWith(without(change, file), registers)).toBeDefined();
    },
  );

  // A missing test compiles; the conformance suite, which goes by the register, fails without a host's fixture.
  it.each(sampled(named.filter((folder) => !folder.startsWith('test/'))))(
    'and does not compile without what it has in %s',
    (folder) => {
      expect(tree.problemWith(without(change, folder), registers)).toBeDefined();
    },
  );
});
