import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto';

/** The keys of one generation, in base64: `hmac` for signatures `v1`, `ed25519` (PKCS #8, DER) for `v1a`. */
export type SigningKeys = { hmac: string; ed25519?: string };

/** The keys of an endpoint, as they are encrypted. The previous keys sign until `previousUntil`, in ms since 1970. */
export type EndpointSecrets = { current: SigningKeys; previous?: SigningKeys; previousUntil?: number };

/** New keys: 256 random bits, and a pair of ed25519 where it is wanted. */
export function newSigningKeys({ ed25519 }: { ed25519: boolean }): SigningKeys {
  const hmac = randomBytes(32).toString('base64');
  if (!ed25519) return { hmac };
  const { privateKey } = generateKeyPairSync('ed25519');
  return { hmac, ed25519: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64') };
}

/** The keys after a rotation: the current ones go on signing for `rotationMs`. */
export function rotateKeys({ current }: EndpointSecrets, now: Date, rotationMs: number): EndpointSecrets {
  return {
    current: newSigningKeys({ ed25519: current.ed25519 !== undefined }),
    previous: current,
    previousUntil: now.getTime() + rotationMs,
  };
}

/** The keys as merchants get them: the secret `whsec_…`, and `whpk_…`, which is no secret and verifies `v1a`. */
export function publicKeysOf({ hmac, ed25519 }: SigningKeys): { secret: string; publicKey: string | null } {
  return { secret: `whsec_${hmac}`, publicKey: ed25519 === undefined ? null : `whpk_${rawPublicKey(ed25519)}` };
}

// SubjectPublicKeyInfo of ed25519 is 12 bytes and the key.
const rawPublicKey = (pkcs8: string): string =>
  createPublicKey(privateKeyOf(pkcs8)).export({ type: 'spki', format: 'der' }).subarray(12).toString('base64');

const privateKeyOf = (pkcs8: string) =>
  createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' });

/** Signs messages of an endpoint. Make it once for many messages. */
export type Signer = (message: { id: string; timestamp: number; body: string }) => string;

/**
 * Returns a function that makes the header `webhook-signature` of Standard Webhooks, with a signature of each key.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signerOf({ current, previous, previousUntil = 0 }: EndpointSecrets, now: () => number): Signer {
  const generations = [current, previous].flatMap((keys, index) =>
    keys
      ? {
          hmac: Buffer.from(keys.hmac, 'base64'),
          ed25519: keys.ed25519 === undefined ? undefined : privateKeyOf(keys.ed25519),
          until: index === 0 ? Infinity : previousUntil,
        }
      : [],
  );
  return ({ id, timestamp, body }) => {
    const content = `${id}.${timestamp}.${body}`;
    return generations
      .filter(({ until }) => now() < until)
      .flatMap(({ hmac, ed25519 }) => [
        `v1,${createHmac('sha256', hmac).update(content).digest('base64')}`,
        ...(ed25519 ? [`v1a,${sign(null, Buffer.from(content), ed25519).toString('base64')}`] : []),
      ])
      .join(' ');
  };
}

// A stored secret is: one byte for this format, 12 bytes nonce, 16 bytes tag, and the encrypted JSON.
const format = 1;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts the keys of an endpoint by AES-256-GCM. They can be decrypted for this endpoint only.
 * @param key 32 bytes
 */
export function encryptSecrets(secrets: EndpointSecrets, endpointId: string, key: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(endpointId));
  const encrypted = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.from([format]), nonce, cipher.getAuthTag(), encrypted]);
}

/** @throws Error when the key is another one, or the bytes are damaged or another endpoint's */
export function decryptSecrets(stored: Buffer, endpointId: string, key: Buffer): EndpointSecrets {
  const nonce = stored.subarray(1, 1 + nonceBytes);
  const tag = stored.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(endpointId))
    .setAuthTag(tag);
  const text = Buffer.concat([decipher.update(stored.subarray(1 + nonceBytes + tagBytes)), decipher.final()]);
  // GCM has verified that this process or another one of ours has written it.
  return JSON.parse(text.toString('utf8')) as EndpointSecrets;
}

/** The 32 bytes of a key in base64. @throws Error when the text isn't such a key */
export function parseSecretsKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length === 32 && /^[A-Za-z0-9+/]{43}=$/.test(text)) return key;
  throw new Error('a key for secrets has 32 bytes in base64');
}
