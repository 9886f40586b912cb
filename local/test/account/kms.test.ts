import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  GetPublicKeyCommand,
  ListAliasesCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SignCommandInput,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { DAY, START, world } from './world';

const AliasName = 'alias/acme-seal';
const MESSAGE = Buffer.from('what happened');
const signing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;

/** An account with a key that signs, under an alias. */
async function kmsWorld(options: Parameters<typeof world>[0] = {}) {
  const here = await world(options);
  const make = async (input: CreateKeyCommandInput = signing) => {
    const { KeyMetadata } = await here.kms.send(new CreateKeyCommand(input));
    return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
  };
  const { id, arn } = await make();
  await here.kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: id }));
  const sign = (input: Partial<SignCommandInput> = {}) =>
    here.kms.send(new SignCommand({ KeyId: id, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256', ...input }));
  const publicKey = async (KeyId = id) => {
    const { PublicKey = new Uint8Array() } = await here.kms.send(new GetPublicKeyCommand({ KeyId }));
    return createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  };
  const schedule = (PendingWindowInDays?: number) =>
    here.kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays }));
  return { ...here, id, arn, make, sign, publicKey, schedule };
}

const names = ({ id, arn }: { id: string; arn: string }) => [id, arn, AliasName, arn.replace(`key/${id}`, AliasName)];

