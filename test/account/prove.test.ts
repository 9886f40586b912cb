import { expect, it } from 'vitest';
import type { Sts, Time } from '../../functions/account/ports';
import { EVERYWHERE_TAKES, prove, proveEverywhere } from '../../functions/account/prove';
import { KeyturnError } from '../../functions/core/errors';
import { Credential, Redacted } from '../../functions/core/key/credential';
import { START } from '../core/web-shop';

const SECOND = 1_000;
const MOST_ASKED = 100;
const [HERE, ABROAD, FAR] = ['eu-west-1', 'us-east-1', 'ap-east-1'];
const ARN = 'arn:aws:iam::111122223333:user/ci/shop';

const fresh = new Credential({
  accessKeyId: 'AKIAFRESH',
  secretAccessKey: new Redacted('made up'),
  userName: 'shop',
  createdAt: START,
});

/** What an endpoint says at a second: an ARN, or the code of an error. */
type Answers = (second: number, region: string | undefined) => string;

/** An STS that is asked on a clock of its own, and what it was asked: seconds and regions. */
function scripted(answers: Answers, { regions = [HERE], takes = 0, clockLost = 0 } = {}) {
  let now = 0;
  let behind = 0;
  const asked: string[] = [];
  const time: Time = {
    now: () => new Date(START.getTime() + now - behind),
    sleep: async (milliseconds) => {
      // Nobody asks for ever.
      if (asked.length > MOST_ASKED) throw new Error('asked without an end');
      now += milliseconds;
      behind += clockLost;
    },
  };
  const sts: Sts = {
    regions,
    identify: async (credential, region) => {
      const second = now / SECOND;
      asked.push(`${second}${region === undefined ? '' : ` ${region}`}`);
      const answer = answers(second, region);
      await Promise.resolve();
      if (region === HERE) now += takes;
      if (answer.startsWith('arn:') || !/^[a-z-]+!?$/.test(answer)) return { arn: answer, accountId: '111122223333' };
      throw new KeyturnError(answer.replace('!', '') as 'proof-failed', `${credential.accessKeyId}: ${answer}`, {
        retryable: answer.endsWith('!'),
      });
    },
  };
  return { sts, time, asked };
}

async function ofProof(answers: Answers, patience: number) {
  const { sts, time, asked } = scripted(answers);
  const outcome = await prove(sts, fresh, time, patience).then(
    ({ arn }) => arn,
    (error: KeyturnError) => `${error.code}: ${error.message}`,
  );
  return { asked: asked.join(), outcome };
}

const REFUSED = 'proof-failed: AKIAFRESH: proof-failed';

it.each<[string, Answers, number, string, string]>([
  ['known at once', () => ARN, 0, '0', ARN],
  ['known after some seconds', (second) => (second < 7 ? 'proof-failed' : ARN), 60_000, '0,1,3,7', ARN],
  ['never known', () => 'proof-failed', 30_000, '0,1,3,7,12,17,22,27', REFUSED],
  ['asked once more when the patience ends just then', () => 'proof-failed', 7_000, '0,1,3,7', REFUSED],
  ['asked no more when it ends before', () => 'proof-failed', 6_999, '0,1,3', REFUSED],
  ['asked again where AWS may answer soon', (second) => (second < 1 ? 'aws-throttled!' : ARN), 9_000, '0,1', ARN],
  ['not asked again where AWS will not', () => 'aws-denied', 9_000, '0', 'aws-denied: AKIAFRESH: aws-denied'],
])('a key that is %s (K2)', async (_what, answers, patience, asked, outcome) => {
  expect(await ofProof(answers, patience)).toEqual({ asked, outcome });
});

it.each([
  ['arn:aws:iam::111122223333:user/shop', true],
  ['arn:aws:iam::111122223333:user/a/path/shop', true],
  ['arn:aws-us-gov:iam::111122223333:user/SHOP', true],
  ['arn:aws:iam::111122223333:user/other', false],
  ['arn:aws:iam::111122223333:user/shop/other', false],
  ['arn:aws:iam::1111222233334:user/shop', false],
  ['arn:aws:iam::1:user/shop', false],
  ['arn:aws:iam::aaaabbbbcccc:user/shop', false],
  ['arn:aws:sts::111122223333:assumed-role/x/shop', false],
  ['arn::iam::111122223333:user/shop', false],
  ['arn:a.b:iam::111122223333:user/shop', false],
  ['it is arn:aws:iam::111122223333:user/shop', false],
])('who answers as %s is the user: %s (K2)', async (arn, isUser) => {
  const { asked, outcome } = await ofProof(() => arn, 60_000);
  const somebodyElse = `proof-wrong-identity: AKIAFRESH authenticates as ${arn}, expected the user shop.`;
  expect({ asked, outcome }).toEqual({ asked: '0', outcome: isUser ? arn : somebodyElse });
});

async function everywhere(answers: Answers, options: Parameters<typeof scripted>[1] = {}) {
  const { sts, time, asked } = scripted(answers, { regions: [HERE, ABROAD], ...options });
  const outcome = await proveEverywhere(sts, fresh, time).then(
    ({ regions, silent }) => `${regions.join()} without ${silent.join() || 'none'}`,
    (error: KeyturnError) => `${error.code}: ${error.message}`,
  );
  const of = (region: string) => asked.filter((one) => one.endsWith(region)).map((one) => Number(one.split(' ')[0]));
  return { here: of(HERE).join(), abroad: of(ABROAD).join(), outcome };
}

