import type { Command } from 'commander';
import { createCaller } from '../functions/aws/caller';
import { type AwsAccess, callerConfig } from '../functions/aws/client-config';
import type { Caller } from '../functions/report/evidence/ports';

/** The options that every command has which reads an account. */
export interface AccessOptions {
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  /** Set by a program that runs a command, and by no option. @default - those that the SDK finds */
  readonly credentials?: AwsAccess['credentials'];
}

/** Adds them. What is left out comes from where the `aws` command takes it: the environment, and its files. */
export function withAccess(command: Command): Command {
  return command
    .option('--profile <profile>', 'profile of the AWS configuration files (default: the credentials that are found)')
    .option('--region <region>', 'region of the stack (default: that of the environment or the profile)')
    .option('--endpoint-url <url>', 'where AWS is instead of in the cloud (default: AWS_ENDPOINT_URL, if any)');
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export function accessOf({ profile, region, endpointUrl, credentials }: AccessOptions): AwsAccess {
  return {
    profile,
    region,
    // The SDK would tell whoever names a profile that the environment has credentials too.
    ...(profile === undefined ? {} : { logger: SILENT }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/**
 * Who asks, before anything else is: a wrong profile, an ended session and a machine without a network are told once and
 * as what they are.
 *
 * @throws KeyturnError `aws-*`
 */
export async function reach(access: AwsAccess): Promise<Awaited<ReturnType<Caller['identify']>>> {
  return createCaller(callerConfig(access)).identify();
}
