import type { ResourceType } from '../resource';

const alarm: ResourceType = (input) => {
  const { alarms } = input.services.account.cloudWatch;
  const name = input.previous?.ref ?? input.properties.optionalText('AlarmName') ?? input.generatedName(255);
  const { arn } = alarms.put({ ...input.properties.all(), AlarmName: name });
  return { ref: name, attributes: { Arn: arn }, remove: () => alarms.delete(name) };
};

const dashboard: ResourceType = (input) => {
  const { cloudWatch } = input.services.account;
  const name = input.previous?.ref ?? input.properties.optionalText('DashboardName') ?? input.generatedName(255);
  cloudWatch.putDashboard({ DashboardName: name, DashboardBody: input.properties.document('DashboardBody') });
  return { ref: name, attributes: {}, remove: () => void cloudWatch.dashboards.delete(name) };
};

export const CLOUDWATCH_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::Dashboard': dashboard,
};
