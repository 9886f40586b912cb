import { type AuditEvent, type AuditEventName, attemptOf, eventId } from '../../../functions/core/audit';
import type { FunctionName } from '../../../functions/core/names';
import type { TrailWrite } from '../../../functions/report/evidence/evidence';

export const ACCOUNT = '111122223333';

/** The role of a function, as CloudTrail names its session. */
export function roleOf(name: FunctionName): string {
  return `arn:aws:sts::${ACCOUNT}:assumed-role/Keyturn-${name}/Keyturn-${name}`;
}

/** Where a run's events and writes go. */
interface Books {
  readonly events: AuditEvent[];
  write(write: Partial<TrailWrite> & Pick<TrailWrite, 'action' | 'at'>): TrailWrite;
}

type Facts = Partial<Omit<AuditEvent, 'event' | 'time' | 'id' | 'sequence'>>;

/** One run that writes its events: `at` passes as the test says. */
export class ARun {
  sequence = 0;
  readonly attempt: string;

  constructor(
    readonly account: Books,
    readonly name: FunctionName,
    public at: Date,
    readonly run: string,
  ) {
    this.attempt = attemptOf({ run }, at);
  }

  tell(event: AuditEventName, facts: Facts = {}): AuditEvent {
    this.sequence++;
    const whole: AuditEvent = {
      schema: 'keyturn.audit/v1',
      id: eventId(this.attempt, this.sequence),
      sequence: this.sequence,
      event,
      time: this.at.toISOString(),
      account: ACCOUNT,
      region: 'eu-west-1',
      run: this.run,
      function: this.name,
      functionVersion: '0.1.0+0123456789ab',
      outcome: 'ok',
      ...facts,
    };
    this.account.events.push(whole);
    return whole;
  }

  /** What the function does itself shows in CloudTrail too. */
  write(write: Partial<TrailWrite> & Pick<TrailWrite, 'action'>): void {
    this.account.write({ at: this.at, by: roleOf(this.name), ...write });
  }
}