describe('a key that signs', () => {
  it('digests a message and signs it, so that OpenSSL verifies it with the public key', async () => {
    const here = await kmsWorld();
    const { Signature = new Uint8Array(), KeyId, SigningAlgorithm } = await here.sign();
    expect({ KeyId, SigningAlgorithm }).toEqual({ KeyId: here.arn, SigningAlgorithm: 'ECDSA_SHA_256' });
    const publicKey = await here.publicKey();
    expect(verify('sha256', MESSAGE, publicKey, Signature)).toBe(true);
    expect(verify('sha256', Buffer.from('what did not'), publicKey, Signature)).toBe(false);
  });

  it('signs a digest as it is', async () => {
    const here = await kmsWorld();
    const Message = createHash('sha256').update(MESSAGE).digest();
    const { Signature = new Uint8Array() } = await here.sign({ Message, MessageType: 'DIGEST' });
    expect(verify('sha256', MESSAGE, await here.publicKey(), Signature)).toBe(true);
  });

  it('is found by its ID, its ARN, its alias and the ARN of that', async () => {
    const here = await kmsWorld();
    for (const KeyId of names(here)) {
      expect((await here.sign({ KeyId })).KeyId, KeyId).toBe(here.arn);
      expect((await here.publicKey(KeyId)).asymmetricKeyType, KeyId).toBe('ec');
    }
  });

  it('gives its public key with what it is for', async () => {
    const { kms, arn } = await kmsWorld();
    expect(await kms.send(new GetPublicKeyCommand({ KeyId: AliasName }))).toMatchObject({
      KeyId: arn,
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: ['ECDSA_SHA_256'],
    });
  });

  it('has another pair than every other key', async () => {
    const here = await kmsWorld();
    const other = await here.make();
    const { Signature = new Uint8Array() } = await here.sign({ KeyId: other.id });
    expect(verify('sha256', MESSAGE, await here.publicKey(), Signature)).toBe(false);
    expect(verify('sha256', MESSAGE, await here.publicKey(other.id), Signature)).toBe(true);
  });

  it('is the same, and signs the same, in two runs', async () => {
    const [one, two] = [await kmsWorld(), await kmsWorld()];
    expect(one.arn).toBe(two.arn);
    expect((await one.sign()).Signature).toEqual((await two.sign()).Signature);
  });

  it.each([
    ['a message of 4097 bytes', { Message: Buffer.alloc(4097) }, 'ValidationException', /less than or equal to 4096/],
    ['no message', { Message: Buffer.alloc(0) }, 'ValidationException', /greater than or equal to 1/],
    ['a digest of 20 bytes', { MessageType: 'DIGEST', Message: Buffer.alloc(20) }, 'ValidationException', /Digest is/],
    [
      'an algorithm of another spec',
      { SigningAlgorithm: 'ECDSA_SHA_384' },
      'InvalidKeyUsageException',
      'Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.',
    ],
    ['an algorithm that nobody knows', { SigningAlgorithm: 'MD5' as never }, 'ValidationException', /enum value set/],
    ['an alias that nobody made', { KeyId: 'alias/none' }, 'NotFoundException', /:alias\/none is not found\.$/],
    ['what is no name of a key', { KeyId: 'acme' }, 'NotFoundException', "Invalid keyId 'acme'"],
    ['a dry run', { DryRun: true }, 'DryRunOperationException', /DryRun option is set/],
  ] as const)('refuses %s', async (_, input, name, message) => {
    const { sign } = await kmsWorld();
    await expect(sign(input)).rejects.toMatchObject({
      name,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('signs a message of 4096 bytes', async () => {
    const here = await kmsWorld();
    const Message = Buffer.alloc(4096, 'a');
    const { Signature = new Uint8Array() } = await here.sign({ Message });
    expect(verify('sha256', Message, await here.publicKey(), Signature)).toBe(true);
  });

  it('is another account’s or another region’s, and not found here', async () => {
    const { arn, sign } = await kmsWorld();
    await expect(sign({ KeyId: arn.replace('eu-west-1', 'eu-west-2') })).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Invalid arn eu-west-2',
    });
    await expect(sign({ KeyId: arn.replace('111122223333', '444455556666') })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(sign({ KeyId: arn.replace(/.$/, (last) => (last === '0' ? '1' : '0')) })).rejects.toMatchObject({
      name: 'NotFoundException',
      message: expect.stringContaining('does not exist'),
    });
  });

  it('cannot be one that encrypts', async () => {
    const { make, sign, publicKey } = await kmsWorld();
    const { arn, id } = await make({});
    await expect(sign({ KeyId: id })).rejects.toMatchObject({
      name: 'InvalidKeyUsageException',
      message: `${arn} key usage is ENCRYPT_DECRYPT which is not valid for Sign.`,
    });
    await expect(publicKey(id)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
  });
});

describe('a key’s state', () => {
  it('Disabled lets nobody sign until it is enabled again', async () => {
    const { kms, id, arn, sign, publicKey } = await kmsWorld();
    await kms.send(new DisableKeyCommand({ KeyId: id }));
    const disabled = { name: 'DisabledException', message: `${arn} is disabled.` };
    await expect(sign()).rejects.toMatchObject(disabled);
    await expect(publicKey()).rejects.toMatchObject(disabled);
    expect((await kms.send(new DescribeKeyCommand({ KeyId: AliasName }))).KeyMetadata).toMatchObject({
      KeyState: 'Disabled',
      Enabled: false,
    });
    await kms.send(new EnableKeyCommand({ KeyId: arn }));
    await expect(sign()).resolves.toBeDefined();
  });

  it('PendingDeletion lets nobody do anything but look and cancel it', async () => {
    const { kms, id, arn, sign, publicKey, schedule } = await kmsWorld();
    expect(await schedule(7)).toMatchObject({
      KeyId: arn,
      DeletionDate: new Date(START + 7 * DAY),
      KeyState: 'PendingDeletion',
      PendingWindowInDays: 7,
    });
    const refused = { name: 'KMSInvalidStateException', message: `${arn} is pending deletion.` };
    const Policy = '{}';
    for (const attempt of [
      sign(),
      publicKey(),
      schedule(),
      kms.send(new EnableKeyCommand({ KeyId: id })),
      kms.send(new DisableKeyCommand({ KeyId: id })),
      kms.send(new PutKeyPolicyCommand({ KeyId: id, Policy })),
      kms.send(new UpdateKeyDescriptionCommand({ KeyId: id, Description: 'x' })),
      kms.send(new CreateAliasCommand({ AliasName: 'alias/other', TargetKeyId: id })),
    ]) {
      await expect(attempt).rejects.toMatchObject(refused);
    }
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
    expect(KeyMetadata).toMatchObject({ KeyState: 'PendingDeletion', DeletionDate: new Date(START + 7 * DAY) });
    await kms.send(new CancelKeyDeletionCommand({ KeyId: id }));
    await expect(sign()).rejects.toMatchObject({ name: 'DisabledException' });
    await expect(kms.send(new CancelKeyDeletionCommand({ KeyId: id }))).rejects.toMatchObject({
      name: 'KMSInvalidStateException',
      message: `${arn} is not pending deletion.`,
    });
  });

  it('is none any more when its day has come: the key is gone, and its alias is free', async () => {
    const { kms, clock, id, sign, make, schedule } = await kmsWorld();
    await schedule();
    clock.advanceBy(30 * DAY);
    for (const KeyId of [id, AliasName])
      await expect(sign({ KeyId })).rejects.toMatchObject({ name: 'NotFoundException' });
    expect((await kms.send(new ListAliasesCommand({}))).Aliases).toEqual([]);
    const next = await make();
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: next.id }));
    expect((await sign({ KeyId: AliasName })).KeyId).toBe(next.arn);
  });

  it('is looked for under no alias where KMS takes none', async () => {
    const { kms } = await kmsWorld();
    for (const command of [
      new DisableKeyCommand({ KeyId: AliasName }),
      new GetKeyPolicyCommand({ KeyId: AliasName }),
      new ScheduleKeyDeletionCommand({ KeyId: AliasName }),
    ]) {
      await expect(kms.send(command as DisableKeyCommand)).rejects.toMatchObject({
        name: 'NotFoundException',
        message: `Invalid keyId '${AliasName}'`,
      });
    }
  });

  it('never ends sooner than a week after somebody wants it to', async () => {
    const { schedule } = await kmsWorld();
    for (const days of [6, 31]) await expect(schedule(days)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('making a key', () => {
  it('without a word makes one that encrypts, whose policy leaves it to IAM', async () => {
    const { kms, make } = await kmsWorld();
    const { id, arn } = await make({});
    expect((await kms.send(new DescribeKeyCommand({ KeyId: id }))).KeyMetadata).toEqual({
      AWSAccountId: '111122223333',
      KeyId: id,
      Arn: arn,
      CreationDate: new Date(START),
      Enabled: true,
      Description: '',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      MultiRegion: false,
    });
    const { Policy = '', PolicyName } = await kms.send(new GetKeyPolicyCommand({ KeyId: id }));
    expect([PolicyName, JSON.parse(Policy).Statement]).toEqual([
      'default',
      [expect.objectContaining({ Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*' })],
    ]);
  });

  it('takes a policy and a description, and both can be changed', async () => {
    const { kms, make } = await kmsWorld();
    const { id: KeyId } = await make({ ...signing, Description: 'the seal', Policy: '{"Statement":[]}' });
    const look = async () => [
      (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Description,
      (await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).Policy,
    ];
    expect(await look()).toEqual(['the seal', '{"Statement":[]}']);
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: '{"Version":"2012-10-17"}' }));
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'another' }));
    expect(await look()).toEqual(['another', '{"Version":"2012-10-17"}']);
    await expect(kms.send(new PutKeyPolicyCommand({ KeyId, Policy: 'allow me' }))).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
    await expect(kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'mine' }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  it.each([
    [{ KeySpec: 'ECC_NIST_P256' }, 'ValidationException'],
    [{ KeySpec: 'ECC_NIST_P256', KeyUsage: 'ENCRYPT_DECRYPT' }, 'ValidationException'],
    [{ KeyUsage: 'SIGN_VERIFY' }, 'ValidationException'],
    [{ ...signing, Policy: 'none' }, 'MalformedPolicyDocumentException'],
    // What is not here is refused and never guessed.
    [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, 'UnsupportedOperationException'],
    [{ ...signing, MultiRegion: true }, 'UnsupportedOperationException'],
  ] as const)('refuses %o', async (input, name) => {
    const { make } = await kmsWorld();
    await expect(make(input)).rejects.toMatchObject({ name });
  });
});

describe('an alias', () => {
  it('belongs to one key at a time, and can be given to another of its kind', async () => {
    const { kms, id, sign, make } = await kmsWorld();
    const other = await make();
    await expect(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: other.id }))).rejects.toMatchObject({
      name: 'AlreadyExistsException',
    });
    await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: other.id }));
    expect((await sign({ KeyId: AliasName })).KeyId).toBe(other.arn);
    const symmetric = await make({});
    await expect(kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: symmetric.id }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await kms.send(new DeleteAliasCommand({ AliasName }));
    await expect(sign({ KeyId: AliasName })).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(sign({ KeyId: id })).resolves.toBeDefined();
    await expect(kms.send(new DeleteAliasCommand({ AliasName }))).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it.each([
    ['acme', 'ValidationException'],
    ['alias/a b', 'ValidationException'],
    ['alias/aws/acme', 'NotAuthorizedException'],
  ])('cannot be called %s', async (name, refusal) => {
    const { kms, id } = await kmsWorld();
    await expect(kms.send(new CreateAliasCommand({ AliasName: name, TargetKeyId: id }))).rejects.toMatchObject({
      name: refusal,
    });
  });

  it('is listed, page by page, of all keys and of one', async () => {
    const { kms, account, id, make } = await kmsWorld();
    const other = await make({});
    for (let index = 10; index < 70; index++) {
      account.kms.createAlias({ AliasName: `alias/n-${index}`, TargetKeyId: other.id });
    }
    const first = await kms.send(new ListAliasesCommand({}));
    expect([first.Aliases?.length, first.Truncated, first.Aliases?.[0]]).toEqual([
      50,
      true,
      {
        AliasName,
        AliasArn: `arn:aws:kms:eu-west-1:111122223333:${AliasName}`,
        TargetKeyId: id,
        CreationDate: new Date(START),
        LastUpdatedDate: new Date(START),
      },
    ]);
    const second = await kms.send(new ListAliasesCommand({ Marker: first.NextMarker }));
    expect([second.Aliases?.length, second.Truncated, second.NextMarker]).toEqual([11, false, undefined]);
    expect((await kms.send(new ListAliasesCommand({ KeyId: id }))).Aliases).toHaveLength(1);
    await expect(kms.send(new ListAliasesCommand({ Marker: 'guessed' }))).rejects.toMatchObject({
      name: 'InvalidMarkerException',
    });
  });
});

describe('what CloudTrail keeps of KMS', () => {
  it('has each signature as a read that names the key, whoever asks, and never the message or the signature', async () => {
    const { account, clients, events, arn } = await kmsWorld();
    const role = 'arn:aws:iam::111122223333:role/acme-rotate';
    const asRole = clients(account.roleSession(role, 'run-1')).kms;
    const [reads, heard] = [account.reads.length, events.length];
    const input = { KeyId: AliasName, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256' } as const;
    const { Signature = new Uint8Array() } = await asRole.send(new SignCommand({ ...input, MessageType: 'RAW' }));

    expect(account.reads.slice(reads)).toEqual([
      expect.objectContaining({
        eventSource: 'kms.amazonaws.com',
        eventName: 'Sign',
        awsRegion: 'eu-west-1',
        readOnly: true,
        managementEvent: true,
        requestParameters: { keyId: AliasName, messageType: 'RAW', signingAlgorithm: 'ECDSA_SHA_256' },
        responseElements: null,
        resources: [{ accountId: '111122223333', type: 'AWS::KMS::Key', ARN: arn }],
        userIdentity: expect.objectContaining({
          sessionContext: { sessionIssuer: expect.objectContaining({ arn: role }) },
        }),
      }),
    ]);
    const kept = JSON.stringify(account.reads);
    for (const bytes of [MESSAGE, Signature]) expect(kept).not.toContain(Buffer.from(bytes).toString('base64'));
    expect(events).toHaveLength(heard);
    expect(
      account.cloudTrail.lookupEvents(
        { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'Sign' }] },
        'eu-west-1',
      ).Events,
    ).toHaveLength(1);
  });

  it('has signatures that were refused, with their error', async () => {
    const { account, kms, id, arn, sign } = await kmsWorld({
      authorize: ({ action }) => ({ allowed: action !== 'Sign' }),
    });
    await expect(sign()).rejects.toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
    await kms.send(new DisableKeyCommand({ KeyId: id }));
    await expect(kms.send(new GetPublicKeyCommand({ KeyId: id }))).rejects.toThrow();
    expect(account.reads).toMatchObject([
      {
        eventName: 'Sign',
        errorCode: 'AccessDenied',
        errorMessage: expect.stringContaining('kms:Sign'),
        resources: [{ ARN: arn }],
      },
      { eventName: 'GetPublicKey', errorCode: 'DisabledException', readOnly: true, responseElements: null },
    ]);
  });

  it('has what changes a key as writes, which rules of the event bus get', async () => {
    const { account, events, kms, id, arn } = await kmsWorld();
    await kms.send(new PutKeyPolicyCommand({ KeyId: id, Policy: '{"Statement":[]}' }));
    await kms.send(new DisableKeyCommand({ KeyId: id }));
    const resources = [{ accountId: '111122223333', type: 'AWS::KMS::Key', ARN: arn }];
    expect(account.trail).toMatchObject([
      { eventName: 'CreateKey', readOnly: false, resources, responseElements: { keyMetadata: { arn, keyId: id } } },
      {
        eventName: 'CreateAlias',
        requestParameters: { aliasName: AliasName, targetKeyId: id },
        responseElements: { keyId: arn },
        resources: [...resources, { ARN: `arn:aws:kms:eu-west-1:111122223333:${AliasName}` }],
      },
      {
        eventName: 'PutKeyPolicy',
        requestParameters: { policy: '{"Statement":[]}' },
        responseElements: null,
        resources,
      },
      { eventName: 'DisableKey', responseElements: { keyId: arn }, resources },
    ]);
    expect(events.map(({ source, detail }) => [source, detail.eventName])).toEqual(
      ['CreateKey', 'CreateAlias', 'PutKeyPolicy', 'DisableKey'].map((name) => ['aws.kms', name]),
    );
  });
});

describe('KMS in trouble', () => {
  it.each([
    [
      'throttled',
      { kind: 'error', status: 400, code: 'ThrottlingException', message: 'Rate exceeded' },
      'ThrottlingException',
    ],
    ['down', { kind: 'error', status: 500, code: 'KMSInternalException' }, 'KMSInternalException'],
    [
      'without what it depends on',
      { kind: 'error', status: 503, code: 'DependencyTimeoutException' },
      'DependencyTimeoutException',
    ],
  ] as const)('is %s, as a test wants it', async (_, fault, name) => {
    const here = await kmsWorld({
      fault: ({ service, action }) => (service === 'kms' && action === 'Sign' ? fault : undefined),
    });
    await expect(here.sign()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: fault.status } });
    expect(await here.publicKey()).toBeDefined();
  });

  it('is asked again by the SDK, which signs when it is over', async () => {
    let calls = 0;
    const here = await kmsWorld({
      fault: ({ action }) => {
        if (action !== 'Sign') return undefined;
        calls += 1;
        return calls === 1 ? { kind: 'error', status: 400, code: 'ThrottlingException' } : undefined;
      },
    });
    const { kms } = here.clients(undefined, { maxAttempts: 3 });
    const input = { KeyId: here.id, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256' } as const;
    await expect(kms.send(new SignCommand(input))).resolves.toBeDefined();
    expect(calls).toBe(2);
  });
});
