import { expect, it } from 'vitest';
import { KeyturnError } from '../../functions/core/errors';
import { provide } from '../../functions/provider/provide';
import { CALLS, decidingProvider, meantToken, NOW } from './deciding';

/** What goes on of a decision whose step was told by 503 that there is none. */

it.each(CALLS)(
  'a decision that takes too long at %s does nothing more, and its token is as if nobody had asked',
  async (at) => {
    const { props, used, called, recorded, said, reaches, goOn, losePatience } = decidingProvider(at);
    const asked = meantToken();
    const answer = provide([asked], props);
    await reaches(at);
    losePatience();
    expect(await answer).toEqual({ status: 503 });
    await goOn();
    expect(called).toEqual(CALLS.slice(0, CALLS.indexOf(at) + 1));
    expect(said).toEqual(['not decided']);
    // What was on its way into the record already may get there.
    expect(recorded.map(({ event }) => event)).toEqual(at === 'append' ? ['secrets-given'] : []);
    const { props: free } = decidingProvider();
    const later = { now: () => new Date(NOW + 31_000) };
    expect(await provide([asked], { ...free, used, time: later })).toMatchObject({ status: 200 });
  },
);

it('a decision that takes too long refuses nothing in the record any more either', async () => {
  const { props, called, said, reaches, goOn, losePatience } = decidingProvider('takeRole', () => {
    throw new KeyturnError('aws-denied', 'not this one');
  });
  const answer = provide([meantToken()], props);
  await reaches('takeRole');
  losePatience();
  expect(await answer).toEqual({ status: 503 });
  await goOn();
  expect(called).not.toContain('append');
  expect(said).toEqual(['not decided', 'role denied']);
});

it('a decision that waited too long for the record to be written by others does not get into it', async () => {
  const { props, called, recorded, reaches, goOn, losePatience } = decidingProvider('append');
  const patient = { ...props, inTime: <Result>(deciding: Promise<Result>) => deciding };
  const first = provide([meantToken()], patient);
  await reaches('append');
  const answer = provide([meantToken()], props);
  await reaches('takeRole', 2);
  losePatience();
  expect(await answer).toEqual({ status: 503 });
  await goOn();
  expect(called.filter((one) => one === 'append')).toHaveLength(1);
  expect(await first).toMatchObject({ status: 200 });
  const next = provide([meantToken()], patient);
  await reaches('append', 2);
  await goOn();
  expect(await next).toMatchObject({ status: 200 });
  expect(recorded.map(({ sequence }) => sequence)).toEqual([1, 2]);
});
