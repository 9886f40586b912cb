import type { ControlId, Framework } from '../../core/config/audit-terms';
import { noRootKey, oneActiveKey, rotatedWithin90, usedWithin45, usedWithin90 } from './benchmarks';
import type { JudgedKey, Judgement } from './judged-key';
import type { ControlVerdict } from './model';
import { underProcess, withinOwnPeriod } from './own-period';

/** A control of a framework, in our own words, and what is compared for it. */
export interface Control
  extends Readonly<
    Pick<ControlVerdict, 'framework' | 'version' | 'reference' | 'title' | 'asks' | 'source' | 'judgedBy'>
  > {
  readonly id: ControlId;
  /** Its number in each framework, or version of one, that has it. */
  readonly numbers: Partial<Readonly<Record<Framework, string>>>;
  readonly judge: (key: JudgedKey) => Judgement;
}

const CIS = {
  framework: 'CIS AWS Foundations Benchmark',
  source: 'https://www.cisecurity.org/benchmark/amazon_web_services',
};
const CIS_VERSIONS = '1.4.0, 1.5.0, 2.0.0, 3.0.0, 4.0.x; 5.0.0, 6.0.0 and 7.0.0 with other numbers';
const PCI = { framework: 'PCI DSS', source: 'https://www.pcisecuritystandards.org/document_library/' };

/** The numbers of the versions 2.0.0 to 4.0.x of CIS, which agree, and those of later ones. */
function cisNumbers(number: string, v5: string, v6: string, v7?: string): Control['numbers'] {
  const later = { 'cis-5.0': v5, 'cis-6.0': v6, ...(v7 === undefined ? {} : { 'cis-7.0': v7 }) };
  return { 'cis-2.0': number, 'cis-3.0': number, 'cis-4.0': number, ...later };
}

function pciNumbers(number: string): Control['numbers'] {
  return { 'pci-dss-4.0': number, 'pci-dss-4.0.1': number };
}

/**
 * The controls that the report judges. The numbers of CIS are of versions 1.4.0 to 4.0.x, which agree; `reference` names
 * those of later versions. AWS Security Hub's mapping is that of its documentation of the IAM controls.
 */
