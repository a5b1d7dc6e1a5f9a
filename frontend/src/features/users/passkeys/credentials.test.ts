import { afterEach, describe, expect, it, vi } from "vitest";
import { askForPasskey, canUsePasskeys, isCancelled, isRegistered, toBytes, toText } from "./credentials";

const DATA = new Uint8Array([251, 255, 190, 0]).buffer;

afterEach(() => vi.unstubAllGlobals());

describe("base64url", () => {
  it("has no padding and neither plus nor slash", () => {
    expect(toText(DATA)).toBe("-_--AA");
  });

  it("is read back as it was written", () => {
    for (const length of [0, 1, 2, 3, 64]) {
      const bytes = Uint8Array.from({ length }, (_, place) => (place * 89) % 256);
      expect(toBytes(toText(bytes.buffer))).toEqual(bytes);
    }
  });
});

describe("askForPasskey", () => {
  it("hands the browser bytes, and the API text", async () => {
    const get = vi.fn().mockResolvedValue({
      rawId: DATA,
      response: { clientDataJSON: DATA, authenticatorData: DATA, signature: DATA, userHandle: null },
    });
    vi.stubGlobal("navigator", { credentials: { get } });

    const signed = await askForPasskey({
      challenge: "AQID",
      rpId: "localhost",
      timeout: 300_000,
      userVerification: "required",
      allowCredentials: [{ id: "BAU", transports: ["internal"], type: "public-key" }],
    });

    expect(get.mock.calls[0]?.[0].publicKey).toEqual({
      challenge: new Uint8Array([1, 2, 3]),
      rpId: "localhost",
      timeout: 300_000,
      userVerification: "required",
      allowCredentials: [{ type: "public-key", id: new Uint8Array([4, 5]), transports: ["internal"] }],
    });
    const text = "-_--AA";
    expect(signed).toEqual({
      id: text,
      response: { clientDataJSON: text, authenticatorData: text, signature: text, userHandle: null },
    });
  });
});

describe("errors of browsers", () => {
  it("tells a cancelled prompt from a passkey that exists", () => {
    expect(isCancelled(new DOMException("", "NotAllowedError"))).toBe(true);
    expect(isCancelled(new DOMException("", "InvalidStateError"))).toBe(false);
    expect(isCancelled(new Error("NotAllowedError"))).toBe(false);
    expect(isRegistered(new DOMException("", "InvalidStateError"))).toBe(true);
  });

  it("knows browsers without passkeys", () => {
    vi.stubGlobal("window", {});
    vi.stubGlobal("navigator", { credentials: {} });
    expect(canUsePasskeys()).toBe(false);
    vi.stubGlobal("window", { PublicKeyCredential: {} });
    expect(canUsePasskeys()).toBe(true);
  });
});
