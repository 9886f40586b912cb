import { describe, expect, it, onTestFinished } from 'vitest';
import type { Log } from '../../functions/account/ports';
import { createArchive } from '../../functions/aws/archive';
import { createEvidencePorts } from '../../functions/aws/evidence-ports';
import { createNotifier } from '../../functions/aws/notifier';
import { auditTermsDigest } from '../../functions/core/config/audit-terms';
import { reportSchema } from '../../functions/report/judge/model';
import { monthOf } from '../../functions/report/month';
import { writeReport } from '../../functions/report/report';
import { orThrow } from '../../functions/runtime/or-throw';
import { startHost } from '../hosts/http/scripted-host';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

const NOW = new Date('2026-03-01T06:00:00Z');

interface Stored {
  readonly path: string;
  readonly body: string;
  readonly contentType: string | undefined;
}

const TAKEN = { status: 412, body: '<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>' };

/** S3 in small: it keeps what is put, each key once, or answers what a test wants. */
async function bucket(refusal?: { readonly status: number; readonly body: string }): Promise<Stored[]> {
  const stored: Stored[] = [];
  process.env.AWS_ENDPOINT_URL_S3 = await startHost((request, response, body) => {
    const path = `${request.method} ${request.url?.split('?')[0]}`;
    const isTaken = stored.some((one) => one.path === path) && request.headers['if-none-match'] === '*';
    const { status, body: answer } = refusal ?? (isTaken ? TAKEN : { status: 200, body: '' });
    if (status === 200) stored.push({ path, body, contentType: request.headers['content-type'] });
    response.writeHead(status, { 'content-type': 'application/xml' }).end(answer);
  });
  onTestFinished(() => {
    delete process.env.AWS_ENDPOINT_URL_S3;
  });
  return stored;
}

/** A scene that has lived until the first of March, with a key that was rotated in January. */
async function lived(): Promise<Scene> {
  const scene = await newScene();
  scene.manage('shop');
  await scene.rotate();
  await scene.sync();
  scene.clock.advanceTo(NOW.getTime());
  return scene;
}

function run(scene: Scene, event: unknown = {}) {
  const lines: string[] = [];
  const line = (message: string, facts: unknown) => lines.push(JSON.stringify({ message, facts }));
  const log: Log = { info: line, warn: line, error: line };
  const time = {
    now: () => new Date(scene.clock.now()),
    sleep: async (milliseconds: number) => scene.clock.advanceBy(milliseconds),
  };
  const ports = {
    ...createEvidencePorts({ time }),
    archive: createArchive('evidence-bucket'),
    notifier: createNotifier(scene.topicArn),
  };
  return {
    lines,
    summary: orThrow(log, 'the report was not made', () => writeReport(ports, log, monthOf(event, NOW))),
  };
}

const messages = (scene: Scene) =>
  scene.calls
    .filter(({ action }) => action === 'Publish')
    .map(({ input }) => input as { Subject: string; Message: string });

