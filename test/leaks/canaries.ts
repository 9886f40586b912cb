import * as z from 'zod';
import type { CallOutcome } from '../../local/account/wire/server';

const created = z.object({ AccessKey: z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string() }) });

/** Every secret that comes into being while a world lives, by a label that can be printed. */
export class Canaries {
  readonly secrets = new Map<string, string>();

  add(label: string, secret: string): void {
    this.secrets.set(label, secret);
  }

  /** Notes the secret of every access key that is made. */
  readonly saw = ({ output }: CallOutcome): void => {
    const key = created.safeParse(output);
    if (key.success) this.add(`secret of ${key.data.AccessKey.AccessKeyId}`, key.data.AccessKey.SecretAccessKey);
  };

  /** All of them as a host would quote them that repeats what it was sent. */
  echo(): string {
    return [...this.secrets.values()].join(' | ');
  }
}
