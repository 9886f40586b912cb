import { expect, test } from 'vitest';
import { LogShipper } from '../log-shipper';
import { start } from './test-world';

test('a line that is too long for one log event is split, and nothing of it is lost', async () => {
  const { account, clock } = await start();
  const logGroupName = '/aws/lambda/talkative';
  const ship = (line: string) =>
    new LogShipper(account.logs).ship({
      at: clock.now(),
      functionName: 'talkative',
      logGroupName,
      logStreamName: 'stream',
      line,
    });
  const line = 'ä€x'.repeat(400_000);
  ship('short');
  ship(line);
  ship('');
  const messages: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = account.logs.filterLogEvents({ logGroupName, nextToken });
    messages.push(...page.events.map(({ message }) => message));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(messages).toHaveLength(7);
  expect(messages.join('')).toBe(`short${line}`);
});