const BOTH = `${HERE},${ABROAD} without none`;
const UNSTEADY =
  'proof-failed: AKIAFRESH is not known everywhere yet: in three minutes no whole minute went by without a refusal. ';

it('three minutes are what a proof everywhere takes', () => {
  expect(EVERYWHERE_TAKES).toBe(180_000);
});

it.each<[string, Answers, Parameters<typeof scripted>[1], Awaited<ReturnType<typeof everywhere>>]>([
  ['is known for a minute', () => ARN, {}, { here: '0,20,40,60', abroad: '0,20,40,60', outcome: BOTH }],
  [
    'is forgotten abroad, whose minute begins again',
    (second, region) => (region === ABROAD && second > 30 && second < 50 ? 'proof-failed' : ARN),
    {},
    { here: '0,20,40,45,50,70,90,110', abroad: '0,20,40,45,50,70,90,110', outcome: BOTH },
  ],
  [
    'is forgotten here',
    (second, region) => (region === HERE && second < 10 ? 'proof-failed' : ARN),
    {},
    { here: '0,5,10,30,50,70', abroad: '0,5,10,30,50,70', outcome: BOTH },
  ],
  [
    'is forgotten everywhere for a moment',
    (second) => (second === 40 ? 'proof-failed' : ARN),
    {},
    { here: '0,20,40,45,65,85,105', abroad: '0,20,40,45,65,85,105', outcome: BOTH },
  ],
  [
    'is refused for three minutes',
    (_second, region) => (region === ABROAD ? 'proof-failed' : ARN),
    {},
    {
      here: '0,5,10,15,20,25,30,35,40,45,50,55,60,65,70,75,80,85,90,95,100,105,110,115,120',
      abroad: '0,5,10,15,20,25,30,35,40,45,50,55,60,65,70,75,80,85,90,95,100,105,110,115,120',
      outcome: `${UNSTEADY}The last one: AKIAFRESH: proof-failed`,
    },
  ],
  [
    'is answered for late, so that nobody saw what happened in between',
    () => ARN,
    { takes: 25 * SECOND },
    {
      here: '0,45,75,105,135',
      abroad: '0,45,75,105,135',
      outcome: `${UNSTEADY}The last answers came too late to tell.`,
    },
  ],
  [
    'is answered for late, but not too late',
    () => ARN,
    { takes: 2 * SECOND },
    { here: '0,22,44,66', abroad: '0,22,44,66', outcome: BOTH },
  ],
  [
    'is answered for late, and then in time',
    () => ARN,
    { takes: 3 * SECOND },
    { here: '0,23,31,39,47,55,63,71,79,87', abroad: '0,23,31,39,47,55,63,71,79,87', outcome: BOTH },
  ],
  [
    'is not answered for abroad, twice in a row',
    (_second, region) => (region === ABROAD ? 'aws-uncertain!' : ARN),
    {},
    { here: '0,20,40,60', abroad: '0,20', outcome: `${HERE} without ${ABROAD}` },
  ],
  [
    'is not answered for abroad, now and then',
    (second, region) => (region === ABROAD && second % 40 === 20 ? 'aws-denied' : ARN),
    {},
    { here: '0,20,40,60', abroad: '0,20,40,60', outcome: `${HERE} without ${ABROAD}` },
  ],
  [
    'is not answered for abroad at first',
    (second, region) => (region === ABROAD && second === 0 ? 'aws-denied' : ARN),
    {},
    { here: '0,20,40,60', abroad: '0,20,40,60', outcome: BOTH },
  ],
  [
    'is not answered for here, for a moment',
    (second, region) => (region === HERE && second === 0 ? 'aws-uncertain!' : ARN),
    {},
    { here: '0,5,25,45,65', abroad: '0,5,25,45,65', outcome: BOTH },
  ],
  [
    'is not answered for here at all',
    (_second, region) => (region === HERE ? 'aws-denied' : ARN),
    {},
    { here: '0', abroad: '0', outcome: 'aws-denied: AKIAFRESH: aws-denied' },
  ],
  [
    'is of somebody else abroad',
    (_second, region) => (region === ABROAD ? 'arn:aws:iam::111122223333:user/other' : ARN),
    {},
    {
      here: '0',
      abroad: '0',
      outcome:
        'proof-wrong-identity: AKIAFRESH authenticates as arn:aws:iam::111122223333:user/other, expected the user shop.',
    },
  ],
  [
    'is known for a minute while the clock is put back again and again',
    () => ARN,
    { clockLost: 15 * SECOND },
    { here: '0,20,40,60', abroad: '0,20,40,60', outcome: BOTH },
  ],
  [
    'is proved in three regions, of which one is silent',
    (_second, region) => (region === FAR ? 'aws-uncertain!' : ARN),
    { regions: [HERE, FAR, ABROAD] },
    { here: '0,20,40,60', abroad: '0,20,40,60', outcome: `${BOTH.replace('none', '')}${FAR}` },
  ],
])('a fresh key that %s (K2)', async (_what, answers, options, expected) => {
  expect(await everywhere(answers, options)).toEqual(expected);
});
