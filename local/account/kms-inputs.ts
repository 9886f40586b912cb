import * as z from 'zod';
import { bytes, flag, integer } from './operations/operation';

const KeyId = z.string().min(1).max(2048);
const Policy = z.string().min(1).max(32_768);
const Description = z.string().max(8192);
const AliasName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w:/-]+$/);
const one = z.object({ KeyId });
const alias = z.object({ AliasName, TargetKeyId: KeyId });

/** What KMS has; only two of them are here. */
const KEY_SPECS = [
  'SYMMETRIC_DEFAULT',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_NIST_EDWARDS25519',
  'ECC_SECG_P256K1',
  'HMAC_224',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
  'SM2',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
] as const;
const SIGNING_ALGORITHMS = [
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'ECDSA_SHA_256',
  'ECDSA_SHA_384',
  'ECDSA_SHA_512',
  'ED25519_SHA_512',
  'ED25519_PH_SHA_512',
  'SM2DSA',
  'ML_DSA_SHAKE_256',
] as const;

/** Bytes of a message to sign: a longer one is digested by its owner. */
const LONGEST_MESSAGE = 4096;
const Message = bytes.superRefine(({ length }, context) => {
  if (length >= 1 && length <= LONGEST_MESSAGE) return;
  const bound = { origin: 'array', inclusive: true, input: undefined } as const;
  context.addIssue(
    length === 0
      ? { code: 'too_small', minimum: 1, ...bound }
      : { code: 'too_big', maximum: LONGEST_MESSAGE, ...bound },
  );
});

/** What each action takes, as AWS bounds it. */
export const kmsInputs = {
  CreateKey: z.object({
    Policy: Policy.optional(),
    Description: Description.optional(),
    KeyUsage: z.enum(['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT']).optional(),
    KeySpec: z.enum(KEY_SPECS).optional(),
    MultiRegion: flag.optional(),
    BypassPolicyLockoutSafetyCheck: flag.optional(),
  }),
  DescribeKey: one,
  UpdateKeyDescription: z.object({ KeyId, Description }),
  EnableKey: one,
  DisableKey: one,
  ScheduleKeyDeletion: z.object({ KeyId, PendingWindowInDays: integer(7, 30).optional() }),
  CancelKeyDeletion: one,
  PutKeyPolicy: z.object({
    KeyId,
    PolicyName: z.string().min(1).max(128).optional(),
    Policy,
    BypassPolicyLockoutSafetyCheck: flag.optional(),
  }),
  GetKeyPolicy: z.object({ KeyId, PolicyName: z.string().min(1).max(128).optional() }),
  CreateAlias: alias,
  UpdateAlias: alias,
  DeleteAlias: z.object({ AliasName }),
  ListAliases: z.object({
    KeyId: KeyId.optional(),
    Limit: integer(1, 100).optional(),
    Marker: z.string().min(1).max(1024).optional(),
  }),
  GetPublicKey: one,
  Sign: z.object({
    KeyId,
    Message,
    MessageType: z.enum(['RAW', 'DIGEST', 'EXTERNAL_MU']).optional(),
    SigningAlgorithm: z.enum(SIGNING_ALGORITHMS),
    DryRun: flag.optional(),
  }),
};

export type KmsInput<A extends keyof typeof kmsInputs> = Readonly<z.output<(typeof kmsInputs)[A]>>;
