import { GROUPS } from '../../cli/doctor/check';
import { CHECKS, GROUP_ORDER } from '../../cli/doctor/checks';
import { table } from './findings';
import type { GeneratedRegion } from './region';

/** What `docs/operate/doctor.md` says of the checks, made from them. */
export const CHECKS_REGION: GeneratedRegion = {
  document: 'docs/operate/doctor.md',
  markers: ['<!-- checks:begin -->', '<!-- checks:end -->'],
  make: () =>
    GROUP_ORDER.map((group) => {
      const rows = CHECKS.filter((check) => check.group === group).map(({ id, must, takes }) => [
        `\`${id}\``,
        must,
        takes.replaceAll('*', '\\*'),
      ]);
      return `### ${GROUPS[group]}\n\n${table(['check', 'what must be true', 'what reading it takes'], rows)}`;
    }).join('\n\n'),
};
