import * as z from 'zod';
import { AWS_REGION } from '../partitions';

/** A region that a target names. */
export const region = z.string().regex(AWS_REGION, 'expected an AWS region, such as eu-west-1');
