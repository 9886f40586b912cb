import { GenerateCredentialReportCommand, GetCredentialReportCommand, IAMClient } from '@aws-sdk/client-iam';
import { type ClientConfig, clientConfig } from './client-config';
import { awsFailure, calling } from './failure';
import { reportContent } from './report-content';

/** Names that GetCredentialReport's errors have: the SDK's and the API's own. */
const REPORT_NOT_THERE = new Set([
  'CredentialReportNotReadyException',
  'CredentialReportNotPresentException',
  'CredentialReportExpiredException',
  'ReportInProgress',
  'ReportNotPresent',
  'ReportExpired',
]);

/** IAM makes so many reports at a time, and no more: it did not start one. */
const NO_CAPACITY = { LimitExceededException: 'aws-throttled', LimitExceeded: 'aws-throttled' } as const;

interface DownloadedReport {
  readonly csv: string;
  readonly generatedAt: Date;
}

/** Fetches the IAM credential report; starts one when there is none, and answers undefined while IAM is making it. */
export function reportDownload(config: ClientConfig = clientConfig): () => Promise<DownloadedReport | undefined> {
  const client = new IAMClient(config);
  const content = reportContent();
  const reports = new IAMClient({ ...config, streamCollector: content.streamCollector });

  let isStarted = false;
  return async () => {
    if (!isStarted) {
      const { State } = await calling('iam:GenerateCredentialReport', NO_CAPACITY, () =>
        client.send(new GenerateCredentialReportCommand({})),
      );
      isStarted = State !== 'COMPLETE';
      if (isStarted) return undefined;
    }
    // Asked for once more only if it is not there yet.
    isStarted = false;
    const answer = await reports.send(new GetCredentialReportCommand({})).catch((thrown: unknown) => {
      if (thrown instanceof Error && REPORT_NOT_THERE.has(thrown.name)) return undefined;
      throw awsFailure(thrown, 'iam:GetCredentialReport');
    });
    if (answer === undefined) return undefined;
    const { Content, GeneratedTime: generatedAt } = answer;
    const csv = content.take() ?? (Content === undefined ? undefined : new TextDecoder().decode(Content));
    return csv === undefined || generatedAt === undefined ? undefined : { csv, generatedAt };
  };
}
