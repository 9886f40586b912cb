import { AwsError } from '../../account/aws-error';
import { Alarms, type AlarmsOptions } from './alarms';
import { Metrics } from './metrics';

/** CloudWatch of one region: metrics, the alarms over them, and dashboards, which nobody looks at here. */
export class CloudWatch {
  readonly metrics = new Metrics();
  readonly alarms: Alarms;
  /** Body (JSON text) by name. */
  readonly dashboards = new Map<string, string>();

  constructor(options: Omit<AlarmsOptions, 'metrics'>) {
    this.alarms = new Alarms({ ...options, metrics: this.metrics });
  }

  /** @throws AwsError InvalidParameterInput for a body that is no JSON document with widgets */
  putDashboard({
    DashboardName,
    DashboardBody,
  }: {
    readonly DashboardName: string;
    readonly DashboardBody: string;
  }): void {
    if (!/^[\w-]{1,255}$/.test(DashboardName)) throw invalid(`DashboardName ${DashboardName} has the wrong form`);
    if (!Array.isArray(parsed(DashboardBody)?.widgets)) throw invalid('DashboardBody must be JSON with widgets');
    this.dashboards.set(DashboardName, DashboardBody);
  }
}

function parsed(text: string): { readonly widgets?: unknown } | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null ? document : undefined;
  } catch {
    return undefined;
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterInput', 400, message);
}
