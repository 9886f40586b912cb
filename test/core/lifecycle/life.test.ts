import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Policy, policyProblems, policyWith } from '../../../functions/core/config/policy';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import { currentVersion } from '../../../functions/core/key/secret-state';
import { parseVersionId, versionIdOf } from '../../../functions/core/key/version-id';
import { TAG } from '../../../functions/core/names';
import { IS_DEEP } from '../property-runs';
import { day, entryOf, keyOf, production, START, staging } from '../web-shop';
import { Account } from './account';

/** The same lives every time, and the first half of them with `npm test`. */
const lives = (all: number) => ({ numRuns: IS_DEEP ? all : Math.ceil(all / 2), seed: 7 });

/** Lives so many days: rotate at 03:00, sync after it, the two others twenty minutes apart, pipelines at noon. */
function live(account: Account, days: number, each: (day: number) => void = () => {}, check = () => {}): void {
  for (let today = 0; today < days; today++) {
    account.now = day(today);
    each(today);
    for (const act of [() => account.rotate(), () => account.sync(), () => account.retire(), () => account.work()]) {
      act();
      check();
      account.now = new Date(account.now.getTime() + 20 * MINUTE);
    }
  }
}

describe('the life of a key', () => {
  const policy: fc.Arbitrary<Policy> = fc
    .record({
      rotateAfter: fc.integer({ min: 3, max: 60 }),
      overlap: fc.integer({ min: 1, max: 20 }),
      recovery: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ rotateAfter, overlap, recovery }) =>
      policyWith({
        rotateAfter,
        deactivateAfter: rotateAfter + overlap,
        deleteAfter: rotateAfter + overlap + recovery,
      }),
    )
    .filter((candidate) => policyProblems(candidate).length === 0);

  it('K8, K10: keeps its dates under every sound policy, even where a copy of the old key is used to the last', () => {
    fc.assert(
      fc.property(policy, fc.boolean(), (given, hasStrayCopy) => {
        const account = new Account(entryOf({ policy: given }), START);
        const { rotateAfter, deleteAfter, holdLimit } = given;
        live(
          account,
          4 * rotateAfter,
          () => {
            const working = hasStrayCopy ? account.keys.filter(({ status }) => status === 'Active') : [];
            for (const { accessKeyId } of working) account.uses.set(accessKeyId, { at: account.now });
          },
          () => {
            const current = parseVersionId(account.stored[0] ?? '');
            for (const { accessKeyId, createdAt } of account.keys) {
              const age = (account.now.getTime() - createdAt.getTime()) / DAY;
              const limit = accessKeyId === current?.accessKeyId ? rotateAfter : deleteAfter + holdLimit;
              if (age >= limit + 1) throw new Error(`${accessKeyId} is ${age} days old\n${account.log.join('\n')}`);
            }
          },
        );
        expect(account.found).not.toContain('two-keys');
        expect(account.log.filter((line) => line.includes('rotate'))).toHaveLength(4);
      }),
      lives(30),
    );
  });
});

describe('K8, K10: a key that was young when it was superseded is gone before its successor is due', () => {
  /** Lives on; `isCopied` says that a stray copy of every key is used as long as the key is Active. */
  function liveOn(
    account: Account,
    days: number,
    isCopied: boolean,
    each: (today: number) => void = () => {},
  ): number[] {
    live(account, days, (today) => {
      each(today);
      const working = isCopied ? account.keys.filter(({ status }) => status === 'Active') : [];
      for (const { accessKeyId } of working) account.uses.set(accessKeyId, { at: account.now });
    });
    expect(account.found, account.log.join('\n')).not.toContain('two-keys');
    return account.log.filter((line) => line.includes(' rotate ')).map((line) => Math.round(Number.parseFloat(line)));
  }
  const isCopied = fc.boolean();
  const RUNS = lives(40);

  it('that was there on the day of the first deployment, of whatever age', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 * 24 }), isCopied, (hours, copied) => {
        const account = new Account(entryOf(), START);
        const adopted = keyOf('adopted', new Date(START.getTime() - hours * HOUR));
        account.keys = [adopted];
        account.uses.set(adopted.accessKeyId, { at: undefined });
        expect(liveOn(account, 185, copied)).toEqual([0, 90, 180]);
      }),
      { ...RUNS, examples: [[24, true]] },
    );
  });

  it('that was rotated on request, on whatever day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 89 }), isCopied, (asked, copied) => {
        const account = new Account(entryOf(), START);
        const each = (today: number) => (today === asked ? account.rotate(true) : undefined);
        expect(liveOn(account, asked + 185, copied, each)).toEqual([0, asked, asked + 90, asked + 180]);
      }),
      { ...RUNS, examples: [[1, true]] },
    );
  });

  it.each<[string, (account: Account, id: string) => void]>([
    ['died by hand', (account, id) => account.setStatus(id, 'Inactive')],
    ['was rolled back by hand', (account) => account.makeCurrent(account.stored[1] ?? '')],
  ])('that %s after the rotation, so that its predecessor is current again', (_what, undo) => {
    const days = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 29 }));
    fc.assert(
      fc.property(days, isCopied, ([asked, later], copied) => {
        const account = new Account(entryOf(), START);
        const rotated = liveOn(account, 185, copied, (today) => {
          if (today === asked) account.rotate(true);
          if (today === asked + later) undo(account, parseVersionId(account.stored[0] ?? '')?.accessKeyId ?? '');
        });
        expect(rotated, account.log.join('\n')).toEqual([0, asked, 90, 180]);
      }),
      RUNS,
    );
  });

  it.each([false, true])('that another run made in the same second (a stray copy is used: %s)', (copied) => {
    const account = new Account(entryOf(), START);
    for (const key of [account.create(), account.create()]) account.makeCurrent(versionIdOf(key));
    account.now = day(0, 2 * HOUR);
    account.sync();
    expect(liveOn(account, 185, copied)).toEqual([90, 180]);
    expect(account.log).toContain('89.0 delete MADE0');
  });
});

