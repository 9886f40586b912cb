import { describe, expect, it } from 'vitest';
import { reportContent } from '../../functions/aws/report-content';

const ANSWER = (content: string) =>
  `<R><GetCredentialReportResult>${content}<GeneratedTime>2026-01-01T00:00:00Z</GeneratedTime></GetCredentialReportResult></R>`;

async function* inPieces(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collected(text: string, size = 7) {
  const report = reportContent();
  const rest = Buffer.from(await report.streamCollector(inPieces(text, size))).toString();
  return { rest, content: report.take(), again: report.take() };
}

describe('the content of a credential report', () => {
  it('is taken out of the answer, wherever its pieces are cut, and given once', async () => {
    const csv = 'user,arn\n"ci,eu=wést",arn:aws:iam::111122223333:user/x\n';
    const content = `<Content>${Buffer.from(csv).toString('base64')}</Content>`;
    for (const size of [1, 7, 1000]) {
      expect(await collected(ANSWER(content), size)).toEqual({ rest: ANSWER(''), content: csv, again: undefined });
    }
  });

  it.each([
    ['an error', '<ErrorResponse><Error><Code>ReportInProgress</Code></Error></ErrorResponse>'],
    ['an empty element', ANSWER('<Content/>')],
    ['an answer that broke off', '<R><Content>YWJj'],
    ['nothing', ''],
  ])('is left to the SDK where the answer is %s', async (_what, text) => {
    expect(await collected(text)).toEqual({ rest: text, content: undefined, again: undefined });
  });

  it('of an earlier answer is never taken for that of a later one', async () => {
    const report = reportContent();
    await report.streamCollector(inPieces(ANSWER('<Content>YWJj</Content>'), 5));
    await report.streamCollector(inPieces(ANSWER(''), 5));
    expect(report.take()).toBeUndefined();
  });
});
