import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LACKS_AWS } from '../../../local/test/account/aws-command';
import { sampled } from '../../deep/sample';
import { live } from './live';
import { type Aws, startAws } from './shell';

/** Lives pages, each in a world of its own. Where CI tries a part of what is tried one by one, it is another part each time. */
export function livesPages(pages: readonly string[]): void {
  describe.skipIf(LACKS_AWS)('the commands of a page, one after the other, where npm start -- --serve leads', () => {
    let aws: Aws | undefined;
    beforeAll(async () => {
      aws = await startAws();
    });
    afterAll(() => aws?.close());

    it.each(sampled(pages))('%s', async (page) => {
      if (aws === undefined) throw new Error('The AWS CLI was not started.');
      expect(await live(page, aws)).toEqual([]);
    });
  });
}