describe('whatever hosts, crashes and people do', () => {
  const HANDS = {
    'Production is down': (account: Account) => account.down.add('Production'),
    'Staging is down': (account: Account) => account.down.add('Staging'),
    'everything is up': (account: Account) => account.down.clear(),
    'the next rotation crashes': (account: Account) => {
      account.crashes = true;
    },
    'an operator asks': (account: Account) => account.rotate(true),
    'the targets change': (account: Account) => {
      account.entry = entryOf({ targets: account.entry.targets.length === 2 ? [production] : [production, staging] });
      if (account.entry.targets.length === 1) account.held.delete('Staging');
    },
    'somebody edits the secret': (account: Account) => account.edit(),
    'somebody rolls the label back': (account: Account) => {
      const [, previous] = account.stored;
      if (previous !== undefined) account.makeCurrent(previous);
    },
    'somebody rolls the label forward': (account: Account) => {
      const [newest] = account.stored;
      if (newest !== undefined) account.makeCurrent(newest);
    },
    'somebody makes a key': (account: Account) => {
      if (account.keys.length < 2) account.foreign.add(account.create().accessKeyId);
    },
    'somebody deletes their key': (account: Account) => {
      account.keys = account.keys.filter(({ accessKeyId }) => !account.foreign.has(accessKeyId));
      account.foreign.clear();
    },
    'somebody makes keys Active again': (account: Account) => {
      for (const { accessKeyId } of account.keys) account.setStatus(accessKeyId, 'Active');
    },
    'somebody makes what no target holds Inactive': (account: Account) => {
      const held = [...account.held.values(), ...account.foreign];
      for (const { accessKeyId } of account.keys) {
        if (!held.includes(accessKeyId)) account.setStatus(accessKeyId, 'Inactive');
      }
    },
    'somebody pauses for a week': (account: Account) => {
      account.tags[TAG.paused] = `${new Date(account.now.getTime() + 7 * DAY).toISOString()} alice`;
    },
  };
  type Hand = keyof typeof HANDS;
  const hand = fc.constantFrom(...(Object.keys(HANDS) as Hand[]));
  const hands = fc.array(fc.tuple(fc.integer({ min: 1, max: 320 }), hand), { maxLength: 25 });

  it('K9: a key comes back to its dates when everything is well again', () => {
    fc.assert(
      fc.property(hands, (events) => {
        const account = new Account(entryOf({ targets: [production, staging] }), START);
        live(account, 330 + 250, (today) => {
          for (const [when, what] of events) if (when === today) HANDS[what](account);
          if (today !== 330) return;
          HANDS['everything is up'](account);
          HANDS['somebody deletes their key'](account);
          // What a person is asked for: to revive the current key, and to take back a value that was put by hand.
          HANDS['somebody makes keys Active again'](account);
          const current = currentVersion(account.secret);
          if (current !== undefined && parseVersionId(current.versionId) === undefined) {
            HANDS['somebody rolls the label forward'](account);
          }
        });
        const [newest] = account.stored;
        const current = parseVersionId(newest ?? '');
        const age = (account.now.getTime() - (current?.createdAt.getTime() ?? 0)) / DAY;
        const story = `${JSON.stringify(account.versions)}\n${account.log.join('\n')}`;
        expect(currentVersion(account.secret)?.versionId, story).toBe(newest);
        expect(age, story).toBeLessThan(91);
        expect([...new Set(account.held.values())], story).toEqual([current?.accessKeyId]);
      }),
      lives(15),
    );
  });

  it('K1, K5, K10: every target holds a working key at every instant, foreign keys stay, and nothing hits the limit', () => {
    const deeds = new Set<string>();
    fc.assert(
      fc.property(hands, (events) => {
        const account = new Account(entryOf({ targets: [production, staging] }), START);
        const foreign = new Set<string>();
        live(
          account,
          330,
          (today) => {
            for (const [when, what] of events) if (when === today) HANDS[what](account);
            for (const id of account.foreign) foreign.add(id);
          },
          () => {
            const wanted = [...account.held.values(), ...account.foreign];
            const broken = wanted.find((accessKeyId) => account.status(accessKeyId) !== 'Active');
            if (broken !== undefined) throw new Error(`${broken} does not work\n${account.log.join('\n')}`);
          },
        );
        for (const line of account.log) deeds.add(line.split(' ')[1] ?? '');
        for (const id of foreign) expect(account.log.join('\n')).not.toContain(id.replace(/^AKIA0*/, ''));
      }),
      // All of them: fewer do not come to every deed.
      { numRuns: 80, seed: 7 },
    );
    expect([...deeds].sort()).toEqual([
      'check',
      'clear-intent',
      'deactivate',
      'delete',
      'deliver',
      'discard-orphan',
      'promote',
      'record-inactive',
      'record-reactivation',
      'remove-label',
      'rotate',
    ]);
  });
});