export const CONTROLS: readonly Control[] = [
  {
    id: 'cis-1.4',
    ...CIS,
    version: CIS_VERSIONS,
    numbers: cisNumbers('1.4', '1.3', '2.3', '2.4'),
    reference: '1.4 (5.0.0: 1.3, 6.0.0: 2.3, 7.0.0: 2.4; Security Hub IAM.4)',
    title: 'No access key of the root user',
    asks: 'The root user of the account has no access key at all.',
    judgedBy:
      "The root user's line of the IAM credential report. A key that is Inactive fails too, because the benchmark's command counts it. Keyturn never touches the root user.",
    judge: noRootKey,
  },
  {
    id: 'cis-1.12',
    ...CIS,
    version: CIS_VERSIONS,
    numbers: cisNumbers('1.12', '1.11', '2.11', '2.11'),
    reference: '1.12 (5.0.0: 1.11, 6.0.0: 2.11, 7.0.0: 2.11; Security Hub IAM.22)',
    title: 'Credentials unused for 45 days are disabled',
    asks: 'A credential that nobody used for 45 days or more is made inactive or removed. A key that was never used counts from its creation.',
    judgedBy:
      'Last use of each Active access key in the IAM credential report, in whole days. A key that is younger than the limit passes whatever is known of its use. Passwords, which the control is about too, are not looked at. The root user is left out, as in the benchmark.',
    judge: usedWithin45,
  },
  {
    id: 'cis-1.13',
    ...CIS,
    version: '1.4.0, 1.5.0, 2.0.0, 3.0.0, 4.0.x; 5.0.0 and 6.0.0 with other numbers; not found in 7.0.0',
    numbers: cisNumbers('1.13', '1.12', '2.12'),
    reference: '1.13 (5.0.0: 1.12, 6.0.0: 2.12)',
    title: 'One active access key a user',
    asks: 'No IAM user has more than one Active access key at a time.',
    judgedBy:
      "Active keys of each user now. Taken literally it fails during every overlap, which the benchmark's own steps for a rotation need too: they make the second key while the first is Active. So the overlap of a rotation, within the dates of its policy, is an exception that the report lists with its end; two Active keys for any other reason, or for longer, fail.",
    judge: oneActiveKey,
  },
  {
    id: 'cis-1.14',
    ...CIS,
    version: CIS_VERSIONS,
    numbers: cisNumbers('1.14', '1.13', '2.13', '2.12'),
    reference: '1.14 (5.0.0: 1.13, 6.0.0: 2.13, 7.0.0: 2.12; Security Hub IAM.3)',
    title: 'Access keys are rotated every 90 days or less',
    asks: 'Every Active access key was created 90 days ago or less.',
    judgedBy:
      "Age of each Active access key now, in whole days, as the benchmark's procedure reads them off the console. A superseded key that is still Active counts: where its policy rotates within 90 days, its overlap is an exception that the report lists with its end, and what lasts longer fails. No exception is needed where deactivateAfter and holdLimit are at most 90 together, such as rotateAfter 75, deactivateAfter 85, deleteAfter 95, holdLimit 5. The root user has a control of its own.",
    judge: rotatedWithin90,
  },
  {
    id: 'pci-8.2.6',
    ...PCI,
    numbers: pciNumbers('8.2.6'),
    version: '4.0, 4.0.1',
    reference: '8.2.6 (Security Hub IAM.8)',
    title: 'Inactive accounts are removed or disabled within 90 days',
    asks: 'A user account that was not used for 90 days is removed or disabled.',
    judgedBy:
      'Last use of each Active access key in the IAM credential report. It says nothing about passwords or whether the user as a whole was inactive, nor whether the account is in scope of PCI DSS.',
    judge: usedWithin90,
  },
  {
    id: 'pci-8.6.3',
    ...PCI,
    numbers: pciNumbers('8.6.3'),
    version: '4.0, 4.0.1',
    reference: '8.6.3 (Security Hub IAM.3)',
    title: 'Credentials of application and system accounts are changed periodically',
    asks: "Passwords of application and system accounts are changed at the frequency that the organization's targeted risk analysis (12.3.1) sets, and when a compromise is suspected. Their complexity is appropriate to how often they are changed. It names no number of days.",
    judgedBy:
      'Each key of a managed user against its own policy; the risk analysis has to support that policy, which Keyturn cannot judge. Complexity is not judged: AWS makes the keys. Other keys are unknown, because no period is known for them. The 90 days of 8.3.9 are about passwords as the only factor of people, and it lets a dynamic analysis of the security posture take their place. So they are not applied to access keys, though Security Hub maps IAM.3 to it too.',
    judge: withinOwnPeriod,
  },
  {
    id: 'nist-ia-5',
    framework: 'NIST SP 800-53',
    version: 'Revision 5 (5.1.1, 5.2.0)',
    numbers: { 'nist-800-53-r5': 'IA-5 f' },
    reference: 'IA-5 f',
    title: 'Authenticator management: change or refresh authenticators',
    asks: 'Authenticators are changed or refreshed at a period that the organization assigns to each type, or when events occur that it names. (In Revision 4 this was item g.)',
    source: 'https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final',
    judgedBy:
      'Each key of a managed user against its own policy, taken as the assigned period. The other items of IA-5, such as initial content, distribution and protection (g), are not judged here. Other keys are unknown.',
    judge: withinOwnPeriod,
  },
  {
    id: 'soc2-cc6.1',
    framework: 'SOC 2 (AICPA Trust Services Criteria)',
    version: '2017, points of focus of 2022',
    numbers: { 'soc-2': 'CC6.1' },
    reference: 'CC6.1',
    title: 'Logical access: credentials are managed',
    asks: 'Logical access measures protect information assets; managing the credentials of infrastructure and software is one of the points of focus. It asks for no period.',
    source:
      'https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022',
    judgedBy:
      'Whether each key is under a process that creates, replaces and removes it as its policy says. A foreign key of a managed user and a key of the root user are not. Who may use a key, and whether the criterion as a whole is met, is for the service auditor.',
    judge: underProcess,
  },
  {
    id: 'iso27001-5.17',
    framework: 'ISO/IEC 27001',
    version: '2022, Annex A',
    numbers: { 'iso-27001-2022': 'A.5.17' },
    reference: 'A.5.17',
    title: 'Authentication information is managed',
    asks: 'Handing out and managing authentication information is controlled by a management process. It asks for no period. (A.8.2, privileged access rights, and A.8.5, secure authentication, are about other things.)',
    source: 'https://www.iso.org/standard/27001',
    judgedBy:
      'As for CC6.1. The process as written down, and what people are advised about handling secrets, are not judged.',
    judge: underProcess,
  },
];

const VERSIONS: Readonly<Record<Framework, string>> = {
  'cis-2.0': '2.0.0',
  'cis-3.0': '3.0.0',
  'cis-4.0': '4.0.x',
  'cis-5.0': '5.0.0',
  'cis-6.0': '6.0.0',
  'cis-7.0': '7.0.0',
  'pci-dss-4.0': '4.0',
  'pci-dss-4.0.1': '4.0.1',
  'nist-800-53-r5': 'Revision 5 (5.1.1, 5.2.0)',
  'soc-2': '2017, points of focus of 2022',
  'iso-27001-2022': '2022, Annex A',
};

/** The controls of the chosen frameworks, with their numbers there; all of them where nothing is chosen. */
export function controlsOf(frameworks: readonly Framework[] | undefined): readonly Control[] {
  if (frameworks === undefined) return CONTROLS;
  return CONTROLS.flatMap((control) => {
    const chosen = frameworks.flatMap((framework) => {
      const number = control.numbers[framework];
      return number === undefined ? [] : [{ version: VERSIONS[framework], number }];
    });
    const numbers = new Set(chosen.map(({ number }) => number));
    const [reference, ...others] = [...numbers];
    if (reference === undefined) return [];
    const one =
      others.length === 0 ? reference : chosen.map(({ version, number }) => `${version}: ${number}`).join(', ');
    return [{ ...control, version: chosen.map(({ version }) => version).join(', '), reference: one }];
  });
}