describe('the scheduled report', () => {
  it('writes the month before into the archive in three formats, and tells people what it says and where it is', async () => {
    const stored = await bucket();
    const scene = await lived();
    const { lines, summary } = run(scene);
    const { page, verdict, month } = await summary;

    const folder = 'evidence-bucket/reports/111122223333/2026-02';
    expect(stored.map(({ path, contentType }) => [path, contentType])).toEqual([
      [`PUT /${folder}/keyturn-report.html`, 'text/html; charset=utf-8'],
      [`PUT /${folder}/keyturn-report.json`, 'application/json; charset=utf-8'],
      [`PUT /${folder}/keyturn-report.csv`, 'text/csv; charset=utf-8'],
    ]);
    expect({ page, month }).toEqual({ page: `s3://${folder}/keyturn-report.html`, month: '2026-02' });
    const report = reportSchema.parse(JSON.parse(stored[1]?.body ?? ''));
    expect(report).toMatchObject({ since: '2026-02-01T00:00:00.000Z', until: '2026-03-01T00:00:00.000Z' });
    expect(report.summary).toMatchObject({ verdict, rotations: 0, managedKeys: 1 });
    const [message] = messages(scene);
    expect(message?.Subject).toMatch(/^Keyturn report 2026-02 of 111122223333: /);
    expect(message?.Message).toContain(report.summary.headline);
    expect(message?.Message).toMatch(new RegExp(`${report.attention.length} items? needs? attention`));
    expect(message?.Message).toContain(`s3://${folder}/keyturn-report.html`);
    expect(lines.at(-1)).toContain('report written');
  });

  it('tells who has accepted what until when: in the report, in the mail and in the log of its run', async () => {
    const stored = await bucket();
    const scene = await lived();
    const accepted = {
      key: 'shop',
      control: 'cis-1.12',
      approver: 'Grace Hopper, CISO',
      reason: 'The season begins in April.',
      approvedOn: '2026-02-01',
      until: '2026-04-30',
    };
    const Value = JSON.stringify({ version: 1, frameworks: ['cis-3.0'], exceptions: [accepted] });
    scene.account.ssm.putParameter({ Name: '/keyturn/audit-terms', Type: 'String', Value }, 'deployer');
    scene.auditTerms = auditTermsDigest(Value);
    await scene.sync();
    scene.hours(1);
    const { lines, summary } = run(scene);
    const { control, ...rest } = accepted;
    const told = { ...rest, controls: [control], until: '2026-05-01T00:00:00.000Z' };

    expect((await summary).accepted).toMatchObject([told]);
    expect(lines.at(-1)).toContain('"approver":"Grace Hopper, CISO"');
    const report = reportSchema.parse(JSON.parse(stored[1]?.body ?? ''));
    expect(report.exceptions).toMatchObject([told]);
    expect(report.exceptions[0]?.isInForce).toBe(true);
    expect(messages(scene)[0]?.Message).toContain(
      'Exceptions in force:\n- [accepted] shop, until 2026-05-01, accepted by Grace Hopper, CISO',
    );
  });

  it('that is made again gets a name of its own in every format, and lies over none that is there', async () => {
    const stored = await bucket();
    const scene = await lived();
    await run(scene).summary;
    const { page } = await run(scene).summary;

    expect(page).toBe('s3://evidence-bucket/reports/111122223333/2026-02/keyturn-report-2.html');
    expect(stored.map(({ path }) => path.split('/').at(-1))).toEqual(
      ['keyturn-report', 'keyturn-report-2'].flatMap((name) =>
        ['html', 'json', 'csv'].map((format) => `${name}.${format}`),
      ),
    );
    expect(messages(scene).at(-1)?.Message).toContain(
      'To fetch the page: aws s3 cp s3://evidence-bucket/reports/111122223333/2026-02/keyturn-report-2.html',
    );
  });

  it('that died half-way is whole under the next name', async () => {
    const stored = await bucket();
    stored.push({
      path: 'PUT /evidence-bucket/reports/111122223333/2026-02/keyturn-report.html',
      body: '',
      contentType: '',
    });
    await run(await lived()).summary;

    expect(stored.slice(1).map(({ path }) => path.split('/').at(-1))).toEqual(
      ['html', 'json', 'csv'].map((format) => `keyturn-report-2.${format}`),
    );
  });

  it('can be asked for a month that has passed', async () => {
    const stored = await bucket();
    const { summary } = run(await lived(), { month: '2026-01' });

    expect(await summary).toMatchObject({ month: '2026-01' });
    expect(JSON.parse(stored[1]?.body ?? '').summary).toMatchObject({ rotations: 1, deliveries: 1 });
  });

  it('is made from what could be read, and says what could not (K11)', async () => {
    const stored = await bucket();
    const scene = await lived();
    scene.awsFault = ({ action }) =>
      action === 'ListSecrets' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    const { lines, summary } = run(scene);

    expect((await summary).limits).toBeGreaterThan(0);
    expect(stored).toHaveLength(3);
    expect(messages(scene)[0]?.Message).toMatch(/could not see:[\s\S]*secretsmanager:ListSecrets/);
    expect(lines[0]).toContain('a source could not be read');
  });

  it('that cannot be kept is logged and thrown, and nobody is told that it is there', async () => {
    const denied = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>';
    await bucket({ status: 403, body: denied });
    const scene = await lived();
    const { lines, summary } = run(scene);

    await expect(summary).rejects.toMatchObject({
      code: 'aws-denied',
      message: expect.stringContaining('s3:PutObject of reports/111122223333/2026-02/keyturn-report.html'),
    });
    expect(messages(scene)).toEqual([]);
    expect(lines.at(-1)).toContain('the report was not made');
  });
});

const SCHEDULE = { source: 'aws.events', 'detail-type': 'Scheduled Event' };

describe('the month of a report', () => {
  it.each([
    ['2026-03-01T06:00:00Z', {}, '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['2026-01-31T23:59:59Z', SCHEDULE, '2025-12-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    ['2026-03-01T00:00:00Z', { month: '2026-02' }, '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T00:00:00Z', { month: '2024-12' }, '2024-12-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'],
  ])('at %s for %j is %s to %s', (now, event, since, until) => {
    const month = monthOf(event, new Date(now));
    expect([month.since.toISOString(), month.until.toISOString()]).toEqual([since, until]);
    expect(month.name).toBe(since.slice(0, 7));
  });

  it.each([
    ['2026-03', /has not ended yet; expected 2026-02 or earlier/],
    ['2026-13', /expected a month such as 2026-04, found "2026-13"/],
    ['last', /expected a month/],
    ['', /expected a month/],
    ['2026-02/../..', /expected a month/],
  ])('may not be %j', (month, message) => {
    expect(() => monthOf({ month }, NOW)).toThrow(message);
  });

  it.each([
    [{ months: '2026-02' }, /unknown fields \(months\)/],
    [{ month: 2026 }, /month: expected a text such as 2026-04/],
    [{ month: '2026-02', keys: ['shop'] }, /unknown fields \(keys\)/],
    ['2026-02', /expected a JSON object/],
    [undefined, /expected a JSON object/],
    [{ ...SCHEDULE, month: '2026-02' }, /unknown fields \(source, detail-type\)/],
    [{ source: 'aws.s3' }, /unknown fields \(source\)/],
  ])('is refused for %j, and is not the month before (K14)', (event, message) => {
    expect(() => monthOf(event, NOW)).toThrow(message);
  });
});
