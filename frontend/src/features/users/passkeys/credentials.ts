/**
 * Passkeys between the API, whose JSON is that of Web Authentication Level 3, and browsers that do not read and write
 * it themselves yet.
 */
import type { Schema } from "~/lib/api/client";

type CreationOptions = Schema<"PasskeyCreationOptions">;
type RequestOptions = Schema<"PasskeyRequestOptions">;
type Descriptor = Schema<"CredentialDescriptor">;

/** Whether this browser can use passkeys; only pages of a secure context can. */
export function canUsePasskeys(): boolean {
  return "PublicKeyCredential" in window && "credentials" in navigator;
}

/** Whether the person ended the prompt, or let it expire. Browsers tell no more, to keep secret which passkeys exist. */
export function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError");
}

/** Whether a passkey was not made because the authenticator has one of the account. */
export function isRegistered(error: unknown): boolean {
  return error instanceof DOMException && error.name === "InvalidStateError";
}

export async function createPasskey(options: CreationOptions): Promise<Schema<"NewPasskeyIn">> {
  const { challenge, user, excludeCredentials, pubKeyCredParams } = options;
  const publicKey = {
    ...options,
    challenge: toBytes(challenge),
    user: { ...user, id: toBytes(user.id) },
    pubKeyCredParams: pubKeyCredParams as PublicKeyCredentialParameters[],
    excludeCredentials: excludeCredentials.map(toDescriptor),
  } as PublicKeyCredentialCreationOptions;
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    id: toText(credential.rawId),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

export async function askForPasskey(options: RequestOptions): Promise<Schema<"PasskeyAssertionIn">> {
  const { challenge, allowCredentials } = options;
  const publicKey = {
    ...options,
    challenge: toBytes(challenge),
    allowCredentials: allowCredentials.map(toDescriptor),
  } as PublicKeyCredentialRequestOptions;
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: toText(credential.rawId),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : null,
    },
  };
}

function toDescriptor({ id, transports }: Descriptor): PublicKeyCredentialDescriptor {
  return { type: "public-key", id: toBytes(id), transports: transports as AuthenticatorTransport[] };
}

/** Reads base64url without padding (RFC 4648, 5). */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function toText(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
