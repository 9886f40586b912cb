import { describe, expect, it } from 'vitest';
import type { Evidence, TamperedTrail, TrailProof } from '../../../functions/report/evidence/evidence';
import { trailTampering, unprovedFiles } from '../../../functions/report/judge/trail-proof';

const SINCE = new Date('2026-01-01T00:00:00Z');
const UNTIL = new Date('2026-02-01T00:00:00Z');
const day = (date: number, hour = 3) => new Date(Date.UTC(2026, 0, date, hour));

function evidence(trailProof: Partial<TrailProof> | undefined): Evidence {
  const whole = trailProof && { tampering: [], unproved: [], ...trailProof };
  // Nothing else of the evidence is looked at.
  return { since: SINCE, until: UNTIL, trailProof: whole } as Partial<Evidence> as Evidence;
}

const tampered = (why: TamperedTrail, at = day(5), file = 'a/b/one.json.gz', region = 'us-east-1') => ({
  why,
  at,
  file,
  region,
});

describe('what somebody did to the files of a trail', () => {
  it.each<[TamperedTrail, RegExp, RegExp]>([
    ['file-changed', /^1 file of the trail is not what CloudTrail wrote \(us-east-1, 2026-01-05\)$/, /another hash/],
    ['file-deleted', /^1 file of the trail is gone \(us-east-1, 2026-01-05\)$/, /deleted them/],
    ['digest-changed', /^1 digest of the trail was replaced \(us-east-1, 2026-01-05\)$/, /another hash of it/],
    ['digest-deleted', /^1 digest of the trail is gone \(us-east-1, 2026-01-05\)$/, /names it/],
    ['digest-not-signed', /^1 digest of the trail is not signed by CloudTrail \(us-east-1, 2026-01-05\)$/, /Somebody/],
  ])('is an incident: %s', (why, title, detail) => {
    const items = trailTampering(evidence({ tampering: [tampered(why)] }));
    expect(items).toEqual([
      {
        kind: 'tampering',
        severity: 'high',
        title: expect.stringMatching(title),
        detail: expect.stringMatching(detail),
        at: '2026-01-05T03:00:00.000Z',
        events: [],
      },
    ]);
    expect(items[0]?.detail).toMatch(/^one\.json\.gz\. /);
  });

  it('is one item for each day, region and kind, and names three files', () => {
    const many = [1, 2, 3, 4, 5].map((file) => tampered('file-deleted', day(6, file), `x/${file}.json.gz`));
    const items = trailTampering(
      evidence({
        tampering: [
          ...many,
          tampered('file-deleted', day(7)),
          tampered('file-deleted', day(6), 'y', 'eu-west-1'),
          tampered('file-changed', day(6)),
        ],
      }),
    );
    expect(items.map(({ title }) => title)).toEqual([
      '5 files of the trail are gone (us-east-1, 2026-01-06)',
      '1 file of the trail is gone (us-east-1, 2026-01-07)',
      '1 file of the trail is gone (eu-west-1, 2026-01-06)',
      '1 file of the trail is not what CloudTrail wrote (us-east-1, 2026-01-06)',
    ]);
    expect(items[0]?.detail).toMatch(/^1\.json\.gz, 2\.json\.gz, 3\.json\.gz, and 2 more\. /);
  });

  it('is told of the period alone, and of nothing where no files were read', () => {
    const outside = [tampered('file-changed', new Date('2025-12-31T23:00:00Z')), tampered('file-changed', UNTIL)];
    expect(trailTampering(evidence({ tampering: outside }))).toEqual([]);
    expect(trailTampering(evidence(undefined))).toEqual([]);
  });
});

describe('what no digest proves', () => {
  const unproved = (date: number, files: number, why = 'no digest names them', region = 'us-east-1') => ({
    region,
    from: day(date, 0),
    to: day(date + 1, 0),
    files,
    why,
  });

  it('is a sentence for each reason and region, with its days', () => {
    expect(
      unprovedFiles(
        evidence({
          unproved: [unproved(3, 2), unproved(4, 3), unproved(4, 1, 'another reason'), unproved(9, 0, 'no key')],
        }),
      ).map(({ message }) => message),
    ).toEqual([
      '5 files of the trail in us-east-1 are not proved on 2 days from 2026-01-03 to 2026-01-04: no digest names them. What they say is as true as those are who may write into the bucket.',
      '1 file of the trail in us-east-1 is not proved on 1 day from 2026-01-04 to 2026-01-04: another reason. What they say is as true as those are who may write into the bucket.',
      'The files of the trail in us-east-1 are not proved on 1 day from 2026-01-09 to 2026-01-09: no key. What they say is as true as those are who may write into the bucket.',
    ]);
  });

  it('leaves no yes where one of its days should have a proof', () => {
    const missing = { ...unproved(4, 1), isDecisive: true };
    const decisive = (...days: TrailProof['unproved']) =>
      unprovedFiles(evidence({ unproved: days })).map(({ isDecisive }) => isDecisive);
    expect(decisive(unproved(3, 1))).toEqual([false]);
    expect(decisive(unproved(3, 1), missing)).toEqual([true]);
  });

  it('is told of the period alone', () => {
    const december = { ...unproved(1, 1), from: new Date('2025-12-31T00:00:00Z'), to: SINCE };
    const february = { ...unproved(1, 1), from: UNTIL, to: new Date('2026-02-02T00:00:00Z') };
    expect(unprovedFiles(evidence({ unproved: [december, february] }))).toEqual([]);
    expect(unprovedFiles(evidence(undefined))).toEqual([]);
  });
});
