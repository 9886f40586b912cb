import { createArchive } from '../aws/archive';
import { createEvidencePorts } from '../aws/evidence-ports';
import { createNotifier } from '../aws/notifier';
import { MINUTE } from '../core/duration';
import { REPORT_FUNCTION } from '../core/names';
import { reportSettingsFrom } from '../runtime/env';
import type { LambdaContext } from '../runtime/handle';
import { createLog } from '../runtime/log';
import { orThrow } from '../runtime/or-throw';
import { systemTime } from '../runtime/time';
import { monthOf } from './month';
import { type ReportSummary, writeReport } from './report';

/** Of the quarter of an hour that Lambda gives it; the event history and the charts take the rest. */
const TRAIL_FILES_TAKE = 6 * MINUTE;

const settings = reportSettingsFrom(process.env);
const ports = {
  ...createEvidencePorts({ time: systemTime, trailFiles: { takes: TRAIL_FILES_TAKE }, ...settings }),
  archive: createArchive(settings.archiveBucket),
  notifier: createNotifier(settings.topicArn),
};

/** The scheduled report. It changes no key and no secret, so it is no run and writes no audit events. */
export async function handler(event: unknown, context: LambdaContext): Promise<ReportSummary> {
  const log = createLog(REPORT_FUNCTION, context.awsRequestId);
  return orThrow(log, 'the report was not made', () => writeReport(ports, log, monthOf(event, systemTime.now())));
}
