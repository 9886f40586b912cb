import type { AccessKeyLine, ControlVerdict } from '../../../functions/report/judge/model';

type Text = Pick<ControlVerdict, 'id' | 'framework' | 'version' | 'reference' | 'title' | 'asks'>;

const CONTROLS: readonly Text[] = [
  {
    id: 'cis-1.14',
    framework: 'CIS AWS Foundations Benchmark',
    version: '3.0.0',
    reference: '1.14',
    title: 'Ensure access keys are rotated every 90 days or less',
    asks: 'No active access key is older than 90 days.',
  },
  {
    id: 'cis-1.12',
    framework: 'CIS AWS Foundations Benchmark',
    version: '3.0.0',
    reference: '1.12',
    title: 'Ensure credentials unused for 45 days or greater are disabled',
    asks: 'No active access key has been unused for 45 days.',
  },
  {
    id: 'cis-1.4',
    framework: 'CIS AWS Foundations Benchmark',
    version: '3.0.0',
    reference: '1.4',
    title: "Ensure no 'root' user account access key exists",
    asks: 'The root user has no access key.',
  },
  {
    id: 'pci-8.6.3',
    framework: 'PCI DSS',
    version: '4.0.1',
    reference: '8.6.3',
    title: 'Passwords of application and system accounts are changed periodically',
    asks: 'At the frequency that the targeted risk analysis gives.',
  },
  {
    id: 'nist-ia-5',
    framework: 'NIST SP 800-53',
    version: 'Rev. 5',
    reference: 'IA-5',
    title: 'Authenticator management',
    asks: 'Authenticators are changed after the period that the organisation defines.',
  },
  {
    id: 'soc2-cc6.1',
    framework: 'SOC 2',
    version: '2017 (2022)',
    reference: 'CC6.1',
    title: 'Logical access security',
    asks: 'Credentials for infrastructure are protected and managed through their life.',
  },
];

/** Every control of the samples with one key's verdict: judged as far as the sample's tests need it. */
export function judged(
  key: Pick<AccessKeyLine, 'status' | 'ageDays' | 'isRoot' | 'lastUsed' | 'overlap'> & { readonly id?: string },
): AccessKeyLine['controls'] {
  return CONTROLS.map(({ id }) => {
    if (key.status !== 'Active') return { control: id, verdict: 'not-applicable', why: 'The key is not Active.' };
    if (id === 'cis-1.4') {
      return key.isRoot
        ? { control: id, verdict: 'fail', why: 'The root user has an active access key.' }
        : { control: id, verdict: 'not-applicable', why: 'It is no key of root.' };
    }
    if (id === 'cis-1.12' && key.lastUsed === 'unknown') {
      return { control: id, verdict: 'unknown', why: 'AWS has no information on its last use.' };
    }
    const old = (key.ageDays ?? 0) > 90;
    if (old && key.overlap !== undefined) {
      const why = `The key is ${key.ageDays} days old, and overlaps with its successor.`;
      return { control: id, verdict: 'exception', why, exception: `overlap-${key.id}` };
    }
    return old
      ? { control: id, verdict: 'fail', why: `The key is ${key.ageDays} days old; 90 are allowed.` }
      : { control: id, verdict: 'pass', why: `The key is ${key.ageDays} days old.` };
  });
}

/** The controls with the verdicts of all keys counted. */
export function controlsOf(keys: readonly AccessKeyLine[]): ControlVerdict[] {
  return CONTROLS.map((control) => {
    const count = (verdict: ControlVerdict['verdict']) =>
      keys.filter((key) => key.controls.some((one) => one.control === control.id && one.verdict === verdict)).length;
    const [passed, excepted, failed, unknown] = [count('pass'), count('exception'), count('fail'), count('unknown')];
    return {
      ...control,
      source: `https://controls.example/${control.id}`,
      judgedBy: 'The age of each active access key. Passwords and certificates are not looked at.',
      verdict: failed > 0 ? 'fail' : unknown > 0 ? 'unknown' : excepted > 0 ? 'exception' : 'pass',
      passed,
      excepted,
      failed,
      notApplicable: count('not-applicable'),
      unknown,
    };
  });
}
