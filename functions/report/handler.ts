import { createArchive } from '../aws/archive';
import { createEvidencePorts } from '../aws/evidence-ports';
import { createNotifier } from '../aws/notifier';
import { REPORT_FUNCTION } from '../core/names';
import { reportSettingsFrom } from '../runtime/env';
import type { LambdaContext } from '../runtime/handle';
import { createLog } from '../runtime/log';
import { orThrow } from '../runtime/or-throw';
import { systemTime } from '../runtime/time';
import { monthOf } from './month';
import { type ReportSummary, writeReport } from './report';

const settings = reportSettingsFrom(process.env);
const ports = {
  ...createEvidencePorts({ time: systemTime, ...settings }),
  archive: createArchive(settings.archiveBucket),
  notifier: createNotifier(settings.topicArn),
};

/** The scheduled report. It changes no key and no secret, so it is no run and writes no audit events. */
export async function handler(event: unknown, context: LambdaContext): Promise<ReportSummary> {
  const log = createLog(REPORT_FUNCTION, context.awsRequestId);
  return orThrow(log, 'the report was not made', () => writeReport(ports, log, monthOf(event, systemTime.now())));
}
