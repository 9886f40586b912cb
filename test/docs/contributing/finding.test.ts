import { afterAll, describe, expect, it } from 'vitest';
import { type Change, edited, namedFor, placeOf, without } from './change';
import { ScratchTree } from './scratch-tree';

describe('a finding is added by touching what CONTRIBUTING names', () => {
  const tree = new ScratchTree(['functions']);
  afterAll(() => tree.remove());
  const planner = 'functions/core/lifecycle/plan-deactivation.ts';
  const register = 'functions/core/findings/findings.ts';
  const descriptor = 'functions/core/findings/codes/never-used.ts';

  const change: Change = new Map([
    [
      planner,
      [
        [/^type DeactivationFinding =$/m, '$&\n  | NeverUsed'],
        [
          /^\/\*\* Decides which superseded keys/m,
          "/** Nobody has used it. */\nexport type NeverUsed = FoundOfAccessKey<'never-used', { readonly user: string }>;\n\n$&",
        ],
        [
          /^( *)if \(isIdle\(used, entry, now\)\)/m,
          "$1const unused = { code: 'never-used', key: entry.id, accessKeyId, facts: { user: entry.user } } as const;\n" +
            '$1if (used.at === undefined) return { findings: [unused] };\n$&',
        ],
      ].reduce((text, [place, written]) => edited(text, place as RegExp, written as string), tree.read(planner)),
    ],
    [
      descriptor,
      `import type { NeverUsed } from '../../lifecycle/plan-deactivation';
import { listKeys } from '../commands';
import type { Descriptor } from '../descriptor';

export const neverUsed: Descriptor<NeverUsed> = {
  theme: 'A superseded key',
  severity: 'notice',
  what: 'a superseded key that nobody has used',
  brokenNow: 'Nothing is broken.',
  message: ({ key, accessKeyId, facts: { user } }) => \`Key "\${key}": nobody has used \${accessKeyId} of \${user}.\`,
  keyturn: { shows: 'status' },
  commands: listKeys,
};
`,
    ],
    [
      register,
      edited(
        edited(tree.read(register), /^import/m, "import { neverUsed } from './codes/never-used';\n$&"),
        /^ {2}settling,$/m,
        "$&\n  'never-used': neverUsed,",
      ),
    ],
  ]);

  it('and nothing else', () => {
    const named = namedFor('a finding');
    expect([...change.keys()].filter((file) => placeOf(file, named) === undefined)).toEqual([]);
    expect(new Set([...change.keys()].map((file) => placeOf(file, named)))).toEqual(new Set(named));
    expect(tree.problemsWith(change)).toEqual([]);
  });

  it.each([descriptor, register, planner])('and does not compile without %s', (file) => {
    expect(
      tree.problemWith(without(change, file), ['functions/core/', 'functions/runtime/', 'functions/deactivate/']),
    ).toBeDefined();
  });
});
