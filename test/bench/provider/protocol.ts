/** What a process that answers runners is made of: all of it, all but AWS, or a JOSE check and nothing else. */
export type Answering = 'process' | 'own' | 'floor';

/** What the parent says first. */
export interface StartMessage {
  readonly answering: Answering;
  /** Public half of the issuer's key. */
  readonly jwk: object;
  /** Of the REST API, where the issuer's keys are. */
  readonly issuerUrl: string;
  readonly access: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };
  };
  /** The time that it is, ms since the epoch: tokens and the account live in it. */
  readonly now: number;
}

/** Where it answers, and then, each time that it is asked, ms of the processor that it has used. */
export type AnsweringMessage = { readonly url: string } | { readonly cpu: number };
