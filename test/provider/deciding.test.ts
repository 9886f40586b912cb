import { describe, expect, it } from 'vitest';
import type { TokenUse } from '../../functions/account/ports';
import { type ProviderProps, provide } from '../../functions/provider/provide';
import { decidingProvider, meantToken } from './deciding';

/** Asks once, where the tokens that are remembered say this of the use. */
async function answered(use: Omit<TokenUse, 'undecided'>) {
  const { props, called, recorded, said } = decidingProvider();
  let reused = 0;
  const asking: ProviderProps = {
    ...props,
    inTime: (deciding) => deciding,
    used: { use: async () => ({ ...use, undecided: async () => undefined }) },
    reused: () => {
      reused += 1;
    },
  };
  const { status } = await provide([meantToken()], asking);
  return { status, reused, recorded: recorded.map(({ event, reason }) => [event, reason]), said, called };
}

describe('of a proved step, what is remembered of its token decides', () => {
  it('fresh: it gets what its rule gives, and nobody is told', async () => {
    expect(await answered({ verdict: 'fresh' })).toEqual({
      status: 200,
      reused: 0,
      recorded: [['secrets-given', undefined]],
      said: ['given'],
      called: ['read', 'takeRole', 'sealing', 'append'],
    });
  });

  it('fresh, and shown from another address before: it gets it, and people are told', async () => {
    const { status, reused, said } = await answered({ verdict: 'fresh', isFromElsewhere: true });
    expect([status, reused, said]).toEqual([200, 1, ['given']]);
  });

  it('used: it gets nothing, nothing is read for it, the record says so, and people are told', async () => {
    expect(await answered({ verdict: 'used' })).toEqual({
      status: 403,
      reused: 1,
      recorded: [['secrets-refused', 'used']],
      said: ['refused'],
      called: ['sealing', 'append'],
    });
  });

  it('too often: it gets nothing, and what anybody can do again and again is not recorded', async () => {
    expect(await answered({ verdict: 'too-often' })).toEqual({
      status: 403,
      reused: 1,
      recorded: [],
      said: ['refused'],
      called: [],
    });
  });

  it('no room to remember it: nobody can decide, and that is no word about the token', async () => {
    const { status, recorded, said, called } = await answered({ verdict: 'full' });
    expect([status, recorded, said, called]).toEqual([503, [], ['not decided'], []]);
  });
});
