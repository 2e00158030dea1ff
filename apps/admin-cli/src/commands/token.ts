import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { SignJWT } from 'jose';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { findConnection } from '../connection.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';

export function addTokenCommand(program: Command, context: CommandContext): void {
  addCommand(program, 'token <customer>', 'print a token that lets a program act as this customer', [
    'token ana',
    'token ana --expires 15m',
    'token ana --json',
  ])
    .option('--expires <duration>', 'how long it is good for: 90s, 15m, 8h, 7d', parseDuration, parseDuration('1h'))
    .addHelpText('after', '\nSigned here with the customer token secret; the shop is not asked.')
    .action(async (customerId: string, options: JsonOption & { expires: number }) => {
      const { customerTokenSecret } = findConnection(context);
      if (!customerTokenSecret) {
        throw new Failure('No customer token secret. Set CUSTOMER_JWT_SECRET to the one that the shop has.', 2);
      }
      if (customerId.trim() !== customerId || customerId === '') {
        throw new Failure('A customer is named by text without spaces around it.', 2);
      }
      const now = Math.floor(Date.now() / 1000);
      const expiresAt = now + options.expires;
      const token = await new SignJWT(pinned(context))
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setSubject(customerId)
        .setIssuedAt(now)
        .setExpirationTime(expiresAt)
        .sign(new TextEncoder().encode(customerTokenSecret));
      print(context, { token, customerId, expiresAt: new Date(expiresAt * 1000).toISOString() }, options, () => token);
    });
}

/** The issuer and the audience that the shop requires, from the environment; empty without these variables. */
function pinned({ env }: CommandContext): { iss?: string; aud?: string } {
  const { CUSTOMER_JWT_ISSUER: iss, CUSTOMER_JWT_AUDIENCE: aud } = env;
  return { ...(iss && { iss }), ...(aud && { aud }) };
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Parses a lifetime, in seconds. */
function parseDuration(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (unitSeconds[unit] ?? 0);
  if (seconds < 1) throw new InvalidArgumentError('Write a number and s, m, h or d, for instance 15m.');
  return seconds;
}
