import { jwtVerify, SignJWT } from 'jose';

// Kept between starts, so that a token in a program's environment works on the next days, too.
const validDays = 365;
const renewBeforeDays = 30;
const dayMs = 24 * 60 * 60_000;

/** Creates a customer's bearer token as the shop's own sign-in would; it is valid for a year. */
const createToken = (customerId: string, secret: string): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(customerId)
    .setIssuedAt()
    .setExpirationTime(new Date(Date.now() + validDays * dayMs))
    .sign(new TextEncoder().encode(secret));

/** Returns the token of an earlier start if it is the customer's and valid for 30 more days, else a new one. */
export const customerToken = async (customerId: string, secret: string, known: string): Promise<string> => {
  const soon = new Date(Date.now() + renewBeforeDays * dayMs);
  const kept = await jwtVerify(known, new TextEncoder().encode(secret), {
    algorithms: ['HS256'],
    subject: customerId,
    requiredClaims: ['exp'],
    currentDate: soon,
  }).catch(() => undefined);
  return kept ? known : createToken(customerId, secret);
};
