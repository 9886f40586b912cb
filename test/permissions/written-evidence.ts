import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readAuditLine } from '../../functions/core/audit';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';
import { reportSchema } from '../../functions/report/judge/model';
import { CENTRAL_BUS, EVIDENCE_KEY, type EvidenceLife } from './evidence-life';

/** What is in the archive and in the central account after a month, with the rights of the deployed functions in force. */
export function evidenceIsWritten(life: () => EvidenceLife): void {
  const s3 = () => life().deployed.world.account.s3;
  const bucket = () => life().deployed.deployment.outputs.ArchiveBucketName ?? '';
  const keysUnder = (Prefix: string) =>
    s3()
      .listObjectsV2({ Bucket: bucket(), Prefix })
      .Contents.map(({ Key }) => Key);
  const read = (Key: string) => s3().getObject({ Bucket: bucket(), Key });

  const forwardedEvent = z.object({ source: z.string(), detail: z.unknown() });

  /** IDs of the audit events in some lines; a line that is no event fails. */
  function idsIn(lines: readonly string[]): readonly string[] {
    return lines.map((line) => {
      const found = readAuditLine(line);
      if (!('event' in found)) throw new Error(`not an audit event: ${line}`);
      return found.event.id;
    });
  }

  /** Every line of the record that came before an instant. */
  function record(before = Number.POSITIVE_INFINITY): readonly string[] {
    const { logs } = life().deployed.world.account;
    const lines: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = logs.filterLogEvents({ logGroupName: AUDIT_LOG_GROUP, nextToken });
      for (const { message, timestamp } of page.events) if (timestamp < before) lines.push(message);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return lines;
  }

  describe('the report function, deployed, with its own rights in force (K12)', () => {
    it('writes the month that is over into the archive, in three formats', () => {
      expect(life().enforcement.denied).toEqual([]);
      const folder = 'reports/111122223333/2026-01/keyturn-report';
      expect(keysUnder('reports/111122223333/2026-01/')).toEqual([`${folder}.csv`, `${folder}.html`, `${folder}.json`]);

      const report = reportSchema.parse(JSON.parse(read(`${folder}.json`).Body.toString()));
      expect(report).toMatchObject({ since: '2026-01-01T00:00:00.000Z', until: '2026-02-01T00:00:00.000Z' });
      // IAM makes a credential report every four hours at most, and rotate had one made at 03:00.
      expect(report.limits.map(({ source }) => source)).toEqual(['credential-report']);
      expect(report.summary).toMatchObject({
        verdict: 'compliant',
        rotations: 2,
        deliveries: 2,
        changesWithoutKeyturn: 0,
      });
      expect(read(`${folder}.html`).Body.toString()).toMatch(/^<!doctype html>[\s\S]*<svg/i);
      expect(read(`${folder}.csv`).Body.toString()).toContain('shop');
    });

    it('and nobody can delete them before their time', () => {
      for (const Key of keysUnder('reports/111122223333/2026-01/')) {
        const { VersionId, ObjectLockMode, ObjectLockRetainUntilDate, SSEKMSKeyId } = read(Key);
        expect({ ObjectLockMode, SSEKMSKeyId }).toEqual({ ObjectLockMode: 'COMPLIANCE', SSEKMSKeyId: EVIDENCE_KEY });
        expect(ObjectLockRetainUntilDate?.toISOString()).toMatch(/^2027-02-01T06:0/);
        expect(() => s3().deleteObject({ Bucket: bucket(), Key, VersionId, BypassGovernanceRetention: true })).toThrow(
          /object lock/,
        );
      }
    });

    it('tells people what it says and where it is, once', () => {
      const told = life().deployed.world.account.sns.messages.filter(({ subject = '' }) =>
        /^Keyturn report 2026-01/.test(subject),
      );

      expect(told.map(({ subject }) => subject)).toEqual(['Keyturn report 2026-01 of 111122223333: compliant']);
      expect(told[0]?.message).toContain(`s3://${bucket()}/reports/111122223333/2026-01/keyturn-report.html`);
      expect(life().deployed.deployment.topics).toEqual([told[0]?.topicArn]);
    });
  });

  describe('the record, where else it goes', () => {
    it('every event is in the archive within a minute, once, as one line of JSON, locked', () => {
      const objects = keysUnder('events/');
      expect(objects[0]).toMatch(/^events\/2026\/01\/01\/.*\.jsonl$/);
      const archived = idsIn(objects.flatMap((key) => read(key).Body.toString().trimEnd().split('\n')));
      const due = idsIn(record(life().deployed.world.clock.now() - 60_000));

      expect(due.length).toBeGreaterThan(250);
      expect(new Set(archived).size).toBe(archived.length);
      expect(due.filter((id) => !archived.includes(id))).toEqual([]);
      expect(read(objects[0] ?? '')).toMatchObject({ ObjectLockMode: 'COMPLIANCE', SSEKMSKeyId: EVIDENCE_KEY });
    });

    it('every event comes to the central account, once, as it is in the record', () => {
      const { forwarded } = life().deployed.world;

      expect(new Set(forwarded.map(({ busArn }) => busArn))).toEqual(new Set([CENTRAL_BUS]));
      expect(new Set(forwarded.map(({ event }) => forwardedEvent.parse(event).source))).toEqual(new Set(['keyturn']));
      expect(forwarded.map(({ event }) => JSON.stringify(forwardedEvent.parse(event).detail)).sort()).toEqual(
        [...record()].sort(),
      );
    });
  });
}
